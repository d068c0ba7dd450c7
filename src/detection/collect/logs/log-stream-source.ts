import { AppError, messageOf } from "../../../lib/app-error.ts";
import { rest, systemClock } from "../../../lib/clock.ts";
import type { SourceContext } from "../source-context.ts";
import { decodeLines, type LogStreamPort, linesPerMessage, type StreamMessage } from "./log-stream.ts";
import { createStreamCommits, type StreamProgress } from "./stream-commits.ts";

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
    const commits = createStreamCommits({ partition, epoch, position }, async (progress) => {
      await options.commit(progress);
      reader.done(progress.seq);
    });
    let seen = position;
    let unreachable: unknown;
    const failure = () => commits.failure ?? unreachable;
    const mustStop = () => !owns(partition) || signal.aborted || failure() !== undefined;

    const take = async ({ seq, data }: StreamMessage) => {
      if (seq <= seen) {
        counts.repeated++;
        return;
      }
      // The stream's own bounds: nobody has read these.
      const lost = seen > 0 ? seq - seen - 1 : 0;
      if (lost > 0) {
        counts.lostMessages += lost;
        // How many lines they held nobody knows any more; as many as those that were read.
        const each = counts.messages > 0 ? counts.lines / counts.messages : linesPerMessage;
        emit({ type: "log-loss", at: clock.now(), lines: Math.round(lost * each) });
      }
      const decoded = decodeLines(data);
      counts.messages++;
      if (!decoded) counts.malformed++;
      const lines = decoded ?? [];
      // Whoever reads signals sets the pace; what waits, waits in the stream.
      while (decoded && room() < reserve + lines.length && !signal.aborted) await rest(systemClock, roomWaitMs, signal);
      const at = clock.now();
      for (const line of lines) emit({ type: "log", at, line });
      seen = seq;
      counts.lines += lines.length;
      commits.counted(seq, lines, lost);
    };

    let answeredAt = performance.now();
    const stop = setInterval(() => {
      void commits.commit();
      void reader.behind().then(
        (count) => {
          answeredAt = performance.now();
          behind.set(partition, count);
        },
        (error: unknown) => {
          if (performance.now() - answeredAt > silentMs) unreachable ??= error;
        },
      );
      if (mustStop()) void reader[Symbol.asyncDispose]();
    }, commitEveryMs);
    try {
      for await (const message of reader.messages) {
        if (mustStop()) break;
        await take(message);
        if (commits.openLines >= commitLines) await commits.commit();
      }
      await commits.commit();
    } finally {
      clearInterval(stop);
      behind.delete(partition);
    }
    if (failure() !== undefined) throw failure();
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
