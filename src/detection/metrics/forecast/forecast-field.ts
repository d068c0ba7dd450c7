import type { Series, SeriesStore } from "../../../cluster/series-store.ts";
import type { DetectContext } from "../../detector.ts";
import { rateWindowSeconds } from "../../rate-window.ts";
import { createForecaster, type Forecaster } from "./forecaster.ts";
import { createJudgement, type Judgement, type JudgeOptions, judgePoint } from "./judge.ts";
import { judgedSeries } from "./judged-series.ts";
import { type LoadedModel, loadModel } from "./load-model.ts";

export interface ForecastFieldOptions extends Partial<JudgeOptions> {
  readonly model?: LoadedModel;
  readonly maxSeries?: number;
}

/** Forecasts and judgements of all series of one observation, for every detector that builds on them. */
export interface ForecastField {
  /** Moves on to this tick; does nothing when it is there already. */
  advance(context: Pick<DetectContext, "now" | "tickMs" | "observation">): void;
  readonly forecaster: Forecaster;
  /** Series that have been judged, with what was found. */
  judgements(): Iterable<readonly [Series, Judgement]>;
  judgementOf(series: Series): Judgement | undefined;
}

/**
 * One in 10,000 ordinary points of a judged series may look extreme, a common choice in the paper. Most of those are too
 * small to matter or do not last: on the recorded quiet time (two shops, rolling updates and doubled load included) even a
 * tenfold risk raised nothing.
 */
const defaultRisk = 1e-4;
const defaultLeastSeen = 24;
/** As long as the level-shift detectors wait before they take a level for the new normal. */
const defaultAdoptMs = 45 * 60_000;

/**
 * A field of its own, for trials and evaluations: detectors take `forecastFieldOf`. Without a model that can be read it
 * expects every series at its level, and judges each by its own tail alone.
 */
export function createForecastField(options: ForecastFieldOptions = {}): ForecastField {
  const { network, card } = options.model ?? loadModel();
  const judging: JudgeOptions = {
    risk: options.risk ?? defaultRisk,
    leastSeen: options.leastSeen ?? defaultLeastSeen,
    adoptMs: options.adoptMs ?? defaultAdoptMs,
  };
  const judged = new Map<Series, Judgement>();
  const bySlot = new Map<number, Judgement>();
  let advancedTo = Number.NEGATIVE_INFINITY;
  let store: SeriesStore | undefined;
  let windowSeconds = 0;

  const forecaster = createForecaster({
    model: network,
    ...(options.maxSeries === undefined ? {} : { maxSeries: options.maxSeries }),
    judge(point) {
      const rules = judgedSeries[point.kind.name];
      if (!rules) return "take";
      let known = bySlot.get(point.slot);
      if (!known) {
        known = createJudgement(judging);
        bySlot.set(point.slot, known);
        judged.set(point.series, known);
      }
      const { series, value } = point;
      return judgePoint(known, point, rules, card?.tails[point.kind.group], judging, () => {
        const { volume, supported } = rules;
        if (!supported || !volume) return true;
        const perSecond = store?.get(volume, series.labels)?.last ?? 0;
        return supported(value, perSecond * windowSeconds);
      });
    },
    isOff: (slot) => bySlot.get(slot)?.active ?? false,
    forgotten(slot, series) {
      bySlot.delete(slot);
      judged.delete(series);
    },
  });

  return {
    advance({ now, tickMs, observation }) {
      if (now <= advancedTo) return;
      advancedTo = now;
      store = observation.series;
      windowSeconds = rateWindowSeconds({ tickMs });
      forecaster.advance(observation.series, now, tickMs);
    },
    forecaster,
    judgements: () => judged,
    judgementOf: (series) => judged.get(series),
  };
}

const fields = new WeakMap<DetectContext["observation"], ForecastField>();

/** The field of an observation: made by the first detector that asks, used by all, gone with the observation. */
export function forecastFieldOf({ observation }: Pick<DetectContext, "observation">): ForecastField {
  let field = fields.get(observation);
  if (!field) {
    field = createForecastField();
    fields.set(observation, field);
  }
  return field;
}

/** Makes the field of an observation with other options than the default, before any detector has asked for it. */
export function openForecastField(
  observation: DetectContext["observation"],
  options: ForecastFieldOptions,
): ForecastField {
  const field = createForecastField(options);
  fields.set(observation, field);
  return field;
}
