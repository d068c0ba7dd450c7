import { describe, expect, test } from "vitest";
import {
  createSpot,
  fitExcesses,
  quantileOfTail,
  tailOf,
  tailProbability,
} from "../../../../src/detection/metrics/forecast/spot.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

const random = (seed: number) => {
  const next = seededRandom(seed);
  return () => Math.max(1e-12, next());
};
const exponential = (u: () => number) => -Math.log(u());
const pareto = (shape: number, scale: number) => (u: () => number) => (scale / shape) * (u() ** -shape - 1);
const normal = (u: () => number) => Math.abs(Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u()));
const sample = (count: number, seed: number, draw: (u: () => number) => number) => {
  const u = random(seed);
  return Float64Array.from({ length: count }, () => draw(u));
};

describe("the fit of excesses", () => {
  test.each([
    { name: "an exponential tail has shape 0", draw: exponential, shape: 0, scale: 1 },
    { name: "a heavy tail is found", draw: pareto(0.4, 2), shape: 0.4, scale: 2 },
    { name: "a bounded tail has a negative shape", draw: pareto(-0.3, 1), shape: -0.3, scale: 1 },
  ])("$name", ({ draw, shape, scale }) => {
    const fit = fitExcesses(sample(4_000, 5, draw));
    expect(fit?.shape).toBeCloseTo(shape, 1);
    expect((fit?.scale ?? 0) / scale).toBeGreaterThan(0.9);
    expect((fit?.scale ?? 0) / scale).toBeLessThan(1.1);
  });

  test("too few, equal to zero or infinite excesses give no tail instead of a wrong one", () => {
    expect(fitExcesses([1, 2, 3])).toBeUndefined();
    expect(fitExcesses(new Float64Array(50))).toBeUndefined();
    expect(fitExcesses([1, 2, 3, 4, Number.POSITIVE_INFINITY])).toBeUndefined();
  });

  test("probability and quantile are each other's inverse", () => {
    for (const shape of [-0.3, 0, 0.4]) {
      const tail = { threshold: 3, rate: 0.02, scale: 1.5, shape };
      for (const risk of [1e-2, 1e-4, 1e-6])
        expect(tailProbability(tail, quantileOfTail(tail, risk))).toBeCloseTo(risk, 12);
    }
  });

  test("beyond the end of a bounded tail nothing is possible", () => {
    expect(tailProbability({ threshold: 0, rate: 0.1, scale: 1, shape: -0.5 }, 3)).toBe(0);
  });

  test("the tail of a sample extrapolates to a quantile that the sample hardly reaches", () => {
    const tail = tailOf(sample(5_000, 9, exponential));
    expect(tail && quantileOfTail(tail, 1e-4)).toBeGreaterThan(0.75 * Math.log(10_000));
    expect(tail && quantileOfTail(tail, 1e-4)).toBeLessThan(1.35 * Math.log(10_000));
  });
});

describe("streaming peaks over threshold", () => {
  test.each([
    { name: "half-normal noise", draw: normal },
    { name: "exponential noise", draw: exponential },
    { name: "heavy-tailed noise", draw: pareto(0.3, 1) },
  ])("$name raises false alarms about as often as stated", ({ draw }) => {
    for (const { risk, most } of [
      { risk: 1e-3, most: 2.5 },
      { risk: 1e-4, most: 6 },
    ]) {
      const values = 5_000;
      const streams = 40;
      let alarms = 0;
      for (let seed = 1; seed <= streams; seed++) {
        const spot = createSpot({ risk });
        for (const value of sample(values, seed, draw)) if (spot.push(value) < risk) alarms++;
      }
      expect(alarms / (values * streams)).toBeLessThan(most * risk);
      expect(alarms / (values * streams)).toBeGreaterThan(risk / 4);
    }
  });

  test("a value far beyond everything is extreme, and one of a kind does not hide the next", () => {
    const spot = createSpot({ risk: 1e-4 });
    for (const value of sample(2_000, 4, normal)) spot.push(value);
    expect(spot.push(50)).toBeLessThan(1e-4);
    for (const value of sample(50, 5, normal)) expect(spot.push(value)).toBeGreaterThan(1e-4);
    expect(spot.push(50)).toBeLessThan(1e-4);
  });

  test("nothing is extreme while it learns", () => {
    const spot = createSpot({ risk: 0.5, learnValues: 50 });
    for (const value of sample(49, 4, exponential)) expect(spot.push(value)).toBe(1);
    expect(spot.tail).toBeUndefined();
  });

  test("values that are not numbers change nothing", () => {
    const spot = createSpot({ risk: 1e-3 });
    for (const value of sample(500, 4, exponential)) spot.push(value);
    const before = spot.tail;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(spot.push(value)).toBe(1);
    expect(spot.tail).toEqual(before);
  });

  test("a series that never moves has no tail", () => {
    const spot = createSpot({ risk: 1e-3 });
    for (let i = 0; i < 1_000; i++) spot.push(0);
    expect(spot.tail).toBeUndefined();
    expect(spot.push(5)).toBe(1);
  });

  test("old peaks are forgotten: louder times raise the threshold", () => {
    const spot = createSpot({ risk: 1e-3, maxPeaks: 40 });
    for (const value of sample(3_000, 6, exponential)) spot.push(value);
    const quiet = spot.tail ? quantileOfTail(spot.tail, 1e-3) : Number.NaN;
    for (const value of sample(3_000, 7, exponential)) spot.push(1.5 * value);
    const loud = spot.tail ? quantileOfTail(spot.tail, 1e-3) : Number.NaN;
    expect(loud).toBeGreaterThan(1.15 * quiet);
  });
});
