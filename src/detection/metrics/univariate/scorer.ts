import { createAlarmMemory, newsIn } from "./alarm-memory.ts";
import { createProportions, observeSize, proportionOf } from "./proportions.ts";
import { createSeasonalProfile, expectedAt, learnSeason, skillOf } from "./seasonal-profile.ts";
import { createStuckRun, isStuck } from "./stuck-run.ts";
import { createSupport, distanceTo, learnValue, lowestOf, rangeOf, type Support, shareOnRuler } from "./support.ts";

export interface Scorer {
  /**
   * Score of one sample, 0 (nothing new) .. 1 (nothing like it so far), from this and earlier samples only.
   * A value that is not a finite number says nothing about the quantity: it scores 0 and teaches nothing.
   *
   * @param atMs unix time in milliseconds; gaps, repeats and steps backwards are allowed
   */
  push(atMs: number, value: number): number;
}

const dayMs = 86_400_000;
/** 1970-01-01 was a Thursday; with this a week begins on Monday. */
const mondayOffsetMs = 3 * dayMs;
/** A slot an hour: people and cron jobs keep to hours, and even hourly samples fill every slot. */
const slotsPerDay = 24;
/**
 * Nothing is claimed while everything is new: for 100 rows at least, then until a whole day has been seen, but for a day
 * of five-minute samples at most. Each view of the series needs its own 100 rows too.
 */
const learningRows = 100;
const learningRowsMost = 288;
/** Rows whose mean is the short-term level: bursts that are usual alone but not in a row show in it. */
const burstRows = 16;
/** Rows whose mean is the level that a seasonal profile has to beat. */
const levelRows = 50;
/** Rows over which a profile's skill is judged: about a day of five-minute samples. */
const skillRows = 333;
/** The novelty, as a share of the range, that scores one half: what an eye just notices on a chart. */
const halfScoreNovelty = 0.01;
/** Finer structure than half a percent of the range cannot be seen on a chart of the whole history. */
const valueResolution = 0.005;
/** Means and residuals are known less exactly than values, and there are three of these views to remember. */
const derivedResolution = 0.02;
/** Keeps differences finite in single precision. */
const largest = 1e38;

/**
 * A streaming scorer for one series, without settings. Four views of the series each remember where they have been
 * (`Support`): the value, its short-term mean, and its deviation from the profile of the day and of the week. How far the
 * newest point lies from everything remembered, in shares of the series' range, is the evidence; the views add up. Of the
 * seasonal ones the week counts as soon as it forecasts at all, until then the day (both would count one deviation twice),
 * weighted with its skill squared: a weak rhythm has nothing to be surprised at. A new value is also measured in
 * proportions, and the larger share counts: after one giant day, ten times the usual is still news. A value stuck inside its
 * range counts as a visible novelty.
 * `AlarmMemory` then takes off what has been reported. Cost: a few binary searches a row; memory: 1 to 6 KiB.
 */
export function createScorer(): Scorer {
  const values = createSupport(valueResolution);
  const bursts = createSupport(derivedResolution);
  const seasons = [
    { profile: createSeasonalProfile(7 * dayMs, 7 * slotsPerDay, 0.2), residuals: createSupport(derivedResolution) },
    { profile: createSeasonalProfile(dayMs, slotsPerDay, 0.3), residuals: createSupport(derivedResolution) },
  ];
  const proportions = createProportions();
  const stuck = createStuckRun();
  const memory = createAlarmMemory();
  let rows = 0;
  let origin = 0;
  let firstMs = 0;
  let level = 0;
  let burst = 0;

  return {
    push(atMs, value) {
      if (!Number.isFinite(value) || !Number.isFinite(atMs)) return 0;
      if (++rows === 1) {
        origin = value;
        firstMs = atMs;
      }
      const x = Math.max(-largest, Math.min(largest, value - origin));
      observeSize(proportions, value, rows);
      let evidence = novelty(values, x, rangeOf(values));
      if (evidence > 0) {
        const share = shareOnRuler(values, x, (other) => proportionOf(proportions, other + origin));
        if (share > valueResolution) evidence = Math.max(evidence, share);
      }
      learnValue(values, x);
      const range = rangeOf(values);
      burst += Math.max(1 / rows, 1 / burstRows) * (x - burst);
      evidence += novelty(bursts, burst, range);
      learnValue(bursts, burst);
      let isForetold = false;
      for (const { profile, residuals } of seasons) {
        const residual = x - expectedAt(profile, atMs + mondayOffsetMs);
        const skill = skillOf(profile);
        if (!Number.isNaN(residual)) {
          if (residuals.rows >= learningRows && !isForetold)
            evidence += skill ** 2 * novelty(residuals, residual, range);
          learnValue(residuals, residual);
        }
        isForetold ||= skill > 0;
        learnSeason(profile, atMs + mondayOffsetMs, x, level, Math.max(1 / rows, 1 / skillRows));
      }
      level += Math.max(1 / rows, 1 / levelRows) * (x - level);
      const low = lowestOf(values);
      if (isStuck(stuck, x, rows, low, low + range)) evidence += halfScoreNovelty;
      const hasSeenEnough = rows > learningRowsMost || (rows > learningRows && atMs - firstMs >= dayMs);
      const surprise = hasSeenEnough ? Math.log1p(evidence / halfScoreNovelty) : 0;
      return 1 - Math.exp(-newsIn(memory, surprise, rows));
    },
  };
}

/** Distance from all that is remembered as a share of the range, 0..1; 0 below the resolution. */
function novelty(support: Support, value: number, range: number): number {
  const distance = distanceTo(support, value);
  if (distance === 0) return 0;
  const unit = Math.max(range, rangeOf(support));
  const share = unit > 0 ? Math.min(1, distance / unit) : 1;
  return share > support.resolution ? share : 0;
}
