import type { DerivedSeriesName } from "../../../cluster/series-names.ts";
import type { Series } from "../../../cluster/series-store.ts";
import { refKey } from "../../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../../detector.ts";
import { createRhythm, leastGapMs, type Rhythm } from "../shift-rhythm.ts";
import { type ForecastField, forecastFieldOf } from "./forecast-field.ts";
import type { Judgement } from "./judge.ts";
import { type JudgedSeries, judgedSeries } from "./judged-series.ts";

/** A series that has not moved for this many ticks has stopped: what it said last is neither confirmed nor withdrawn. */
const staleTicks = 4;

function findingOf(rules: JudgedSeries, series: Series, known: Judgement, context: DetectContext): Finding {
  const target = rules.targetOf(series, context);
  const { pod, container, peer, workload, namespace } = series.labels;
  const { value, forecast, probability } = known;
  return {
    reason: rules.reason,
    target,
    ...(pod !== undefined && target.kind !== "Pod" ? { seenOn: { kind: "Pod", namespace, name: pod } } : {}),
    detail: container ?? (peer === undefined ? "" : `${workload}>${peer}`),
    severity: rules.severity,
    score: 1 - probability ** 0.25,
    headline: rules.headline(value, forecast),
    summary: `${target.name}: ${rules.what}${container === undefined ? "" : ` ${container}`} is ${rules.show(value)}; by its own past it would be ${rules.show(forecast)}`,
    startsAt: known.since,
    fading: known.near > 0,
    series: { name: series.name, labels: series.labels },
    value,
    expected: forecast,
  };
}

/** Of requests that fail, so large a share is told each time, also when a schedule brings it. */
const overlooked = 0.2;

/**
 * A series leaves its forecast by more than its own past and the model's errors make plausible. Source: a recurrent
 * network (GRU) with shared weights that forecasts every series one step ahead; peaks-over-threshold statistics of its
 * residuals for a stated risk of false alarm. Not a fault: one odd point, a missing one, a change too small to matter,
 * a few requests only; CPU, memory or traffic by themselves, which are told beside trouble of the same workload only; what a schedule brings every hour or
 * less often, once that has been told three times.
 */
export const forecastAnomaly = (fieldOf: (context: DetectContext) => ForecastField = forecastFieldOf): Detector => {
  const rhythms = new WeakMap<Series, Rhythm>();

  function isScheduled(series: Series, { at, active, near, since, value, forecast }: Judgement): boolean {
    const rhythm = rhythms.get(series) ?? createRhythm(leastGapMs.felt);
    rhythms.set(series, rhythm);
    const away = Math.abs(value - forecast);
    const known = rhythm.take(at, active, { isOff: near === 0, since, away });
    return known && !(series.name === "error_ratio" && away >= overlooked);
  }

  return {
    name: "forecast",
    family: "metric",
    nature: "symptom",
    corroborates: true,
    *detect(context): Iterable<Finding> {
      const field = fieldOf(context);
      field.advance(context);
      const troubled = new Set<string>();
      const evidence: Finding[] = [];
      for (const [series, known] of field.judgements()) {
        const rules = judgedSeries[series.name as DerivedSeriesName];
        if (!rules || (rules.alone && isScheduled(series, known))) continue;
        if (!known.active || context.now - known.at > staleTicks * context.tickMs) continue;
        const finding = findingOf(rules, series, known, context);
        if (!rules.alone) {
          evidence.push(finding);
          continue;
        }
        troubled.add(refKey(finding.target));
        yield finding;
      }
      yield* evidence.filter(({ target }) => troubled.has(refKey(target)));
    },
  };
};
