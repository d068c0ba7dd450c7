export interface RateLimit {
  /** 0 when it may go on, else the seconds to wait. */
  take(key: string, now: number): number;
}

/** More callers than this at once are forgotten and start afresh. */
const maxKeys = 5_000;

/** A bucket of `burst` requests a caller that fills with `perSecond`. */
export function createRateLimit({ burst, perSecond }: { burst: number; perSecond: number }): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(key, now) {
      const known = buckets.get(key);
      // A clock that was set back must not make anybody wait until it has caught up.
      const passedMs = known ? Math.max(0, now - known.at) : 0;
      const left = known ? Math.min(burst, known.left + (passedMs / 1_000) * perSecond) : burst;
      if (known && now < known.at) known.at = now;
      if (left < 1) return Math.ceil((1 - left) / perSecond);
      if (!known && buckets.size >= maxKeys) buckets.clear();
      buckets.set(key, { left: left - 1, at: now });
      return 0;
    },
  };
}
