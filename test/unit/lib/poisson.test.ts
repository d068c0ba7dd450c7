import { expect, test } from "vitest";
import { poissonTail } from "../../../src/lib/poisson.ts";

test.each([
  { count: 0, mean: 3, chance: 1 },
  { count: 1, mean: 0.5, chance: 1 - Math.exp(-0.5) },
  { count: 3, mean: 2, chance: 1 - Math.exp(-2) * (1 + 2 + 2) },
  { count: 1, mean: 0, chance: 0 },
  { count: 10, mean: 100, chance: 1 },
  // Of so large a mean the chance of a single count is smaller than any number.
  { count: 1, mean: 800, chance: 1 },
  { count: 5, mean: 20_000, chance: 1 },
  { count: 5_000, mean: 1_000, chance: 0 },
  { count: 800, mean: 800, chance: 0.5047016124 },
  { count: 700, mean: 760, chance: 0.9867417624 },
])("at least $count of $mean expected: $chance", ({ count, mean, chance }) =>
  expect(poissonTail(count, mean)).toBeCloseTo(chance, 10));

test("tiny chances keep their digits", () => {
  // exp(-0.01) 0.01^6 / 6!, and the first term is all but everything.
  expect(poissonTail(6, 0.01) / ((Math.exp(-0.01) * 1e-12) / 720)).toBeCloseTo(1 + 0.01 / 7, 4);
});
