/**
 * The value expected at this time of the day or of the week: one exponentially forgetting mean for each slot of the
 * period, with the share of the ordinary deviation that knowing the slot removes ("skill"). A series without that
 * rhythm has skill near 0, and then nothing is concluded from its profile.
 */
export interface SeasonalProfile {
  readonly periodMs: number;
  readonly slotMs: number;
  readonly forget: number;
  readonly mean: Float64Array;
  readonly seen: Uint8Array;
  /** Typical absolute error of the profile and, over the same rows, of the recent level. */
  error: number;
  levelError: number;
}

/** Visits to a slot before its mean is used as a forecast: one visit is an anecdote. */
const minVisits = 2;

/**
 * @param forget weight of the newest visit to a slot once there is history; 0.3 remembers about three periods,
 *   0.2 about five (an anomaly of one period must not become the norm, a new rhythm must be learned within days).
 */
export function createSeasonalProfile(periodMs: number, slots: number, forget: number): SeasonalProfile {
  return {
    periodMs,
    slotMs: periodMs / slots,
    forget,
    mean: new Float64Array(slots),
    seen: new Uint8Array(slots),
    error: 0,
    levelError: 0,
  };
}

export function slotOf(profile: SeasonalProfile, atMs: number): number {
  const phase = ((atMs % profile.periodMs) + profile.periodMs) % profile.periodMs;
  return Math.min(profile.mean.length - 1, Math.floor(phase / profile.slotMs));
}

/** The expected value, or NaN while the slot has been visited fewer than two times. */
export function expectedAt(profile: SeasonalProfile, slot: number): number {
  return (profile.seen[slot] as number) >= minVisits ? (profile.mean[slot] as number) : Number.NaN;
}

/** 0 (the time of day says nothing) .. 1 (it says everything). */
export function skillOf(profile: SeasonalProfile): number {
  return profile.levelError > 0 ? Math.max(0, 1 - profile.error / profile.levelError) : 0;
}

/** Learns one value; `level` is the recent level that the profile has to beat, `rate` the weight of this row. */
export function learnSlot(profile: SeasonalProfile, slot: number, value: number, level: number, rate: number): void {
  const expected = expectedAt(profile, slot);
  if (!Number.isNaN(expected)) {
    profile.error += rate * (Math.abs(value - expected) - profile.error);
    profile.levelError += rate * (Math.abs(value - level) - profile.levelError);
  }
  const seen = profile.seen[slot] as number;
  const mean = profile.mean[slot] as number;
  profile.mean[slot] = mean + Math.max(profile.forget, 1 / (seen + 1)) * (value - mean);
  if (seen < 255) profile.seen[slot] = seen + 1;
}
