import { refKey } from "../../incident/object-ref.ts";
import type { Detector, Finding } from "../detector.ts";
import { type Baseline, createBaseline } from "../metrics/baseline.ts";
import { scoreOf } from "../metrics/who.ts";

const windowMs = 30_000;
const minErrors = 8;

/** What a burst was like when it was last seen: when it has faded, nobody wants to read of no error lines. */
interface Seen {
  readonly errors: number;
  readonly lines: number;
  readonly share: number;
  readonly usual: number;
}

interface Memory {
  readonly baseline: Baseline;
  wrong: number;
  right: number;
  active: boolean;
  since: number;
  seen: Seen;
}

const stepMs = 5_000;
const bulk = 0.9;
const nothing: Seen = { errors: 0, lines: 0, share: 0, usual: 0 };

/** When the bulk of the window's errors began: a stray line before them is not the beginning. */
function burstAt(errorsSince: (from: number) => number, now: number): number {
  const enough = bulk * errorsSince(now - windowMs);
  let from = now - stepMs;
  while (from > now - windowMs && errorsSince(from) < enough) from -= stepMs;
  return from;
}

/**
 * A workload writes many more errors than it usually does, in number and as a share of its lines. Source: count of error
 * and fatal lines over half a minute. Not a fault: a few lines; a rate that is usual for it; a load that brings more of
 * everything.
 */
export const errorBurst = (): Detector => {
  const memories = new Map<string, Memory>();
  return {
    name: "log-error-burst",
    family: "log",
    nature: "symptom",
    *detect({ logs, now }): Iterable<Finding> {
      if (memories.size > 20_000) memories.clear();
      for (const tally of logs.workloads()) {
        const key = refKey(tally.workload);
        let memory = memories.get(key);
        if (!memory) {
          memory = { baseline: createBaseline(), wrong: 0, right: 0, active: false, since: 0, seen: nothing };
          memories.set(key, memory);
        }
        const errors = tally.errorsSince(now - windowMs);
        const lines = Math.max(errors, tally.linesSince(now - windowMs));
        const share = lines > 0 ? errors / lines : 0;
        const learned = memory.baseline.count >= 12;
        const usual = learned ? memory.baseline.high : 0;
        const wrong = learned && errors >= minErrors && share > 3 * usual + 0.03;
        if (wrong) {
          if (memory.wrong === 0 && !memory.active)
            memory.since = Math.max(burstAt(tally.errorsSince, now), tally.errorRunAt);
          memory.wrong++;
          memory.right = 0;
          memory.seen = { errors, lines, share, usual };
          if (memory.wrong >= 2) memory.active = true;
        } else {
          memory.wrong = 0;
          memory.right++;
          if (memory.right >= 2) memory.active = false;
          if (!memory.active && lines > 0) memory.baseline.admit(share);
        }
        if (!memory.active) continue;
        const { seen } = memory;
        yield {
          reason: "error-burst",
          target: tally.workload,
          severity: "medium",
          score: scoreOf(seen.share, seen.usual, 0.02),
          headline: "logs many errors",
          summary: `${tally.workload.name} wrote ${seen.errors} error lines within ${windowMs / 1_000} s, ${Math.round(seen.share * 100)} % of its lines; usually ${seen.usual < 0.0005 ? "none" : `${(seen.usual * 100).toFixed(1)} %`}`,
          startsAt: memory.since,
          fading: memory.wrong === 0 || now - tally.lastErrorAt > 10_000,
          value: seen.errors,
          expected: seen.usual * seen.lines,
          unit: "lines",
        };
      }
    },
  };
};
