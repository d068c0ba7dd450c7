import type { Series } from "../../cluster/series-store.ts";
import { timeLeftText } from "../time-left.ts";
import { type Trend, trendOf } from "./trend.ts";

/** When something that fills up is full, with the interval that the slopes of the window allow. */
export interface Exhaustion {
  /** Since when it grows like this (ms). */
  readonly since: number;
  /** The moment from which the times below count (ms). */
  readonly at: number;
  /** Until it is full (ms): most likely, soonest, and latest. */
  readonly leftMs: number;
  readonly soonestMs: number;
  readonly latestMs: number;
  readonly trend: Trend;
}

export interface ExhaustionSpec {
  /** The value at which it is full. */
  readonly capacity: number;
  /** What takes longer than this is not told (ms). */
  readonly horizonMs: number;
  /** Growth within a window that is less than this share of the capacity may be anything. */
  readonly minGrowth: number;
}

/** Long windows first: they tell most. A ramp that began a moment ago shows in the short one alone. */
const windowsMs = [20 * 60_000, 10 * 60_000, 5 * 60_000] as const;
const minSpanMs = 150_000;
/** Nobody knows what comes after many times the stretch that was seen. */
const maxReach = 6;
/** Slopes of all pairs are quadratic work. */
const maxPoints = 36;
/** Filling caches, opening files and connections: what a process does when it starts. */
const warmUpMs = 60_000;
const gapMs = 3 * 60_000;

interface Stretch {
  readonly from: number;
  /** The highest value before something was given back, after which it began to grow again; 0 when that was not seen. */
  readonly peakBefore: number;
}

/** The newest stretch in which nothing was given back: a clean-up, a rotation, a restart each end one. */
function stretchOf(series: Series, capacity: number): Stretch {
  let low = series.last;
  for (let i = series.length - 1; i > 0; i--) {
    const before = series.valueAt(i - 1);
    if (series.timeAt(i) - series.timeAt(i - 1) > gapMs) return { from: i, peakBefore: 0 };
    low = Math.min(low, series.valueAt(i));
    // A fall of a tenth of the value, or of a thirtieth of everything, is no noise.
    if (before - low > Math.max(0.1 * before, capacity / 30)) {
      let peak = before;
      for (let j = i - 1; j >= 0; j--) peak = Math.max(peak, series.valueAt(j));
      return { from: i, peakBefore: peak };
    }
  }
  return { from: 0, peakBefore: 0 };
}

function windowOf(series: Series, first: number, fromMs: number): { times: number[]; values: number[] } | undefined {
  let start = first;
  while (start < series.length && series.timeAt(start) < fromMs) start++;
  const count = series.length - start;
  if (count < 8 || series.lastAt - series.timeAt(start) < minSpanMs) return undefined;
  const step = Math.max(1, Math.ceil(count / maxPoints));
  const times: number[] = [];
  const values: number[] = [];
  for (let i = series.length - 1; i >= start; i -= step) {
    times.push(series.timeAt(i));
    values.push(series.valueAt(i));
  }
  return { times: times.reverse(), values: values.reverse() };
}

/**
 * How much more there will be when growth slows down as it does from the first third of the window to the last, each
 * third by the same factor: it levels off there, like everything that fills with what is there to be kept.
 */
function stillToCome({ early, recent }: Trend, spanMs: number): number {
  if (recent <= 0) return 0;
  if (early <= recent) return Number.POSITIVE_INFINITY;
  const perSecond = Math.log(early / recent) / ((spanMs / 1_000) * (2 / 3));
  return recent / perSecond;
}

/**
 * A robust line (Theil 1950, Sen 1968) through the newest stretch of growth, carried on until it meets the capacity.
 * Undefined for what has not grown, has flattened, came in one step, swings (it was higher before and went down again by
 * itself), or would take longer than the horizon or than six times the stretch that was seen.
 */
export function exhaustionOf(series: Series, spec: ExhaustionSpec): Exhaustion | undefined {
  const { capacity, horizonMs, minGrowth } = spec;
  const room = capacity - series.last;
  if (series.length < 8 || room <= 0) return undefined;
  const { from, peakBefore } = stretchOf(series, capacity);
  // Below the last turning point it may turn again; one that it reached when it was all but full was no turning point.
  if (series.last < peakBefore + minGrowth * capacity && peakBefore < 0.95 * capacity) return undefined;
  const born = series.timeAt(from) + warmUpMs;
  for (const windowMs of windowsMs) {
    const window = windowOf(series, from, Math.max(born, series.lastAt - windowMs));
    if (!window) continue;
    const { times, values } = window;
    // Cheap, and enough for almost every series.
    if ((values.at(-1) ?? 0) - (values[0] ?? 0) < minGrowth * capacity) continue;
    const trend = trendOf(times, values);
    if (!trend || trend.slow <= 0 || trend.rising < 0.85 || trend.recent < 0.65 * trend.slope) continue;
    const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    if (stillToCome(trend, spanMs) < room) continue;
    const leftMs = (room / trend.slope) * 1_000;
    if (leftMs > Math.min(horizonMs, maxReach * spanMs)) continue;
    return {
      since: times[0] ?? series.lastAt,
      at: series.lastAt,
      leftMs,
      soonestMs: (room / Math.max(trend.fast, trend.slope)) * 1_000,
      latestMs: (room / trend.slow) * 1_000,
      trend,
    };
  }
  return undefined;
}

/** For people: `in about 18 min (12 to 30 min) from 06:51 UTC`. */
export function whenText(found: Exhaustion): string {
  return timeLeftText(found.at, found);
}
