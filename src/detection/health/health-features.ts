/** One look at an instance: what the decision is made from. */
export interface HealthVitals {
  /** Share of its CPU, 0..1; more when it may use several cores. */
  readonly cpuRatio: number;
  /** Share of its memory limit. */
  readonly memoryRatio: number;
  /** Errors of the last five minutes; of what has been since a soft heal, as many as five minutes would bring. */
  readonly errorCount: number;
  readonly uptimeSeconds: number;
  /** Hour of day in UTC, 0..24 with fractions. */
  readonly hour: number;
  /** Share of the memory limit gained a minute, over the last five; unknown when it has not been watched for so long. */
  readonly memoryGrowth?: number | undefined;
  /** Errors of the five minutes before those; unknown likewise. */
  readonly errorsBefore?: number | undefined;
  /** Since this process was last asked to heal itself; absent when it was not. */
  readonly minutesSinceHeal?: number | undefined;
  /** Share of the memory limit that came free with that heal; unknown likewise. */
  readonly freedByHeal?: number | undefined;
  /** CPU gained since five minutes ago, as a share; unknown likewise. */
  readonly cpuGrowth?: number | undefined;
}

/** A model knows all of these or the first so many: what is new comes at the end. */
export const healthFeatures = [
  "cpu",
  "memory",
  "errors",
  "uptime",
  "hour-sin",
  "hour-cos",
  "memory-growth",
  "errors-before",
  "since-heal",
  "freed-by-heal",
  "cpu-growth",
] as const;

/** Without them there is no decision; the others look back in time. */
export const fewestHealthFeatures = 6;

/** The window in which errors are counted (ms). */
export const errorWindowMs = 5 * 60_000;
/** A heal that long ago is history. */
export const healMemoryMinutes = 60;

/** Below everything that is measured, so that one cut tells what is not known from what is. */
const unknownChange = -2;
const unknown = -1;

/** Of the day in UTC, 0..24 with fractions, from Unix ms. */
export function hourOf(at: number): number {
  return (at / 3_600_000) % 24;
}

const logOf = (value: number | undefined) => (value === undefined ? unknown : Math.log1p(Math.max(0, value)));

const changeOf = (value: number | undefined) =>
  value === undefined ? unknownChange : Math.min(1.5, Math.max(-1.5, value));

/**
 * Writes one row of `healthFeatures` into `into`. Midnight follows 23 o'clock, hence sine and cosine; counts and times
 * stand as logarithms, which changes nothing for a tree but keeps thresholds short in the model file.
 */
export function writeFeatures(vitals: HealthVitals, into: Float64Array, offset = 0): void {
  const turn = (vitals.hour / 24) * 2 * Math.PI;
  const { memoryGrowth, minutesSinceHeal } = vitals;
  into[offset] = Math.min(1.5, Math.max(0, vitals.cpuRatio));
  into[offset + 1] = Math.min(1.5, Math.max(0, vitals.memoryRatio));
  into[offset + 2] = logOf(vitals.errorCount);
  into[offset + 3] = logOf(vitals.uptimeSeconds);
  into[offset + 4] = Math.sin(turn);
  into[offset + 5] = Math.cos(turn);
  const healed = minutesSinceHeal !== undefined && minutesSinceHeal < healMemoryMinutes;
  into[offset + 6] = changeOf(memoryGrowth);
  into[offset + 7] = logOf(vitals.errorsBefore);
  into[offset + 8] = logOf(healed ? minutesSinceHeal : undefined);
  into[offset + 9] = changeOf(healed ? vitals.freedByHeal : undefined);
  into[offset + 10] = changeOf(vitals.cpuGrowth);
}
