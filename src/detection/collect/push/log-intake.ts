import { rest } from "../../../lib/clock.ts";
import { createLogPlacer } from "../logs/log-place.ts";
import type { SourceContext } from "../source-context.ts";
import { createPushSight } from "./push-sight.ts";
import { linesOfPush } from "./pushed-lines.ts";
import { type PushRequest, readPush } from "./read-push.ts";

export type PushAnswer =
  | { readonly outcome: "accepted"; readonly lines: number }
  | { readonly outcome: "malformed" | "too-large" | "unsupported"; readonly detail: string }
  /** Nothing was taken; the agent keeps it and comes again. */
  | { readonly outcome: "full" | "not-ready"; readonly retryAfterSeconds: number };

/** Takes log lines that agents push. */
export interface LogIntake {
  push(request: PushRequest): Promise<PushAnswer>;
  /** To be run as one of the sources of `liveSignals`: until then nothing is taken. */
  source(context: SourceContext): Promise<void>;
  readonly stats: LogIntakeStats;
}

export interface LogIntakeStats {
  readonly requests: number;
  readonly lines: number;
  readonly refusedRequests: number;
  readonly withoutPlace: number;
  readonly otherNamespace: number;
  /** Too old, in the future, or without a time. */
  readonly wrongTime: number;
  readonly cut: number;
}

/** Places of the queue that logs may not take from objects, events and samples. */
const reserve = 5_000;

export interface LogIntakeOptions {
  readonly namespaces?: readonly string[];
  /** Older lines are history: an agent that was away sends what it has kept. */
  readonly maxAgeMs?: number;
}

const checkMs = 15_000;

/**
 * Nothing is kept here: a delivery is taken as a whole or refused, and the agent sends it again. Lines of the future,
 * older than `maxAgeMs` (15 minutes by default) or of no container are counted and left out.
 */
export function createLogIntake(options: LogIntakeOptions = {}): LogIntake {
  const { maxAgeMs = 15 * 60_000 } = options;
  const placer = createLogPlacer(options.namespaces === undefined ? {} : { namespaces: options.namespaces });
  const sight = createPushSight();
  const counts = { requests: 0, lines: 0, refusedRequests: 0, wrongTime: 0 };
  let context: SourceContext | undefined;
  /** When a delivery was put off last for want of room (ms). */
  let fullAt = Number.NEGATIVE_INFINITY;

  const refused = <T extends PushAnswer>(answer: T): T => {
    counts.refusedRequests++;
    return answer;
  };

  return {
    async push(request) {
      counts.requests++;
      if (!context) return refused({ outcome: "not-ready", retryAfterSeconds: 5 });
      const { clock, emit, room } = context;
      const full = () => {
        fullAt = clock.now();
        return refused({ outcome: "full", retryAfterSeconds: 5 } as const);
      };
      // Before it is unpacked: when there is no room, reading it would only make things worse.
      if (room() <= reserve) return full();
      const read = await readPush(request);
      if (!read.ok) return refused({ outcome: read.reason, detail: read.detail });
      const now = clock.now();
      const { lines, wrongTime } = linesOfPush(read.streams, { placer, now, maxAgeMs });
      if (lines.length > room() - reserve) return full();
      // What is put off comes again, and is counted then.
      counts.wrongTime += wrongTime;
      sight.pushed(now);
      lines.sort((a, b) => a.at - b.at);
      for (const line of lines) emit({ type: "log", at: now, line });
      counts.lines += lines.length;
      return { outcome: "accepted", lines: lines.length };
    },
    async source(given) {
      context = given;
      const { clock, emit, signal } = given;
      let told = true;
      while (!signal.aborted) {
        const since = sight.silentSince(clock.now());
        const ok = since === undefined;
        if (ok !== told) {
          told = ok;
          // Who is put off is there: it is not the agent that has to be looked at.
          const isFull = !ok && fullAt > since;
          const detail = ok
            ? "log lines are pushed again"
            : isFull
              ? "log lines are pushed faster than they can be read: none is taken"
              : "no log line is pushed any more";
          emit({ type: "source", at: clock.now(), source: "log-push", ok, detail });
        }
        await rest(clock, checkMs, signal);
      }
      context = undefined;
    },
    get stats() {
      return { ...counts, ...placer.dropped, cut: placer.cut };
    },
  };
}
