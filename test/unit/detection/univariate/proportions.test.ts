import { expect, test } from "vitest";
import {
  createProportions,
  observeSize,
  proportionOf,
} from "../../../../src/detection/metrics/univariate/proportions.ts";

function after(values: readonly number[]) {
  const proportions = createProportions();
  for (const [i, value] of values.entries()) observeSize(proportions, value, i + 1);
  return proportions;
}

test.each([
  { name: "nothing seen: as if one were ordinary", values: [], ordinary: 0 },
  { name: "the mean size of the first rows, whatever their sign", values: [4, -8], ordinary: 6 },
  { name: "later rows change nothing", values: [...Array<number>(100).fill(5), 5_000], ordinary: 5 },
  {
    name: "after a hundred zeros, the first that is none",
    values: [...Array<number>(100).fill(0), 0, -7, 90],
    ordinary: 7,
  },
])("$name", ({ values, ordinary }) => expect(after(values).ordinary).toBeCloseTo(ordinary, 9));

test("multiples of the ordinary are equal steps, on both sides of zero", () => {
  const proportions = after([2]);
  expect(proportionOf(proportions, 0)).toBe(0);
  expect(proportionOf(proportions, 2)).toBeCloseTo(Math.log(2), 9);
  expect(proportionOf(proportions, -2_000)).toBeCloseTo(-proportionOf(proportions, 2_000), 9);
  expect(proportionOf(proportions, 2e6) - proportionOf(proportions, 2e5)).toBeCloseTo(Math.log(10), 4);
});
