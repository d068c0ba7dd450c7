/** How far one clock is ahead of another, as far as facts tell that both have stamped. What is no number tells nothing. */
export interface ClockBounds {
  /** What cannot have happened later than now was stamped so much later (ms): the clock is ahead by at least this. */
  atLeast(aheadMs: number, now: number): void;
  /** What cannot have happened before it was asked for was stamped so much later (ms): it is ahead by no more. */
  atMost(aheadMs: number, now: number): void;
  /** How far it is proved to be ahead, behind when below 0 (ms); 0 while it may be right. */
  aheadMs(now: number): number;
}

/** Stamps are whole seconds, and clocks that are kept in step are less than that apart. */
export const toleratedMs = 2_000;

/** The largest of what was told within one to two spans of time. */
function createRecentMax(spanMs: number) {
  let current = Number.NEGATIVE_INFINITY;
  let earlier = Number.NEGATIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  const turn = (now: number): void => {
    if (now < until) return;
    earlier = now < until + spanMs ? current : Number.NEGATIVE_INFINITY;
    current = Number.NEGATIVE_INFINITY;
    until = now + spanMs;
  };
  return {
    add(value: number, now: number): void {
      turn(now);
      current = Math.max(current, value);
    },
    at(now: number): number {
      turn(now);
      return Math.max(current, earlier);
    },
    forget(): void {
      current = Number.NEGATIVE_INFINITY;
      earlier = Number.NEGATIVE_INFINITY;
    },
  };
}

/**
 * Nothing here is guessed: what is stamped in the future of whoever receives it proves a clock that is ahead, what is stamped
 * before it was asked for one that is behind. Facts that contradict each other are of before and after the clock was set: the
 * newer holds. A fact counts for one to two times `memoryMs`. The answer stays while it is true to a second or two, so that
 * what was told once is told the same again. How far a clock is behind is told by what was asked for, where answers come at
 * once; by the freshest of what it stamps with `streams`, where something new comes all the time.
 */
export function createClockBounds(memoryMs: number, { streams = false } = {}): ClockBounds {
  const least = createRecentMax(memoryMs);
  const mostNegated = createRecentMax(memoryMs);
  let told = 0;

  return {
    atLeast(aheadMs, now) {
      if (!Number.isFinite(aheadMs)) return;
      if (aheadMs > -mostNegated.at(now) + toleratedMs) mostNegated.forget();
      least.add(aheadMs, now);
    },
    atMost(aheadMs, now) {
      if (!Number.isFinite(aheadMs)) return;
      if (aheadMs < least.at(now) - toleratedMs) least.forget();
      mostNegated.add(-aheadMs, now);
    },
    aheadMs(now) {
      const [lower, upper] = [least.at(now), -mostNegated.at(now)];
      const proved = lower > toleratedMs ? lower : upper < -toleratedMs ? (streams ? lower : upper) : 0;
      if (proved === 0 || told === 0 || Math.abs(proved - told) > toleratedMs) told = proved;
      return told;
    },
  };
}
