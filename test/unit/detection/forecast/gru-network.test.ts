import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, expect, test } from "vitest";
import {
  createGruModel,
  createLevelModel,
  type GruWeights,
} from "../../../../src/detection/metrics/forecast/gru-network.ts";
import { chooseBackend } from "../../../../src/detection/train/backend.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

const inputs = 8;
const hidden = 12;
const steps = 9;
const batch = 5;

/** One matrix as tfjs wants it (a column a unit), from rows of ours. */
const columns = ({ gates }: GruWeights, from: number, count: number) =>
  Float32Array.from({ length: count * 3 * hidden }, (_, k) => {
    const unit = k % (3 * hidden);
    return gates[unit * (inputs + hidden) + from + Math.floor(k / (3 * hidden))] ?? 0;
  });

function randomWeights(seed: number): GruWeights {
  const next = seededRandom(seed);
  const draw = (length: number) => Float32Array.from({ length }, () => next() - 0.5);
  return {
    inputs,
    hidden,
    gates: draw(3 * hidden * (inputs + hidden)),
    bias: draw(3 * hidden),
    output: draw(hidden + 1),
  };
}

beforeAll(async () => {
  await chooseBackend();
});

test("inference by hand gives the numbers that tfjs gives, step by step", () => {
  const weights = randomWeights(3);
  const next = seededRandom(8);
  const rows = Float32Array.from({ length: batch * steps * inputs }, () => 4 * (next() - 0.5));

  const reference = sequential();
  reference.add(
    layers.gru({
      units: hidden,
      inputShape: [steps, inputs],
      returnSequences: true,
      recurrentActivation: "sigmoid",
      recurrentInitializer: "glorotUniform",
    }),
  );
  reference.add(layers.dense({ units: 1 }));
  reference.setWeights([
    tf.tensor2d(columns(weights, 0, inputs), [inputs, 3 * hidden]),
    tf.tensor2d(columns(weights, inputs, hidden), [hidden, 3 * hidden]),
    tf.tensor1d(weights.bias),
    tf.tensor2d(weights.output.slice(0, hidden), [hidden, 1]),
    tf.tensor1d(weights.output.slice(hidden)),
  ]);
  const expected = (reference.predict(tf.tensor3d(rows, [batch, steps, inputs])) as tf.Tensor).dataSync();

  const model = createGruModel(weights);
  const state = new Float32Array(batch * hidden);
  const slots = Int32Array.from({ length: batch }, (_, i) => i);
  const moves = new Float32Array(batch);
  for (let step = 0; step < steps; step++) {
    const now = new Float32Array(batch * inputs);
    for (let s = 0; s < batch; s++) {
      const at = (s * steps + step) * inputs;
      now.set(rows.subarray(at, at + inputs), s * inputs);
    }
    model.step(now, slots, batch, state, moves);
    for (let s = 0; s < batch; s++) expect(moves[s]).toBeCloseTo(expected[s * steps + step] ?? Number.NaN, 4);
  }
});

test("a series does not depend on which others are in its batch", () => {
  const model = createGruModel(randomWeights(4));
  const row = Float32Array.from({ length: inputs }, (_, i) => i / 4 - 1);
  const alone = new Float32Array(hidden);
  const among = new Float32Array(3 * hidden).fill(0.3);
  among.fill(0, hidden, 2 * hidden);
  const one = new Float32Array(1);
  const many = new Float32Array(3);
  model.step(row, Int32Array.of(0), 1, alone, one);
  const rows = new Float32Array(3 * inputs).fill(2);
  rows.set(row, 2 * inputs);
  model.step(rows, Int32Array.of(2, 0, 1), 3, among, many);
  expect(many[2]).toBe(one[0]);
  expect([...among.subarray(hidden, 2 * hidden)]).toEqual([...alone]);
});

test("weights of an impossible size are refused", () => {
  expect(() => createGruModel({ ...randomWeights(1), hidden: 10 })).toThrow(RangeError);
});

test("the stand-in expects every series back at its level", () => {
  const moves = new Float32Array(2);
  createLevelModel(inputs).step(
    new Float32Array(2 * inputs).fill(1.5),
    Int32Array.of(0, 1),
    2,
    new Float32Array(0),
    moves,
  );
  expect([...moves]).toEqual([-1.5, -1.5]);
});
