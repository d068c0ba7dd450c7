import * as tf from "@tensorflow/tfjs-core";
import { layers, type Sequential, sequential } from "@tensorflow/tfjs-layers";
import { seededRandom } from "../../lib/seeded-random.ts";
import { type GruWeights, gateCount } from "../metrics/forecast/gru-network.ts";
import { featureCount } from "../metrics/forecast/series-features.ts";
import { chooseBackend, type TrainingBackend } from "./backend.ts";
import type { Windows } from "./windows.ts";

export interface FitRequest {
  readonly train: Windows;
  /** Later than `train`; training stops when its error no longer falls. */
  readonly validation: Windows;
  readonly hidden: number;
  readonly seed: number;
  readonly maxEpochs: number;
  readonly batch?: number;
  readonly learningRate?: number;
  /** Goes on from these instead of from random numbers. */
  readonly start?: GruWeights;
}

export interface FitProgress {
  readonly epoch: number;
  /** Share of this epoch that is done, 0..1. */
  readonly done: number;
  readonly loss: number;
  /** Of the last finished epoch; NaN in the first. */
  readonly validationLoss: number;
}

/**
 * The weights of the best epoch, how many epochs were run, and the mean absolute error of the best one on the
 * validation windows, in units of each series.
 */
export interface FitResult {
  readonly weights: GruWeights;
  readonly epochs: number;
  readonly validationLoss: number;
  readonly backend: TrainingBackend;
}

/** Epochs without a better validation error after which nothing better is expected. */
const patience = 5;
/** Smaller gains than this are noise. */
const leastGain = 0.0005;

function build({ hidden, seed, train: { length }, learningRate = 0.004 }: FitRequest): Sequential {
  const uniform = (step: number) => glorot(seed + step);
  const model = sequential();
  model.add(
    layers.gru({
      units: hidden,
      inputShape: [length, featureCount],
      returnSequences: true,
      // The default, a hard sigmoid, would have to be copied at inference; resetAfter is not implemented in tfjs.
      recurrentActivation: "sigmoid",
      kernelInitializer: uniform(1),
      recurrentInitializer: uniform(2),
    }),
  );
  model.add(layers.dense({ units: 1, kernelInitializer: uniform(3) }));
  // Absolute error: a few wild moves in the data must not pull all forecasts towards them.
  model.compile({ optimizer: tf.train.adam(learningRate), loss: "meanAbsoluteError" });
  return model;
}

/** Takes a seed, which the short name of an initialiser does not; the types leave this serialised form out. */
const glorot = (seed: number) => ({ className: "GlorotUniform", config: { seed } }) as never;

/** tfjs keeps one column a gate unit; inference walks one row a gate unit. */
function weightsOf(model: Sequential, hidden: number): GruWeights {
  const [kernel, recurrent, bias, out, outBias] = model.getWeights().map((tensor) => tensor.dataSync());
  const gates = new Float32Array(gateCount({ inputs: featureCount, hidden }));
  const width = featureCount + hidden;
  for (let unit = 0; unit < 3 * hidden; unit++) {
    for (let i = 0; i < featureCount; i++) gates[unit * width + i] = kernel?.[i * 3 * hidden + unit] ?? 0;
    for (let i = 0; i < hidden; i++) gates[unit * width + featureCount + i] = recurrent?.[i * 3 * hidden + unit] ?? 0;
  }
  return {
    inputs: featureCount,
    hidden,
    gates,
    bias: Float32Array.from(bias ?? []),
    output: Float32Array.from([...(out ?? []), ...(outBias ?? [])]),
  };
}

function setWeights(model: Sequential, { hidden, gates, bias, output }: GruWeights): void {
  const width = featureCount + hidden;
  const columns = (from: number, count: number) =>
    tf.tensor2d(
      Float32Array.from({ length: count * 3 * hidden }, (_, k) => {
        const unit = k % (3 * hidden);
        return gates[unit * width + from + Math.floor(k / (3 * hidden))] ?? 0;
      }),
      [count, 3 * hidden],
    );
  const tensors = [
    columns(0, featureCount),
    columns(featureCount, hidden),
    tf.tensor1d(bias),
    tf.tensor2d(output.slice(0, hidden), [hidden, 1]),
    tf.tensor1d(output.slice(hidden)),
  ];
  model.setWeights(tensors);
  tf.dispose(tensors);
}

/** The windows of `order[from..to)` as one batch. */
function batchOf({ inputs, targets, length }: Windows, order: Int32Array, from: number, to: number) {
  const size = to - from;
  const x = new Float32Array(size * length * featureCount);
  const y = new Float32Array(size * length);
  for (let i = 0; i < size; i++) {
    const w = order[from + i] ?? 0;
    x.set(inputs.subarray(w * length * featureCount, (w + 1) * length * featureCount), i * length * featureCount);
    y.set(targets.subarray(w * length, (w + 1) * length), i * length);
  }
  return [tf.tensor3d(x, [size, length, featureCount]), tf.tensor3d(y, [size, length, 1])] as const;
}

function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
}

async function meanLoss(model: Sequential, windows: Windows, batch: number): Promise<number> {
  const order = Int32Array.from({ length: windows.count }, (_, i) => i);
  let sum = 0;
  for (let from = 0; from < windows.count; from += batch) {
    const to = Math.min(windows.count, from + batch);
    const [x, y] = batchOf(windows, order, from, to);
    const loss = model.evaluate(x, y, { batchSize: to - from }) as tf.Scalar;
    sum += ((await loss.data())[0] as number) * (to - from);
    tf.dispose([x, y, loss]);
  }
  return sum / windows.count;
}

/**
 * Trains the recurrent layer on windows of the past. The order of windows is shuffled by the seed within the training
 * time only; weights of the epoch with the smallest validation error are kept. Computes for minutes: run it in a worker.
 */
export async function fitForecaster(
  request: FitRequest,
  onProgress: (progress: FitProgress) => void,
): Promise<FitResult> {
  const { hidden, seed, maxEpochs, batch = 64 } = request;
  const backend = await chooseBackend();
  const model = build(request);
  if (request.start) setWeights(model, request.start);
  const random = seededRandom(seed);
  let best = { weights: weightsOf(model, hidden), loss: await meanLoss(model, request.validation, batch), epoch: 0 };
  let validationLoss = best.loss;
  let epoch = 0;
  while (epoch < maxEpochs && epoch - best.epoch < patience) {
    epoch++;
    const order = shuffled(request.train.count, random);
    let sum = 0;
    for (let from = 0; from < order.length; from += batch) {
      const to = Math.min(order.length, from + batch);
      const [x, y] = batchOf(request.train, order, from, to);
      const loss = (await model.trainOnBatch(x, y)) as number;
      tf.dispose([x, y]);
      sum += loss * (to - from);
      onProgress({ epoch, done: to / order.length, loss: sum / to, validationLoss });
    }
    validationLoss = await meanLoss(model, request.validation, batch);
    if (validationLoss < best.loss * (1 - leastGain))
      best = { weights: weightsOf(model, hidden), loss: validationLoss, epoch };
  }
  return { weights: best.weights, epochs: epoch, validationLoss: best.loss, backend };
}
