import { describe, expect, test } from "vitest";
import { forestFromText, forestText } from "../../../../src/detection/health/forest-text.ts";
import { calibrated, fitIsotonic } from "../../../../src/detection/health/isotonic.ts";
import { forestShares, growRandomForest, type LabelledRows } from "../../../../src/detection/health/random-forest.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

/** Two features and noise; class 1 inside a square, else 0: no single cut tells them apart. */
function square(count: number, seed: number): LabelledRows {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length: count * 3 }, () => random());
  const inside = (v: number) => v > 0.3 && v < 0.7;
  const labels = Uint8Array.from({ length: count }, (_, i) =>
    inside(values[i * 3] ?? 0) && inside(values[i * 3 + 1] ?? 0) ? 1 : 0,
  );
  return { values, labels, count, dimensions: 3, classes: 2 };
}

function accuracy(forest: ReturnType<typeof growRandomForest>, { values, labels, count }: LabelledRows): number {
  const shares = new Float64Array(2);
  let hits = 0;
  for (let i = 0; i < count; i++) {
    forestShares(forest, values, shares, i * 3);
    if (((shares[1] ?? 0) > 0.5 ? 1 : 0) === labels[i]) hits++;
  }
  return hits / count;
}

describe("a random forest", () => {
  const options = { trees: 30, minLeaf: 5, seed: 3 };
  const forest = growRandomForest(square(3_000, 1), options);

  test("tells apart what no single cut can, on rows it has not seen", () => {
    expect(accuracy(forest, square(2_000, 2))).toBeGreaterThan(0.95);
  });

  test("is the same for the same seed and another for another", () => {
    expect(forestText(growRandomForest(square(3_000, 1), options))).toEqual(forestText(forest));
    expect(forestText(growRandomForest(square(3_000, 1), { ...options, seed: 4 }))).not.toEqual(forestText(forest));
  });

  test("can be written and read", () => {
    const read = forestFromText(forestText(forest), 3, 2);
    expect(read && forestText(read)).toEqual(forestText(forest));
    expect(read && accuracy(read, square(2_000, 2))).toBeGreaterThan(0.95);
  });

  test("is a leaf when all rows are equal", () => {
    const rows = {
      values: new Float64Array(30),
      labels: new Uint8Array(10).fill(1),
      count: 10,
      dimensions: 3,
      classes: 2,
    };
    expect(forestText(growRandomForest(rows, { trees: 1 }))).toEqual(["=0,1000"]);
  });

  test("cuts between neighbours among the numbers that a computer has", () => {
    const next = 1 + Number.EPSILON;
    const rows = {
      values: Float64Array.from({ length: 40 }, (_, i) => (i % 2 ? next : 1)),
      labels: Uint8Array.from({ length: 40 }, (_, i) => i % 2),
      count: 40,
      dimensions: 1,
      classes: 2,
    };
    const shares = new Float64Array(2);
    forestShares(growRandomForest(rows, { trees: 5, minLeaf: 2 }), Float64Array.of(1), shares);
    expect([...shares]).toEqual([1, 0]);
  });

  test.each([
    { name: "half a tree", text: "1:0.5 =1,2" },
    { name: "more than a tree", text: "=1,2 =1,2" },
    { name: "a feature that there is not", text: "3:0.5 =1,2 =1,2" },
    { name: "too few classes", text: "=1" },
    { name: "no share at all", text: "=0,0" },
    { name: "a threshold that is no number", text: "1:x =1,2 =1,2" },
    { name: "nothing", text: "" },
  ])("is not read from $name", ({ text }) => {
    expect(forestFromText([text], 3, 2)).toBeUndefined();
  });
});

test("rows of one score get one probability, in whatever order they come", () => {
  const scores = new Float64Array(200).fill(0.4);
  const hits = Uint8Array.from({ length: 200 }, (_, i) => (i >= 100 && i % 2 === 0 ? 1 : 0));
  for (const order of [hits, hits.toReversed()]) {
    const fitted = fitIsotonic(scores, order);
    expect(fitted.from).toHaveLength(1);
    expect(calibrated(fitted, 0.4)).toBeCloseTo(51 / 202);
  }
});

test("three lucky rows at the upper end are not certainty either", () => {
  const scores = Float64Array.from({ length: 103 }, (_, i) => i / 103);
  const hits = Uint8Array.from({ length: 103 }, (_, i) => (i >= 100 ? 1 : 0));
  expect(calibrated(fitIsotonic(scores, hits), 1)).toBeLessThan(0.2);
});

test("isotonic calibration turns boasting scores into what comes true", () => {
  const random = seededRandom(5);
  const scores = Float64Array.from({ length: 5_000 }, () => random());
  // What is said to be s comes true with s squared.
  const hits = Uint8Array.from(scores, (score) => (random() < score * score ? 1 : 0));
  const curve = fitIsotonic(scores, hits);
  for (const score of [0.2, 0.5, 0.8]) expect(Math.abs(calibrated(curve, score) - score * score)).toBeLessThan(0.08);
  expect(curve.to).toEqual(curve.to.toSorted((a, b) => a - b));
  expect(calibrated(curve, 0)).toBeGreaterThan(0);
  expect(calibrated(curve, 1)).toBeLessThan(1);
});
