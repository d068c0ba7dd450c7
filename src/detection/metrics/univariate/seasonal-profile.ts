/**
 * The value expected at this time of the day or of the week: one exponentially forgetting mean for each slot of the
 * period, with the share of the ordinary deviation that knowing the slot removes ("skill"). A series without that
 * rhythm has skill near 0, and then nothing is concluded from its profile.
 *
 * A stay in a slot counts once, whatever the sampling rate, when it is over: what is expected now comes from earlier
 * periods only.
 */
export interface SeasonalProfile {
  readonly periodMs: number;
  readonly forget: number;
  /** Two numbers a slot: mean, and number of stays that made it. */
  readonly slots: Float32Array;
  /** The stay that is going on. */
  slot: number;
  sum: number;
  count: number;
  /** Typical absolute error of the profile and, over the same rows, of the recent level. */
  error: number;
  levelError: number;
}

/**
 * @param count number of slots
 * @param forget weight of the newest visit to a slot once there is history; 0.3 remembers about three periods, 0.2
 *   about five (an anomaly of one period must not become the norm, a new rhythm must be learned within days)
 */
export function createSeasonalProfile(periodMs: number, count: number, forget: number): SeasonalProfile {
  const slots = new Float32Array(2 * count);
  return { periodMs, forget, slots, slot: -1, sum: 0, count: 0, error: 0, levelError: 0 };
}

/** The value expected at `atMs`, or NaN where no earlier period has been seen. */
export function expectedAt(profile: SeasonalProfile, atMs: number): number {
  const slot = slotAt(profile, atMs);
  return profile.slots[2 * slot + 1] === 0 ? Number.NaN : (profile.slots[2 * slot] as number);
}

/** 0 (the time says nothing) .. 1 (it says everything). */
export function skillOf({ error, levelError }: SeasonalProfile): number {
  return levelError > 0 ? Math.max(0, 1 - error / levelError) : 0;
}

/**
 * Learns one value.
 *
 * @param level the recent level, the forecast that the profile has to beat
 * @param rate weight of this row in the two typical errors
 */
export function learnSeason(profile: SeasonalProfile, atMs: number, value: number, level: number, rate: number): void {
  const expected = expectedAt(profile, atMs);
  if (!Number.isNaN(expected)) {
    profile.error += rate * (Math.abs(value - expected) - profile.error);
    profile.levelError += rate * (Math.abs(value - level) - profile.levelError);
  }
  const slot = slotAt(profile, atMs);
  if (slot !== profile.slot) closeStay(profile, slot);
  profile.sum += value;
  profile.count++;
}

function closeStay(profile: SeasonalProfile, nextSlot: number): void {
  const { slot, slots, forget } = profile;
  if (profile.count > 0) {
    const mean = slots[2 * slot] as number;
    const stays = slots[2 * slot + 1] as number;
    slots[2 * slot] = mean + Math.max(forget, 1 / (stays + 1)) * (profile.sum / profile.count - mean);
    slots[2 * slot + 1] = stays + 1;
  }
  profile.slot = nextSlot;
  profile.sum = 0;
  profile.count = 0;
}

function slotAt({ periodMs, slots }: SeasonalProfile, atMs: number): number {
  const count = slots.length / 2;
  const phaseMs = ((atMs % periodMs) + periodMs) % periodMs;
  return Math.min(count - 1, Math.floor(phaseMs / (periodMs / count)));
}
