/** One time that a series was off, from its first point to its last (ms). */
export interface Episode {
  readonly from: number;
  readonly to: number;
  /** Farthest from what is usual. */
  readonly away: number;
}

/** Told so many times, and then known. */
const leastEpisodes = 3;
export const keptEpisodes = 4;
/** Whatever comes more often than this is no schedule (ms). */
const leastGapMs = 10 * 60_000;
/** Jobs wait for their turn, take longer with more to do, and ticks are seconds apart. */
const gapShare = 0.1;
const leastToleranceMs = 90_000;
const moreAway = 1.3;
const longer = 1.5;
const longerMs = 60_000;

/**
 * Is it off again because a schedule makes it so? The last times came at equal distances, and this one comes as long after
 * them, is no farther off and takes no longer.
 */
export function isInRhythm(episodes: readonly Episode[], current: Episode): boolean {
  const last = episodes.slice(-leastEpisodes);
  if (last.length < leastEpisodes) return false;
  const starts = [...last.map(({ from }) => from), current.from];
  const gaps = starts.slice(1).map((at, i) => at - (starts[i] ?? at));
  const usual = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0;
  const tolerance = Math.max(leastToleranceMs, gapShare * usual);
  if (usual < leastGapMs || gaps.some((gap) => Math.abs(gap - usual) > tolerance)) return false;
  const mostAway = Math.max(...last.map(({ away }) => away));
  const longest = Math.max(...last.map(({ from, to }) => to - from));
  return current.away <= moreAway * mostAway && current.to - current.from <= longer * longest + longerMs;
}
