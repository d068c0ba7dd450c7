import type { LogLine } from "../../../cluster/signal.ts";
import { createStreamKinds, type StreamTemplate } from "./stream-kinds.ts";

/** How far a partition was counted, and what was counted since the last time that was written down. */
export interface StreamProgress {
  readonly partition: number;
  /** Of the stream that `seq` counts in. */
  readonly epoch: string;
  readonly seq: number;
  readonly lines: number;
  readonly lostMessages: number;
  readonly templates: readonly StreamTemplate[];
}

/** Counts the messages of one partition and writes down how far it came, one commit after the other. */
export interface StreamCommits {
  /** A message was dealt with. `lost`: how many before it the stream had thrown away. */
  counted(seq: number, lines: readonly LogLine[], lost: number): void;
  /** Lines that are not written down yet. */
  readonly openLines: number;
  /** Why a commit failed. Nothing after it is written: the reader has to begin again from what is. */
  readonly failure: unknown;
  /** Writes down what is counted, after what is being written. Does not throw; see `failure`. */
  commit(): Promise<void>;
}

/** @param write throws when it could not, or when the partition is another's by now */
export function createStreamCommits(
  from: { readonly partition: number; readonly epoch: string; readonly position: number },
  write: (progress: StreamProgress) => Promise<void>,
): StreamCommits {
  const { partition, epoch, position } = from;
  const kinds = createStreamKinds();
  let open = { seq: position, lines: 0, lostMessages: 0 };
  let told = position;
  let committing = Promise.resolve();
  let failure: unknown;
  return {
    counted(seq, lines, lost) {
      for (const line of lines) kinds.count(line);
      open = { seq, lines: open.lines + lines.length, lostMessages: open.lostMessages + lost };
    },
    get openLines() {
      return open.lines;
    },
    get failure() {
      return failure;
    },
    commit() {
      if (open.seq === told) return committing;
      told = open.seq;
      const progress = { partition, epoch, ...open, templates: kinds.take() };
      open = { seq: open.seq, lines: 0, lostMessages: 0 };
      committing = committing
        .then(async () => {
          if (failure === undefined) await write(progress);
        })
        .catch((error: unknown) => {
          failure = error;
        });
      return committing;
    },
  };
}
