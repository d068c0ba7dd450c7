import {
  createSeasonalProfile,
  expectedAt,
  learnSlot,
  type SeasonalProfile,
  skillOf,
  slotOf,
} from "./seasonal-profile.ts";
import { createSupport, learnValue, noveltyOf, resolution, type Support } from "./support.ts";

export interface Scorer {
  /**
   * Score of one sample, 0 (seen before) .. 1 (nothing like it so far), from this and earlier samples only.
   * A value that is not a finite number says nothing about the quantity: it scores 0 and teaches nothing.
   *
   * @param atMs unix time in milliseconds; gaps, repeats and steps backwards are allowed
   */
  push(atMs: number, value: number): number;
}

const dayMs = 86_400_000;
/** 1970-01-01 was a Thursday; shifted so that a week begins on Monday. */
const mondayOffsetMs = 3 * dayMs;
/** Nothing is claimed while everything is new. About eight hours of five-minute samples. */
const learningRows = 100;
/** How long one alarm keeps weaker evidence from being news again: rows until its effect has fallen to 1/e. */
const refractoryRows = 150;
/** The novelty, as a share of the range, that scores one half. */
const halfScoreNovelty = 0.01;

interface Channel {
  readonly profile: SeasonalProfile;
  readonly residuals: Support;
}

/** A streaming scorer for one series. No settings: all scales are learned from the series itself. */
export function createScorer(): Scorer {
  const values = createSupport();
  const channels: readonly Channel[] = [
    { profile: createSeasonalProfile(dayMs, 288, 0.3), residuals: createSupport() },
    { profile: createSeasonalProfile(7 * dayMs, 336, 0.2), residuals: createSupport() },
  ];
  let rows = 0;
  let level = 0;
  let refractory = 0;
  return {
    push(atMs, value) {
      if (!Number.isFinite(value) || !Number.isFinite(atMs)) return 0;
      rows++;
      if (rows === 1) level = value;
      let evidence = significant(noveltyOf(values, value));
      learnValue(values, value);
      for (const { profile, residuals } of channels) {
        const slot = slotOf(profile, atMs + mondayOffsetMs);
        const expected = expectedAt(profile, slot);
        if (!Number.isNaN(expected)) {
          const residual = value - expected;
          evidence += skillOf(profile) * significant(noveltyOf(residuals, residual));
          learnValue(residuals, residual);
        }
        learnSlot(profile, slot, value, level, Math.max(1 / rows, 0.003));
      }
      level += Math.max(1 / rows, 0.02) * (value - level);
      const surprise = rows <= learningRows ? 0 : Math.log1p(evidence / halfScoreNovelty);
      const news = Math.max(0, surprise - refractory);
      refractory = Math.max(refractory * Math.exp(-1 / refractoryRows), surprise);
      return 1 - Math.exp(-news);
    },
  };
}

function significant(novelty: number): number {
  return novelty > resolution ? novelty : 0;
}
