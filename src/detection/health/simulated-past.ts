import { errorWindowMs, type HealthVitals } from "./health-features.ts";

/** Time from one look at an instance to the next. */
export const stepMinutes = 0.5;
/** A stretch shorter than this is not blown up further. */
const leastSteps = 2;
/** So long an application has to be watched until it is known what is usual for it (minutes). */
const usualAfter = 20;
const windowSteps = errorWindowMs / 60_000 / stepMinutes;

/** What has been seen of a simulated instance since its start, as far back as two windows of errors. */
export interface Past {
  readonly errors: number[];
  readonly cpu: number[];
  readonly memory: number[];
  watchedMinutes: number;
  /** Memory just before the last heal, and what it has freed. */
  memoryAtHeal: number;
  freedByHeal: number | undefined;
  minutesSinceHeal: number | undefined;
  /** Errors that five minutes always bring; 0 until they are known. */
  usualErrors: number;
}

/** As at the start of the process: nothing is usual yet, and no heal is known. */
export function newPast(): Past {
  return {
    errors: [],
    cpu: [],
    memory: [],
    watchedMinutes: 0,
    memoryAtHeal: 0,
    freedByHeal: undefined,
    minutesSinceHeal: undefined,
    usualErrors: 0,
  };
}

/** What one look shows; `usualErrors` is what five minutes of this hour would bring on a good day. */
interface Look {
  readonly errors: number;
  readonly cpuRatio: number;
  readonly memoryRatio: number;
  readonly usualErrors: number;
}

/** Takes one look, half a minute after the one before; what is older than ten minutes is forgotten. */
export function remember(past: Past, look: Look): void {
  past.errors.push(look.errors);
  past.cpu.push(look.cpuRatio);
  past.memory.push(look.memoryRatio);
  for (const seen of [past.errors, past.cpu, past.memory]) if (seen.length > 2 * windowSteps) seen.shift();
  past.watchedMinutes += stepMinutes;
  past.usualErrors = past.watchedMinutes < usualAfter ? 0 : look.usualErrors;
  if (past.minutesSinceHeal === undefined) return;
  past.minutesSinceHeal += stepMinutes;
  // Memory is compared a minute after.
  if (past.minutesSinceHeal <= 1) past.freedByHeal = past.memoryAtHeal - look.memoryRatio;
}

/** A soft heal right after the last look; what it frees shows in the looks of the minute that follows. */
export function rememberHeal(past: Past): void {
  past.minutesSinceHeal = 0;
  past.memoryAtHeal = past.memory.at(-1) ?? 0;
  past.freedByHeal = undefined;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** How much a value has changed within a window; undefined before it has been seen for as long. */
function changeOf(seen: readonly number[]): number | undefined {
  const before = seen.at(-1 - windowSteps);
  const now = seen.at(-1);
  return before === undefined || now === undefined ? undefined : now - before;
}

/** The same that the detector reads from the answers of a health endpoint. */
export function lookBack(
  { errors, cpu, memory, minutesSinceHeal, freedByHeal, usualErrors }: Past,
  firstSight: boolean,
): Omit<HealthVitals, "cpuRatio" | "memoryRatio" | "uptimeSeconds" | "hour"> {
  const unusual = (counted: number) => (counted > 2 * usualErrors ? Math.round(counted - usualErrors) : 0);
  // What was before a heal is history; of a shorter stretch as many as five minutes would bring.
  const healSteps = minutesSinceHeal === undefined ? windowSteps : Math.max(1, minutesSinceHeal / stepMinutes);
  const steps = Math.min(windowSteps, healSteps);
  const errorCount = unusual(sum(errors.slice(-steps)) * Math.min(windowSteps / steps, windowSteps / leastSteps));
  if (firstSight) return { errorCount };
  const memoryChange = changeOf(memory);
  const cpuGrowth = changeOf(cpu);
  return {
    errorCount,
    ...(memoryChange === undefined ? {} : { memoryGrowth: memoryChange / (windowSteps * stepMinutes) }),
    ...(errors.length > windowSteps
      ? { errorsBefore: unusual(sum(errors.slice(-2 * windowSteps, -windowSteps))) }
      : {}),
    ...(minutesSinceHeal === undefined ? {} : { minutesSinceHeal, freedByHeal }),
    ...(cpuGrowth === undefined ? {} : { cpuGrowth }),
  };
}
