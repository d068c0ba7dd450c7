import { errorWindowMs, type HealthVitals, healMemoryMinutes, hourOf } from "./health-features.ts";
import { recentErrors, type Track, usualErrors } from "./recent-errors.ts";

/** What one process has said of itself so far; the three tracks may have different lengths. */
export interface HealthTracks {
  readonly cpu: Track;
  readonly memory: Track;
  readonly errors: Track;
}

/** The newest answer. */
export interface HealthAnswer {
  /** Unix ms. */
  readonly at: number;
  readonly cpuRatio: number;
  readonly memoryRatio: number;
  readonly uptimeSeconds: number;
}

/** A point is one of five minutes ago when it is at most this much older (ms). */
const slackMs = 3 * 60_000;

/** The newest point that is at least a window old; undefined when there is none near enough, or none of this process. */
function windowAgo(track: Track, at: number, startedAt: number): number | undefined {
  for (let i = track.length - 1; i >= 0; i--) {
    const then = track.timeAt(i);
    if (then > at - errorWindowMs) continue;
    return then >= Math.max(startedAt, at - errorWindowMs - slackMs) ? i : undefined;
  }
  return undefined;
}

/** A heal takes a moment, and memory comes free at the next collection (ms). */
const healTakesMs = 60_000;

/** Memory before a heal less memory a minute after it, or now when that is sooner. */
function freedBy(memory: Track, healedAt: number): number | undefined {
  let before: number | undefined;
  let after: number | undefined;
  for (let i = memory.length - 1; i >= 0; i--) {
    const at = memory.timeAt(i);
    if (at > healedAt) {
      if (after === undefined || at >= healedAt + healTakesMs) after = memory.valueAt(i);
      continue;
    }
    before = at >= healedAt - slackMs ? memory.valueAt(i) : undefined;
    break;
  }
  return before === undefined || after === undefined ? undefined : before - after;
}

/**
 * What the decision is made from: the newest answer, and what the answers before it say about where it is going.
 *
 * @param healedAt when somebody last asked this process to heal itself (ms)
 */
export function vitalsOf({ cpu, memory, errors }: HealthTracks, answer: HealthAnswer, healedAt?: number): HealthVitals {
  const { at, cpuRatio, memoryRatio, uptimeSeconds } = answer;
  const startedAt = at - uptimeSeconds * 1_000;
  const sinceHeal = healedAt === undefined || healedAt < startedAt ? undefined : (at - healedAt) / 60_000;
  const minutesSinceHeal =
    sinceHeal !== undefined && sinceHeal >= 0 && sinceHeal < healMemoryMinutes ? sinceHeal : undefined;
  const usual = usualErrors(errors, startedAt);
  // What is always there is not what is wrong now.
  const unusual = (counted: number) => (counted > 2 * usual ? counted - usual : 0);
  const counted = recentErrors(
    errors,
    startedAt,
    errors.length - 1,
    minutesSinceHeal === undefined ? undefined : healedAt,
  );
  const memoryThen = windowAgo(memory, at, startedAt);
  const cpuThen = windowAgo(cpu, at, startedAt);
  const errorsThen = windowAgo(errors, at, startedAt);
  return {
    cpuRatio,
    memoryRatio,
    errorCount: unusual(counted),
    uptimeSeconds,
    hour: hourOf(at),
    memoryGrowth:
      memoryThen === undefined
        ? undefined
        : (memoryRatio - memory.valueAt(memoryThen)) / ((at - memory.timeAt(memoryThen)) / 60_000),
    errorsBefore: errorsThen === undefined ? undefined : unusual(recentErrors(errors, startedAt, errorsThen)),
    minutesSinceHeal,
    freedByHeal: healedAt === undefined || minutesSinceHeal === undefined ? undefined : freedBy(memory, healedAt),
    cpuGrowth: cpuThen === undefined ? undefined : cpuRatio - cpu.valueAt(cpuThen),
  };
}
