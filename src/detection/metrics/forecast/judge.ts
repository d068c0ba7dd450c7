import type { ForecastPoint, Reading } from "./forecaster.ts";
import type { JudgedSeries } from "./judged-series.ts";
import { createSpot, type Spot, type Tail, tailProbability } from "./spot.ts";

/** What is known of one judged series. */
export interface Judgement {
  readonly spot: Spot;
  /** Consecutive points too far off, and consecutive ones near again. */
  far: number;
  near: number;
  /** It held long enough to be an anomaly. */
  active: boolean;
  since: number;
  /** Values of the newest point that was too far off. */
  value: number;
  forecast: number;
  /** Probability of one as far off. */
  probability: number;
  at: number;
}

export interface JudgeOptions {
  /** Probability with which an ordinary point may be called extreme. */
  readonly risk: number;
  /** Points of a series before it is judged. */
  readonly leastSeen: number;
  /** After this long the new level is normal (ms). */
  readonly adoptMs: number;
}

/** An anomaly holds for this many points before it is told, and is over after as many near its forecast. */
const holdPoints = 2;
/** While it lasts, a point counts as near again at this share of what was asked for at first. */
const clearShare = 0.5;

/** Of a series of which nothing is known: its own tail is learned as points come. */
export function createJudgement({ risk }: Pick<JudgeOptions, "risk">): Judgement {
  return {
    spot: createSpot({ risk }),
    far: 0,
    near: 0,
    active: false,
    since: 0,
    value: Number.NaN,
    forecast: Number.NaN,
    probability: 1,
    at: 0,
  };
}

/**
 * Judges one point. Two tails must both find it improbable: the one learned from this series, once there is one, and the
 * one that the model showed on series of the same group. And it must matter. A far point moves no level and no error; the
 * forecaster goes on with its forecast, so that the next point is compared with what would have been. `isSupported` is
 * asked last: is there enough behind the value?
 */
export function judgePoint(
  known: Judgement,
  point: ForecastPoint,
  rules: JudgedSeries,
  prior: Tail | undefined,
  options: JudgeOptions,
  isSupported: () => boolean = () => true,
): Reading {
  const { value, forecast, at } = point;
  const away = rules.bad === "up" ? point.residual : -point.residual;
  if (known.active) return followUp(known, point, rules, options);
  const own = known.spot.push(Math.max(0, away));
  const ownTail = known.spot.tail !== undefined;
  const probability = Math.max(ownTail ? own : 0, prior ? tailProbability(prior, Math.max(0, away)) : 0);
  const judgeable = point.seen >= options.leastSeen && (ownTail || prior !== undefined);
  if (!judgeable || away <= 0 || probability >= options.risk || !rules.matters(value, forecast) || !isSupported()) {
    known.far = 0;
    return "take";
  }
  if (known.far++ === 0) known.since = at;
  Object.assign(known, { value, forecast, probability, at });
  if (known.far >= holdPoints) {
    known.active = true;
    known.near = 0;
  }
  return "forecast";
}

/** It is over when two points are near what is expected, or when it has lasted so long that it is normal now. */
function followUp(known: Judgement, point: ForecastPoint, rules: JudgedSeries, { adoptMs }: JudgeOptions): Reading {
  const { value, forecast, at } = point;
  if (at - known.since > adoptMs) {
    known.active = false;
    known.far = 0;
    return "anew";
  }
  const still = rules.matters(forecast + (value - forecast) / clearShare, forecast);
  if (still) {
    known.near = 0;
    Object.assign(known, { value, forecast, at });
    return "forecast";
  }
  known.near++;
  if (known.near >= holdPoints) {
    known.active = false;
    known.far = 0;
    return "take";
  }
  return "forecast";
}
