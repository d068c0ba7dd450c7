import type { ContainerName, LogPosition, StampedLine } from "../../detection/collect/logs/container-log.ts";
import { backoffMs } from "../../lib/backoff.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { SilentStream, statusOf } from "./api-error.ts";
import type { Query, Transport } from "./transport.ts";

export type { ContainerName, LogPosition, StampedLine };

export interface ReadLogOptions {
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Unix ms. */
  readonly since?: number;
  readonly after?: LogPosition | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FollowLogOptions {
  readonly since?: number | undefined;
  readonly after?: LogPosition | undefined;
  readonly signal: AbortSignal;
  /** Default 4 min. */
  readonly idleMs?: number;
  readonly onLine: (line: StampedLine, position: LogPosition) => void;
}

/** Longer lines are cut: a log line is evidence, not a document. */
const maxLineChars = 16_384;
/**
 * A follow that is silent for so long is opened again: the far side may be gone. It counts from the request on, because a
 * kubelet sends not even the headers of its answer before the container's first line. Less than the 300 s of the HTTP client.
 */
const idleMs = 240_000;
const maxAttempts = 4;
const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;

function logPath({ namespace, pod }: ContainerName): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
}

/**
 * The log of a container as it is now, oldest line first; at most `limitBytes` (default 4 MiB).
 * @throws KubernetesApiError, for example 400 when there is no previous run
 */
export async function readLog(
  transport: Transport,
  name: ContainerName,
  options: ReadLogOptions = {},
): Promise<{ readonly lines: readonly StampedLine[]; readonly position: LogPosition | undefined }> {
  const { previous, tailLines, limitBytes = 4 * 1024 * 1024, signal } = options;
  const query: Query = {
    container: name.container,
    timestamps: true,
    previous,
    tailLines,
    limitBytes,
    ...startOf(options),
  };
  const text = await transport.text(logPath(name), { query, signal, maxBytes: limitBytes + 65_536 });
  const reader = createStampReader(options.after);
  const lines = text.split("\n").flatMap((line) => reader.read(line.slice(0, maxLineChars)) ?? []);
  return { lines, position: reader.position };
}

/**
 * Follows a container's log until the server ends it, which means that the container ended or that the connection was
 * closed; connections that break are opened again where they broke. Resolves with the position reached.
 * @throws KubernetesApiError when the server refuses (400 not started yet, 404 gone) or cannot be reached four times
 */
export async function followLog(
  transport: Transport,
  name: ContainerName,
  options: FollowLogOptions,
  clock: Clock = systemClock,
): Promise<LogPosition | undefined> {
  let after = options.after;
  for (let attempt = 1; ; attempt++) {
    const reader = createStampReader(after);
    const query: Query = {
      container: name.container,
      follow: true,
      timestamps: true,
      ...startOf({ ...options, after }),
    };
    try {
      const lines = transport.lines(logPath(name), {
        query,
        signal: options.signal,
        idleMs: options.idleMs ?? idleMs,
        timeoutMs: options.idleMs ?? idleMs,
        maxLineChars,
        longLines: "cut",
      });
      for await (const text of lines) {
        const line = reader.read(text);
        if (line === undefined || reader.position === undefined) continue;
        attempt = 0;
        after = reader.position;
        options.onLine(line, after);
      }
      return after;
    } catch (error) {
      // Nothing to say is no failure.
      if (error instanceof SilentStream) {
        attempt = 0;
        continue;
      }
      const status = statusOf(error) ?? 0;
      const refused = status >= 400 && status < 500 && status !== 401 && status !== 429;
      if (options.signal.aborted || refused || attempt >= maxAttempts) throw error;
      await clock.sleep(backoffMs(attempt, { baseMs: 500, capMs: 5_000 }), options.signal);
    }
  }
}

/** The API takes whole seconds; what is read twice because of that is told apart by its time. */
function startOf({ since, after }: { since?: number | undefined; after?: LogPosition | undefined }): Query {
  if (after !== undefined) return { sinceTime: `${after.time.slice(0, 19)}Z` };
  return since === undefined ? {} : { sinceTime: new Date(since).toISOString().replace(/\.\d+Z$/, "Z") };
}

interface StampReader {
  /** Undefined for lines without a time (messages of the runtime) and for lines read before. */
  read(text: string): StampedLine | undefined;
  readonly position: LogPosition | undefined;
}

function createStampReader(after: LogPosition | undefined): StampReader {
  let position = after;
  /** Whether what was read before has been sent again: lines come in the order in which they were written. */
  let caughtUp = after === undefined;
  /** Lines of the time of the last position that still will be sent again. */
  let repeated = new Map<string, number>();
  for (const line of after?.seen ?? []) repeated.set(line, (repeated.get(line) ?? 0) + 1);

  return {
    read(text) {
      const match = stamp.exec(text);
      if (match === null) return undefined;
      const line = text.slice(match[0].length);
      const at = Date.parse(match[0].trim());
      const time = nanoTime(at, match[2] ?? "");
      // Written later with an earlier time: by the other of two outputs at the same moment, or the node's clock was set back.
      if (position !== undefined && time < position.time) return caughtUp ? { at, line } : undefined;
      if (position === undefined || time > position.time) {
        caughtUp = true;
        position = { time, seen: [line] };
        repeated = new Map();
      } else {
        const left = repeated.get(line) ?? 0;
        if (left > 0) {
          repeated.set(line, left - 1);
          return undefined;
        }
        position = { time, seen: [...position.seen.slice(-maxSeen), line] };
      }
      return { at, line };
    },
    get position() {
      return position;
    },
  };
}

/** Lines of one nanosecond (or millisecond, with coarse clocks) that are remembered. */
const maxSeen = 500;

/** In UTC with nine digits, whatever the zone and the number of digits the runtime wrote. */
function nanoTime(at: number, fraction: string): string {
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(9, "0")}Z`;
}
