import { describe, expect, test } from "vitest";
import {
  createSupport,
  distanceTo,
  learnValue,
  lowestOf,
  rangeOf,
  shareOnRuler,
} from "../../../../src/detection/metrics/univariate/support.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

const resolution = 0.005;

function supportOf(values: readonly number[]) {
  const support = createSupport(resolution);
  for (const value of values) learnValue(support, value);
  return support;
}

describe("distance to what is remembered", () => {
  test.each([
    { name: "nothing is far from nothing", learned: [], value: 7, want: 0 },
    { name: "a remembered value is at distance 0", learned: [1, 2], value: 2, want: 0 },
    { name: "above the range, from the highest", learned: [0, 10], value: 13, want: 3 },
    { name: "below the range, from the lowest", learned: [0, 10], value: -4, want: 4 },
    { name: "in a hole, from the nearer side", learned: [0, 10], value: 7, want: 3 },
    { name: "less a quarter of the spacing behind the neighbour", learned: [0, 4, 8, 12], value: 20, want: 7 },
    { name: "nothing is left of a distance that the spacing explains", learned: [0, 40, 80, 120], value: 125, want: 0 },
  ])("$name", ({ learned, value, want }) => expect(distanceTo(supportOf(learned), value)).toBeCloseTo(want, 5));
});

describe("distance on another ruler, as a share of the range there", () => {
  test.each([
    { name: "one value has no range", learned: [1], value: 7, want: 0 },
    { name: "a remembered value is at distance 0", learned: [1, 10_000], value: 10_000, want: 0 },
    { name: "in a hole, from the nearer side", learned: [1, 10_000], value: 10, want: 0.25 },
    { name: "beyond the range, the range grows with it", learned: [1, 10], value: 1_000, want: 2 / 3 },
    { name: "less what the spacing explains", learned: [1, 10, 100, 1_000], value: 10_000, want: 0.75 / 4 },
  ])("$name", ({ learned, value, want }) =>
    expect(shareOnRuler(supportOf(learned), value, Math.log10)).toBeCloseTo(want, 5));
});

test("every recent value lies within the resolution of a representative, and their number is bounded", () => {
  const random = seededRandom(5);
  const support = createSupport(resolution);
  for (let i = 0; i < 3000; i++) {
    const value = (random() - 0.5) * 10 ** (3 * random());
    learnValue(support, value);
    expect(distanceTo(support, value)).toBeLessThanOrEqual(resolution * rangeOf(support) + 1e-4);
  }
  expect(support.size).toBeLessThanOrEqual(256);
  expect(support.table.length).toBeLessThanOrEqual(3 * 256);
  expect(createSupport(0.02).capacity).toBe(64);
});

test("a range that widens by ever smaller steps does not fill the list", () => {
  const support = createSupport(resolution);
  for (let i = 1; i < 20_000; i++) learnValue(support, Math.log(i));
  expect(support.size).toBeLessThanOrEqual(256);
  expect(lowestOf(support) + rangeOf(support)).toBeCloseTo(Math.log(19_999), 4);
});

test("a value seen once is forgotten after two weeks of five-minute rows, one that returns daily is not", () => {
  const support = createSupport(resolution);
  learnValue(support, 1000);
  for (let row = 0; row < 6000; row++) learnValue(support, row % 288 === 0 ? 500 : row % 10);
  expect(distanceTo(support, 500)).toBe(0);
  expect(distanceTo(support, 1000)).toBeGreaterThan(300);
});
