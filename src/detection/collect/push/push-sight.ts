/** Judges by the rhythm of pushes whether they have stopped. All times are ms. */
export interface PushSight {
  pushed(at: number): void;
  /** Since when nothing comes, when that is too long for who has come so far. */
  silentSince(now: number): number | undefined;
}

const rememberMs = 10 * 60_000;
const minSilenceMs = 75_000;
/** Pushes that came rarely before say nothing by not coming. */
const maxUsualGapMs = 15_000;
const minPushes = 20;

/**
 * Agents push when there are lines, so silence may be peace. It is an alarm when pushes have come steadily, with no gap
 * longer than a quarter of a minute in the last ten minutes, and then none has come for five times that.
 */
export function createPushSight(): PushSight {
  let lastAt = Number.NaN;
  let pushes = 0;
  /** Longest gap of this span of ten minutes and of the one before. */
  let longest = 0;
  let longestBefore = 0;
  let spanFrom = Number.NaN;

  return {
    pushed(at) {
      if (Number.isNaN(spanFrom)) spanFrom = at;
      if (!Number.isNaN(lastAt)) longest = Math.max(longest, at - lastAt);
      if (at - spanFrom > rememberMs) {
        longestBefore = longest;
        longest = 0;
        spanFrom = at;
      }
      lastAt = Math.max(lastAt || 0, at);
      pushes++;
    },
    silentSince(now) {
      const usual = Math.max(longest, longestBefore);
      if (pushes < minPushes || usual > maxUsualGapMs) return undefined;
      return now - lastAt > Math.max(minSilenceMs, 5 * usual) ? lastAt : undefined;
    },
  };
}
