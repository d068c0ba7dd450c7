import type { ContainerStatus } from "../../../cluster/kubernetes-types.ts";
import { AppError } from "../../../lib/app-error.ts";
import { type Clock, rest } from "../../../lib/clock.ts";
import { endedRuns, isRunning } from "./container-runs.ts";

/** One line as the container runtime stored it. */
export interface StampedLine {
  /** Unix ms. */
  readonly at: number;
  readonly line: string;
}

/** How far a log was read: where the next request goes on without a gap and without lines twice. */
export interface LogPosition {
  /** RFC 3339 with nine fraction digits, so that text order is time order. */
  readonly time: string;
  /** Lines with exactly that time that were read. */
  readonly seen: readonly string[];
}

export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Reads container logs without gaps and without lines twice, as long as it is given the position back. */
export interface LogReader {
  readLog(
    name: ContainerName,
    options: { previous: boolean; since: number; after?: LogPosition | undefined; signal: AbortSignal },
  ): Promise<{ readonly lines: readonly StampedLine[]; readonly position: LogPosition | undefined }>;
  /** Resolves when the server ends the log. */
  followLog(
    name: ContainerName,
    options: {
      since: number;
      after?: LogPosition | undefined;
      signal: AbortSignal;
      onLine: (line: StampedLine, position: LogPosition) => void;
    },
  ): Promise<unknown>;
}

/** The log of one container over all its runs. */
export interface ContainerLog {
  update(status: ContainerStatus): void;
  /** The pod is gone: what is open is read to its end, nothing more is begun. */
  leave(): void;
  /** Whether there is something to read that was not read. */
  readonly hasNews: boolean;
  /** Since when reading fails, Unix ms. */
  readonly failingSince: number | undefined;
  /** Reads until nothing runs any more, or until aborted. Never rejects. */
  run(): Promise<void>;
}

export interface ContainerLogOptions {
  readonly reader: LogReader;
  readonly clock: Clock;
  readonly name: ContainerName;
  readonly status: ContainerStatus;
  /** Nothing older than this is read, Unix ms. */
  readonly since: number;
  readonly signal: AbortSignal;
  readonly onLine: (name: ContainerName, line: StampedLine) => void;
}

/** The status that says that a run has ended comes a moment after the end of its log. */
const settleMs = 1_000;
const retryMs = 5_000;

/**
 * Does nothing until `run`. Reads runs older than the present one only as far as the status names them: the last two.
 */
export function createContainerLog(options: ContainerLogOptions): ContainerLog {
  const { reader, clock, name, since, signal } = options;
  let { status } = options;
  let position: LogPosition | undefined;
  let failingSince: number | undefined;
  let left = false;
  /** Ended runs that were read to their end. */
  const read = new Set<string>();

  const unread = () => endedRuns(status).filter((run) => !read.has(run.key) && run.finishedAt >= since);

  /** The last words of a run: what a broken connection or a late start of following has missed. */
  const readEnded = async (): Promise<void> => {
    for (const run of unread()) {
      try {
        const result = await reader.readLog(name, { previous: run.previous, since, after: position, signal });
        position = result.position;
        for (const line of result.lines) options.onLine(name, line);
      } catch (error) {
        // Refused for good: the runtime has thrown it away.
        if (signal.aborted || !(error instanceof AppError) || error.retryable) throw error;
      }
      read.add(run.key);
    }
  };
  const follow = async (): Promise<void> => {
    await reader.followLog(name, {
      since,
      after: position,
      signal,
      onLine(line, reached) {
        position = reached;
        failingSince = undefined;
        options.onLine(name, line);
      },
    });
  };
  const hasNews = (): boolean => !left && (isRunning(status) || unread().length > 0);

  return {
    update(next) {
      status = next;
    },
    leave() {
      left = true;
    },
    get hasNews() {
      return hasNews();
    },
    get failingSince() {
      return failingSince;
    },
    async run() {
      while (!signal.aborted && hasNews()) {
        try {
          await readEnded();
          if (isRunning(status)) await follow();
          failingSince = undefined;
        } catch {
          // Whoever runs this tells when it lasts; often the container just has not started yet.
          failingSince ??= clock.now();
        }
        await rest(clock, failingSince === undefined ? settleMs : retryMs, signal);
      }
    },
  };
}
