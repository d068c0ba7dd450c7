/** One time that a series was off, from its first point to its last (ms). */
interface Episode {
  readonly from: number;
  readonly to: number;
  /** Farthest from what is usual. */
  readonly away: number;
}

/** Told so many times, and then known. */
const leastEpisodes = 3;
const keptEpisodes = 4;
/** What comes more often than this is no schedule, where nobody feels it; where somebody does, only what comes by the hour is (ms). */
export const leastGapMs = { unfelt: 10 * 60_000, felt: 45 * 60_000 } as const;
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
function isInRhythm(episodes: readonly Episode[], current: Episode, leastGap: number = leastGapMs.unfelt): boolean {
  const last = episodes.slice(-leastEpisodes);
  if (last.length < leastEpisodes) return false;
  const starts = [...last.map(({ from }) => from), current.from];
  const gaps = starts.slice(1).map((at, i) => at - (starts[i] ?? at));
  const usual = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0;
  const tolerance = Math.max(leastToleranceMs, gapShare * usual);
  if (usual < leastGap || gaps.some((gap) => Math.abs(gap - usual) > tolerance)) return false;
  const mostAway = Math.max(...last.map(({ away }) => away));
  const longest = Math.max(...last.map(({ from, to }) => to - from));
  return current.away <= moreAway * mostAway && current.to - current.from <= longer * longest + longerMs;
}

/** The times that one series has been off, the one that goes on now included. */
export interface Rhythm {
  /**
   * Takes a point: whether the series is told as off, whether this very point is, and how far from what is usual.
   * @returns whether it is off as its schedule makes it so
   */
  take(
    at: number,
    active: boolean,
    point: { readonly isOff: boolean; readonly since: number; readonly away: number },
  ): boolean;
}

/**
 * Keeps the last four times; a schedule is known from the fourth time on. @param leastGap what comes more often than
 * this is no schedule (ms)
 */
export function createRhythm(leastGap: number): Rhythm {
  const episodes: Episode[] = [];
  let episode: Episode | undefined;
  return {
    take(at, active, { isOff, since, away }) {
      if (!active) {
        if (episode) episodes.push(episode);
        if (episodes.length > keptEpisodes) episodes.shift();
        episode = undefined;
        return false;
      }
      const known = episode ?? { from: since, to: at, away: 0 };
      episode = {
        from: known.from,
        to: isOff ? at : known.to,
        away: isOff ? Math.max(known.away, away) : known.away,
      };
      return isInRhythm(episodes, episode, leastGap);
    },
  };
}
