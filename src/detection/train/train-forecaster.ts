import { inputError } from "../../lib/app-error.ts";
import { createGruModel, type GruWeights } from "../metrics/forecast/gru-network.ts";
import { encodeWeights, type ModelCard, type StoredModel, sha256 } from "../metrics/forecast/model-file.ts";
import { featureNames } from "../metrics/forecast/series-features.ts";
import { type Evaluation, evaluateForecasts, type SeriesRuns, seasonOf } from "./evaluate.ts";
import type { FitProgress, FitRequest, FitResult } from "./fit.ts";
import { type Past, withoutCopies } from "./gather.ts";
import { type Run, runsOf } from "./steps.ts";
import { windowsOf } from "./windows.ts";

export interface TrainOptions {
  readonly seed: number;
  readonly hidden: number;
  readonly maxEpochs: number;
  /** Rows of a window; the gradient sees no further back. */
  readonly windowLength: number;
  readonly maxWindows: number;
  /** Share of the time, at its end, that is held back to measure with. */
  readonly heldBack: number;
  /** Where the weights came from, when training does not begin at random ones. */
  readonly start?: { readonly name: string; readonly weights: GruWeights };
}

export const trainDefaults: TrainOptions = {
  seed: 20_261_120,
  hidden: 16,
  maxEpochs: 20,
  windowLength: 32,
  maxWindows: 12_000,
  heldBack: 0.25,
};

/** The data of a training run: split by time, copies and troubled stretches left out. */
export interface Dataset {
  readonly pasts: readonly Past[];
  readonly series: readonly SeriesRuns[];
  readonly from: number;
  readonly to: number;
  /** Training uses what lies before, measuring what lies after. */
  readonly heldBackFrom: number;
  readonly seasonMs: number;
  readonly tickMs: number;
  readonly points: number;
  readonly pointsLeftOut: number;
}

const dayMs = 86_400_000;
/** Share of the training time, at its end, on which early stopping is decided. */
const validationShare = 0.15;
const leastWindows = 64;

/** @throws AppError (exit code 2) when there is too little to learn from */
export function datasetOf(all: readonly Past[], heldBack: number): Dataset {
  const pasts = withoutCopies(all);
  const from = Math.min(...pasts.map((past) => past.from));
  const to = Math.max(...pasts.map((past) => past.to));
  const tickMs = Math.min(...pasts.map((past) => past.tickMs));
  const heldBackFrom = to - heldBack * (to - from);
  const series: SeriesRuns[] = [];
  let points = 0;
  let recorded = 0;
  for (const past of pasts) {
    for (const one of past.series) {
      const runs = runsOf(one, past);
      recorded += one.times.length;
      points += runs.reduce((sum, run) => sum + run.moves.length, 0);
      if (runs.length > 0) series.push({ group: one.kind.group, runs });
    }
  }
  if (points === 0) {
    throw inputError(
      "nothing-to-train-on",
      "There are no series without trouble in this data.",
      "Give recordings with quiet time in them, or let more be captured.",
    );
  }
  const seasonMs = seasonOf(series, { from, before: heldBackFrom, tickMs });
  return { pasts, series, from, to, heldBackFrom, seasonMs, tickMs, points, pointsLeftOut: recorded - points };
}

/** Errors and tails of some weights on the held-back time of a data set. */
export function measure({ series, heldBackFrom, seasonMs, tickMs }: Dataset, weights: GruWeights): Evaluation {
  return evaluateForecasts(series, createGruModel(weights), { from: heldBackFrom, seasonMs, tickMs });
}

/** What the fit gets: windows before the held-back time, the last of them for early stopping. */
export function fitRequestOf(dataset: Dataset, options: TrainOptions): FitRequest {
  const { series, from, heldBackFrom } = dataset;
  const validationFrom = heldBackFrom - validationShare * (heldBackFrom - from);
  const runs: readonly Run[] = series.flatMap((one) => one.runs);
  const shared = {
    length: options.windowLength,
    seed: options.seed,
    anyTimeOfDay: dataset.to - from < 2 * dayMs,
  };
  const train = windowsOf(runs, {
    ...shared,
    after: Number.NEGATIVE_INFINITY,
    before: validationFrom,
    most: options.maxWindows,
  });
  const validation = windowsOf(runs, {
    ...shared,
    after: validationFrom,
    before: heldBackFrom,
    most: Math.ceil(options.maxWindows / 4),
  });
  if (train.count < leastWindows || validation.count < leastWindows / 8) {
    throw inputError(
      "too-little-to-train-on",
      `There are ${train.count} stretches of ${options.windowLength} points to train on and ${validation.count} to stop by; ${leastWindows} and ${leastWindows / 8} are the least.`,
      "Give more or longer recordings, or let more be captured: an hour of a small namespace is enough.",
    );
  }
  const { hidden, seed, maxEpochs, start } = options;
  return { train, validation, hidden, seed, maxEpochs, ...(start ? { start: start.weights } : {}) };
}

/** Trains and measures; `fitWindows` is `fitInWorker` or, where a thread would be in the way, `fitForecaster`. */
export async function trainForecaster(
  dataset: Dataset,
  options: TrainOptions,
  fitWindows: (request: FitRequest, onProgress: (progress: FitProgress) => void) => Promise<FitResult>,
  onProgress: (progress: FitProgress) => void,
): Promise<StoredModel> {
  const request = fitRequestOf(dataset, options);
  const { weights, epochs } = await fitWindows(request, onProgress);
  const { errors, tails } = measure(dataset, weights);
  const bytes = encodeWeights(weights);
  const time = (ms: number) => new Date(ms).toISOString();
  const round = (value: number) => Number(value.toFixed(5));
  const card: ModelCard = {
    format: 1,
    features: [...featureNames],
    hidden: options.hidden,
    weights: { bytes: bytes.length, sha256: sha256(bytes) },
    data: {
      sources: dataset.pasts.map(({ source }) => source),
      from: time(dataset.from),
      to: time(dataset.to),
      heldBackFrom: time(dataset.heldBackFrom),
      series: dataset.series.length,
      points: dataset.points,
      pointsLeftOut: dataset.pointsLeftOut,
    },
    training: {
      seed: options.seed,
      epochs,
      windows: request.train.count,
      startedFrom: options.start?.name ?? "random",
    },
    heldBack: {
      points: errors.points,
      gru: round(errors.model),
      persistence: round(errors.persistence),
      seasonalNaive: round(errors.seasonalNaive),
      seasonMinutes: dataset.seasonMs / 60_000,
      level: round(errors.level),
    },
    tails,
  };
  return { card, weights };
}
