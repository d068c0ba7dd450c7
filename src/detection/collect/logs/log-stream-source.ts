import { createHash } from "node:crypto";
import type { LogLine } from "../../../cluster/signal.ts";
import { AppError, messageOf } from "../../../lib/app-error.ts";
import { rest, systemClock } from "../../../lib/clock.ts";
import { createTemplateMiner } from "../../logs/template-miner.ts";
import type { SourceContext } from "../source-context.ts";
import { decodeLines, type LogStreamPort, linesPerMessage } from "./log-stream.ts";

/** One kind of line since the last commit. Times in ms. */
export interface StreamTemplate {
  readonly namespace: string;
  readonly key: string;
  readonly text: string;
  readonly pod: string;
  readonly container: string;
  readonly line: string;
  readonly lines: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface StreamProgress {
  readonly partition: number;
  /** Of the stream that `seq` counts in. */
  readonly epoch: string;
  readonly seq: number;
  readonly lines: number;
  readonly lostMessages: number;
  readonly templates: readonly StreamTemplate[];
}

export interface LogStreamSourceOptions {
  readonly stream: LogStreamPort;
  readonly partitions: number;
  /** Ours to read now; asked again and again. */
  readonly owns: (partition: number) => boolean;
  /** Up to which message a partition's stream has been counted. */
  readonly position: (partition: number, epoch: string) => Promise<number>;
  /** Writes down how far it came. Throws when it could not, or when the partition is another's by now. */
  readonly commit: (progress: StreamProgress) => Promise<void>;
}

/** Kinds that are counted between two commits; lines of more are counted without their kind. */
const maxKinds = 2_000;

export interface LogStreamStats {
  readonly messages: number;
  readonly lines: number;
  /** Messages that the stream had thrown away before they could be read. */
  readonly lostMessages: number;
  readonly malformed: number;
  readonly repeated: number;
  /** Messages that wait, over the partitions that are read here. */
  readonly behind: number;
  readonly failures: number;
}

const commitEveryMs = 1_000;
const commitLines = 20_000;
const lookEveryMs = 500;
/** A stream that cannot be asked for this long is one that cannot be read, whatever its reader still waits for. */
const silentMs = 15_000;
/** Places of the queue that logs may not take from objects, events and samples. */
const reserve = 5_000;
const roomWaitMs = 50;

interface Uncommitted {
  seq: number;
  lines: number;
  lostMessages: number;
  readonly kinds: Map<string, { -readonly [K in keyof StreamTemplate]: StreamTemplate[K] }>;
}

const nothing = (seq: number): Uncommitted => ({ seq, lines: 0, lostMessages: 0, kinds: new Map() });

/** Kinds that the miner has come to hold for the same count together. */
function byKey(kinds: Iterable<StreamTemplate>): readonly StreamTemplate[] {
  const merged = new Map<string, StreamTemplate>();
  for (const one of kinds) {
    const own = `${one.namespace}/${one.key}`;
    const known = merged.get(own);
    merged.set(
      own,
      known
        ? {
            ...known,
            lines: known.lines + one.lines,
            firstAt: Math.min(known.firstAt, one.firstAt),
            lastAt: Math.max(known.lastAt, one.lastAt),
          }
        : { ...one },
    );
  }
  return [...merged.values()];
}

/** Reads the partitions that are ours, each from where its last reader stopped; a message is done with once it is counted. */
export function createLogStreamSource(options: LogStreamSourceOptions): {
  source(context: SourceContext): Promise<void>;
  readonly stats: LogStreamStats;
} {
  const { stream, partitions, owns } = options;
  const counts = { messages: 0, lines: 0, lostMessages: 0, malformed: 0, repeated: 0, failures: 0 };
  const behind = new Map<number, number>();

  const readOne = async (partition: number, { clock, emit, room, signal }: SourceContext, begun: () => void) => {
    const epoch = await stream.epoch(partition);
    const position = await options.position(partition, epoch);
    await using reader = await stream.read(partition, position);
    if (reader.epoch !== epoch) throw new AppError("log-stream", "the stream was made anew", { retryable: true });
    begun();
    const miner = createTemplateMiner({ maxTemplates: 10_000, maxLineChars: 1_024 });
    let open = nothing(position);
    let seen = position;
    let committing = Promise.resolve();
    let failed: unknown;

    const commit = (): Promise<void> => {
      const { seq, lines, lostMessages, kinds } = open;
      if (seq === position && lines === 0) return committing;
      const templates = byKey(kinds.values());
      open = nothing(seq);
      committing = committing
        .then(async () => {
          if (failed !== undefined) return;
          await options.commit({ partition, epoch, seq, lines, lostMessages, templates });
          reader.done(seq);
        })
        .catch((error: unknown) => {
          // Nothing after it may be written: the reader begins again from what is.
          failed = error;
        });
      return committing;
    };
    const note = (line: LogLine) => {
      const id = miner.learn(line.line);
      const own = `${line.namespace}/${id}`;
      const known = open.kinds.get(own);
      if (known) {
        known.lines++;
        known.firstAt = Math.min(known.firstAt, line.at);
        known.lastAt = Math.max(known.lastAt, line.at);
        known.pod = line.pod;
        return;
      }
      if (open.kinds.size >= maxKinds) return;
      const text = miner.template(id)?.text ?? line.line;
      const key = createHash("sha256").update(text).digest("base64url").slice(0, 22);
      const { namespace, pod, container, at } = line;
      open.kinds.set(own, { namespace, key, text, pod, container, line: line.line, lines: 1, firstAt: at, lastAt: at });
    };
    const take = async ({ seq, data }: { readonly seq: number; readonly data: Uint8Array }) => {
      if (seq <= seen) {
        counts.repeated++;
        return;
      }
      // The stream's own bounds: nobody has read these.
      const lost = seen > 0 ? seq - seen - 1 : 0;
      if (lost > 0) {
        counts.lostMessages += lost;
        open.lostMessages += lost;
        // How many lines they held nobody knows any more; as many as those that were read.
        const each = counts.messages > 0 ? counts.lines / counts.messages : linesPerMessage;
        emit({ type: "log-loss", at: clock.now(), lines: Math.round(lost * each) });
      }
      const lines = decodeLines(data);
      counts.messages++;
      if (!lines) counts.malformed++;
      // Whoever reads signals sets the pace; what waits, waits in the stream.
      while (lines && room() < reserve + lines.length && !signal.aborted) await rest(systemClock, roomWaitMs, signal);
      const at = clock.now();
      for (const line of lines ?? []) {
        emit({ type: "log", at, line });
        note(line);
      }
      seen = seq;
      counts.lines += lines?.length ?? 0;
      open.seq = seq;
      open.lines += lines?.length ?? 0;
    };

    let answeredAt = performance.now();
    const stop = setInterval(() => {
      void commit();
      void reader.behind().then(
        (count) => {
          answeredAt = performance.now();
          behind.set(partition, count);
        },
        (error: unknown) => {
          if (performance.now() - answeredAt > silentMs) failed ??= error;
        },
      );
      if (!owns(partition) || signal.aborted || failed !== undefined) void reader[Symbol.asyncDispose]();
    }, commitEveryMs);
    try {
      for await (const message of reader.messages) {
        if (!owns(partition) || signal.aborted || failed !== undefined) break;
        await take(message);
        if (open.lines >= commitLines) await commit();
      }
      await commit();
    } finally {
      clearInterval(stop);
      behind.delete(partition);
    }
    if (failed !== undefined) throw failed;
  };

  return {
    async source(context) {
      const { clock, emit, signal } = context;
      const running = new Map<number, Promise<void>>();
      let told = true;
      const tell = (ok: boolean, detail: string) => {
        if (ok === told) return;
        told = ok;
        emit({ type: "source", at: clock.now(), source: "log-stream", ok, detail });
      };
      while (!signal.aborted) {
        for (let partition = 0; partition < partitions; partition++) {
          if (running.has(partition) || !owns(partition)) continue;
          running.set(
            partition,
            readOne(partition, context, () => tell(true, "log lines are read from the stream"))
              .catch((error: unknown) => {
                counts.failures++;
                if (owns(partition) && !signal.aborted)
                  tell(false, `the log stream cannot be read: ${messageOf(error, 160)}`);
              })
              .finally(() => running.delete(partition)),
          );
        }
        await rest(systemClock, lookEveryMs, signal);
      }
      await Promise.all(running.values());
    },
    get stats() {
      return { ...counts, behind: [...behind.values()].reduce((sum, count) => sum + count, 0) };
    },
  };
}
