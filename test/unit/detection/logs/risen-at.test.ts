import { expect, test } from "vitest";
import { risenAt } from "../../../../src/detection/logs/error-share-shift.ts";

const now = 1_700_000_000_000;
const bucket = (errors: number) => ({ errors, lines: 100 });

test.each([
  ["at its beginning when all of it is raised", [20, 20, 20, 20, 20, 20], 180_000],
  ["in the middle of the first bucket when that holds half as much", [10, 20, 20, 20, 20, 20], 165_000],
  ["after a bucket that is as usual", [1, 20, 20, 20, 20, 20], 150_000],
  ["near its end when a few of its lines are", [4, 20, 20, 20, 20, 20], 156_000],
] as const)("a share that has risen is dated %s", (_name, errors, agoMs) => {
  expect(now - risenAt(errors.map(bucket), 0.01, now)).toBeCloseTo(agoMs, -2);
});
