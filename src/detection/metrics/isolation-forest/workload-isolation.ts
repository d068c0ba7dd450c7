import type { DerivedSeriesName } from "../../../cluster/series-names.ts";
import type { Series } from "../../../cluster/series-store.ts";
import type { ObjectRef } from "../../../incident/object-ref.ts";
import { seededRandom } from "../../../lib/seeded-random.ts";
import type { DetectContext, Detector, Finding } from "../../detector.ts";
import { type ForecastField, forecastFieldOf } from "../forecast/forecast-field.ts";
import { judgedSeries } from "../forecast/judged-series.ts";
import { createSpot, type Spot, tailProbability } from "../forecast/spot.ts";
import { growForest, type IsolationForest } from "./isolation-forest.ts";
import { vectorWords } from "./vector-words.ts";
import { vectorSeries, type WorkloadVector, workloadVectors } from "./workload-vectors.ts";

/** Before the first forest: as many as each of its trees is grown from. */
const leastVectors = 256;

export interface WorkloadIsolationOptions {
  readonly fieldOf?: (context: DetectContext) => ForecastField;
  /** Probability with which an ordinary vector may be called isolated. */
  readonly risk?: number;
  readonly seed?: number;
}

/** Vectors a forest is grown from: a sample of what all workloads have shown, in which newer ones replace older at random. */
const maxVectors = 2_048;
/** Ticks between two forests; growing one takes some 10 ms. */
const regrowTicks = 60;
/** An isolation score below this is nothing special, whatever its tail says: ordinary points stay below. */
const leastScore = 0.5;
/** One vector in 300 may look isolated: that alone says nothing, it must hold and something in it must matter. */
const defaultRisk = 3e-3;
const holdTicks = 2;
const dimensions = vectorSeries.length;

interface Standing {
  far: number;
  since: number;
}

/** The residual that users would feel most: in the bad direction, and large enough to matter. */
function worstOf(
  vector: WorkloadVector,
  field: ForecastField,
): { series: Series; value: number; forecast: number } | undefined {
  let worst: { series: Series; value: number; forecast: number; residual: number } | undefined;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const series = vector.sources[dimension];
    const rules = judgedSeries[vectorSeries[dimension] as DerivedSeriesName];
    const slot = series && field.forecaster.slotOf(series);
    if (!series || !rules?.alone || slot === undefined) continue;
    const residual = vector.residuals[dimension] as number;
    const { block } = field.forecaster;
    const value = block.value[slot] as number;
    // The error of the forecast of this value, turned back into the unit of the series.
    const forecast = block.expected[slot] as number;
    const bad = rules.bad === "up" ? residual > 0 : residual < 0;
    if (!bad || !rules.matters(value, forecast) || Math.abs(residual) <= (worst ? Math.abs(worst.residual) : 0))
      continue;
    worst = { series, value, forecast, residual };
  }
  return worst;
}

/**
 * A workload whose measurements are unusual taken together, although none may be by itself: each residual of its
 * forecasts is one coordinate. Source: isolation forest over the residual vectors of all workloads, threshold by peaks over
 * threshold. Not a fault: a vector that is isolated because traffic doubled and CPU with it, one tick, a workload of which
 * little is measured.
 */
export const workloadIsolation = (options: WorkloadIsolationOptions = {}): Detector => {
  const fieldOf = options.fieldOf ?? forecastFieldOf;
  const risk = options.risk ?? defaultRisk;
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  const memory = new Float32Array(maxVectors * dimensions);
  const spot: Spot = createSpot({ risk, learnValues: 300, quantile: 0.96, maxPeaks: 96 });
  const owners = new Map<Series, ObjectRef>();
  const standings = new Map<string, Standing>();
  let held = 0;
  let forest: IsolationForest | undefined;
  let ticks = 0;
  let grownAt = 0;
  let grown = 0;

  function remember({ residuals }: WorkloadVector): void {
    const place = held < maxVectors ? held++ : Math.floor(random() * maxVectors);
    memory.set(residuals, place * dimensions);
  }

  function regrow(): void {
    if (held < leastVectors || (forest && ticks - grownAt < regrowTicks)) return;
    forest = growForest(memory, held, dimensions, { seed: seed + grown++ });
    grownAt = ticks;
  }

  function judge(
    key: string,
    vector: WorkloadVector,
    field: ForecastField,
    context: DetectContext,
  ): Finding | undefined {
    const score = forest?.score(vector.residuals) ?? 0;
    const worst = worstOf(vector, field);
    const { tail } = spot;
    const isolated = score >= leastScore && tail !== undefined && tailProbability(tail, score) < risk;
    // What users may be feeling just now is no example of normal, isolated or not.
    if (!worst) {
      remember(vector);
      if (forest) spot.push(score);
    }
    if (!worst || !isolated) {
      standings.delete(key);
      return undefined;
    }
    const standing = standings.get(key) ?? { far: 0, since: context.now };
    standings.set(key, standing);
    if (++standing.far < holdTicks) return undefined;
    const { labels } = worst.series;
    const name = worst.series.name as DerivedSeriesName;
    const rules = judgedSeries[name];
    if (!rules) return undefined;
    const { workload } = vector;
    const unusual = vectorSeries.filter((_, i) => Math.abs(vector.residuals[i] as number) > 4);
    return {
      reason: "isolated",
      target: workload,
      severity: "low",
      score,
      headline: `behaves as no workload did so far (${unusual.length} measurements are off at once)`,
      summary: `${workload.name} is unlike its past in ${unusual.length} measurements at once (${unusual.map((one) => vectorWords(one)).join(", ")}); ${vectorWords(name, labels.peer)} is ${rules.show(worst.value)}; by its own past it would be ${rules.show(worst.forecast)}`,
      startsAt: standing.since,
      series: { name, labels },
      value: worst.value,
      expected: worst.forecast,
    };
  }

  return {
    name: "workload-isolation",
    family: "metric",
    nature: "symptom",
    corroborates: true,
    *detect(context): Iterable<Finding> {
      const field = fieldOf(context);
      field.advance(context);
      ticks++;
      regrow();
      const vectors = workloadVectors(field, context, owners);
      for (const [key, vector] of vectors) {
        if (vector.measured < 3) continue;
        const finding = judge(key, vector, field, context);
        if (finding) yield finding;
      }
      for (const key of standings.keys()) if (!vectors.has(key)) standings.delete(key);
      if (ticks % regrowTicks !== 0) return;
      for (const series of owners.keys()) if (field.forecaster.slotOf(series) === undefined) owners.delete(series);
    },
  };
};
