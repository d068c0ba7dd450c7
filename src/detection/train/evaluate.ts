import { createLevelModel, type SequenceModel } from "../metrics/forecast/gru-network.ts";
import { clipFar, featureCount } from "../metrics/forecast/series-features.ts";
import type { SeriesGroup } from "../metrics/forecast/series-kinds.ts";
import { type Tail, tailOf } from "../metrics/forecast/spot.ts";
import type { Run } from "./steps.ts";

/** Everything known of one series, with what its group is. */
export interface SeriesRuns {
  readonly group: SeriesGroup;
  readonly runs: readonly Run[];
}

/** Mean absolute errors of one-step forecasts of the same points, in units of each series. */
export interface ForecastErrors {
  readonly points: number;
  readonly model: number;
  /** The next value is this one. */
  readonly persistence: number;
  /** The next value is the one of the last season that is known. */
  readonly seasonalNaive: number;
  /** The next value is the level. */
  readonly level: number;
}

export interface Evaluation {
  readonly errors: ForecastErrors;
  readonly tails: Partial<Record<SeriesGroup, Tail>>;
}

const errorPoints = 120;
const leastError = 0.1;

/** Value at `at` or the last before it; NaN when that is older than `slackMs`. */
function valueAt({ nextTimes, next }: Run, at: number, slackMs: number): number {
  let low = 0;
  let high = nextTimes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((nextTimes[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  const i = low - 1;
  return i >= 0 && at - (nextTimes[i] as number) <= slackMs ? (next[i] as number) : Number.NaN;
}

/** The newest value that lies a whole number of seasons back: the last season may have been troubled, or have a gap. */
function seasonsAgo(runs: readonly Run[], at: number, seasonMs: number, slackMs: number): number {
  for (let seasons = 1; seasons <= 12; seasons++) {
    for (const run of runs) {
      const value = valueAt(run, at - seasons * seasonMs, slackMs);
      if (!Number.isNaN(value)) return value;
    }
  }
  return Number.NaN;
}

/**
 * Forecasts the way detection does (state carried along, nothing seen twice) and measures points from `from` on that every
 * rival can forecast too. Tails are those of absolute residuals in mean errors of their series.
 */
export function evaluateForecasts(
  all: readonly SeriesRuns[],
  model: SequenceModel,
  options: { readonly from: number; readonly to?: number; readonly seasonMs: number; readonly tickMs: number },
): Evaluation {
  const { from, to = Number.POSITIVE_INFINITY, seasonMs, tickMs } = options;
  const sums = { points: 0, model: 0, persistence: 0, seasonalNaive: 0, level: 0 };
  const residuals: Record<SeriesGroup, number[]> = { resource: [], traffic: [], trouble: [] };
  const slot = Int32Array.of(0);
  const move = new Float32Array(1);
  for (const { group, runs } of all) {
    let meanError = 1;
    let seen = 0;
    for (const run of runs) {
      const state = new Float32Array(model.hidden);
      for (let i = 0; i < run.moves.length; i++) {
        model.step(run.rows.subarray(i * featureCount, (i + 1) * featureCount), slot, 1, state, move);
        const expected = clipFar(move[0] as number) * (run.liveliness[i] as number);
        const error = Math.abs(expected - (run.moves[i] as number));
        const at = run.nextTimes[i] as number;
        if (at >= from && at < to && seen >= 12) {
          residuals[group].push(error / Math.max(meanError, leastError));
          const naive = seasonsAgo(runs, at, seasonMs, 4 * tickMs);
          if (!Number.isNaN(naive)) {
            sums.points++;
            sums.model += error;
            sums.persistence += Math.abs(run.moves[i] as number);
            sums.level += Math.abs(run.fromLevel[i] as number);
            sums.seasonalNaive += Math.abs(clipFar(((run.next[i] as number) - naive) / (run.units[i] as number)));
          }
        }
        seen++;
        meanError +=
          Math.max(1 / (seen + 1), 1 / errorPoints) *
          (Math.min(error, 4 * Math.max(meanError, leastError)) - meanError);
      }
    }
  }
  const { points } = sums;
  const mean = (sum: number) => (points === 0 ? Number.NaN : sum / points);
  const tails: Partial<Record<SeriesGroup, Tail>> = {};
  for (const group of ["resource", "traffic", "trouble"] as const) {
    const tail = tailOf(residuals[group]);
    if (tail) tails[group] = tail;
  }
  return {
    errors: {
      points,
      model: mean(sums.model),
      persistence: mean(sums.persistence),
      seasonalNaive: mean(sums.seasonalNaive),
      level: mean(sums.level),
    },
    tails,
  };
}

const dayMs = 86_400_000;

/**
 * The season to compare with: a day when the data has two; otherwise the period between 2 and 20 minutes with which the
 * seasonal-naive forecast does best before `before`, which is the strongest rival that such data allows.
 */
export function seasonOf(
  all: readonly SeriesRuns[],
  span: { readonly from: number; readonly before: number; readonly tickMs: number },
): number {
  if (span.before - span.from >= 2 * dayMs) return dayMs;
  const still = createLevelModel(featureCount);
  let best = dayMs;
  let least = Number.POSITIVE_INFINITY;
  for (let minutes = 2; minutes <= 20; minutes += 1) {
    const seasonMs = minutes * 60_000;
    const from = span.before - (span.before - span.from) / 2;
    const { errors } = evaluateForecasts(all, still, { from, to: span.before, seasonMs, tickMs: span.tickMs });
    if (!(errors.seasonalNaive < least)) continue;
    least = errors.seasonalNaive;
    best = seasonMs;
  }
  return best;
}
