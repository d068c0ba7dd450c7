/** One look at an instance: what the decision is made from. */
export interface HealthVitals {
  /** Share of its CPU, 0..1; more when it may use several cores. */
  readonly cpuRatio: number;
  /** Share of its memory limit. */
  readonly memoryRatio: number;
  /** Errors of the last five minutes. */
  readonly errorCount: number;
  readonly uptimeSeconds: number;
  /** Hour of day in UTC, 0..24 with fractions. */
  readonly hour: number;
}

export const healthFeatures = ["cpu", "memory", "errors", "uptime", "hour-sin", "hour-cos"] as const;

/** The window in which errors are counted (ms). */
export const errorWindowMs = 5 * 60_000;

export function hourOf(at: number): number {
  return (at / 3_600_000) % 24;
}

/**
 * Writes one row of `healthFeatures` into `into`. Midnight follows 23 o'clock, hence sine and cosine; counts and times
 * stand as logarithms, which changes nothing for a tree but keeps thresholds short in the model file.
 */
export function writeFeatures(vitals: HealthVitals, into: Float64Array, offset = 0): void {
  const turn = (vitals.hour / 24) * 2 * Math.PI;
  into[offset] = Math.min(1.5, Math.max(0, vitals.cpuRatio));
  into[offset + 1] = Math.min(1.5, Math.max(0, vitals.memoryRatio));
  into[offset + 2] = Math.log1p(Math.max(0, vitals.errorCount));
  into[offset + 3] = Math.log1p(Math.max(0, vitals.uptimeSeconds));
  into[offset + 4] = Math.sin(turn);
  into[offset + 5] = Math.cos(turn);
}
