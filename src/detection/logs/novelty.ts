import { poissonTail } from "../../lib/poisson.ts";

/** Onsets nearer than this are one episode: a failing request writes several lines. */
const episodeMs = 5_000;
/** Older experience counts half. */
const halfLifeMs = 24 * 60 * 60_000;

/** How often a workload says something severe or rare for the first time. */
export interface Novelty {
  /** Takes onsets of kinds in any order; each is counted once. */
  note(onsets: readonly number[]): void;
  /** Episodes since `from` (ms). */
  since(from: number): number;
  /**
   * Chance of that many episodes within the window, from the rate before it; half an episode is added for what has not been
   * seen yet (Jeffreys' prior of a Poisson rate).
   */
  chance(from: number, now: number): number;
  readonly knownFrom: number;
}

/**
 * Times in ms. What is older than the window only counts, and counts half after a day; 10,000 onsets are told apart at
 * a time.
 */
export function createNovelty(knownFrom: number, windowMs: number): Novelty {
  const recent: number[] = [];
  const noted = new Set<number>();
  let older = 0;
  let experienceMs = 0;
  let experiencedUntil = knownFrom;

  function settle(from: number): void {
    if (from <= experiencedUntil) return;
    const kept = 2 ** (-(from - experiencedUntil) / halfLifeMs);
    older *= kept;
    experienceMs = experienceMs * kept + (from - experiencedUntil);
    experiencedUntil = from;
    while (recent[0] !== undefined && recent[0] < from) {
      recent.shift();
      older++;
    }
    for (const at of noted) if (at < from - 10 * windowMs) noted.delete(at);
  }

  return {
    knownFrom,
    note(onsets) {
      for (const at of onsets.toSorted((a, b) => a - b)) {
        if (at < experiencedUntil || noted.has(at) || noted.size > 10_000) continue;
        noted.add(at);
        const last = recent.at(-1);
        if (last !== undefined && Math.abs(at - last) < episodeMs) continue;
        recent.push(at);
      }
    },
    since: (from) => recent.filter((at) => at >= from).length,
    chance(from, now) {
      settle(from);
      const rate = (older + 0.5) / Math.max(windowMs, experienceMs);
      return poissonTail(this.since(from), rate * (now - from));
    },
  };
}
