import { expect, test } from "vitest";
import { createStuckRun, isStuck } from "../../../../src/detection/metrics/univariate/stuck-run.ts";

/** Feeds the values in a series that spans 0..100; says after how many of them the state was first "stuck". */
function stuckAfter(values: readonly number[]): number {
  const state = createStuckRun();
  return values.findIndex((value, row) => isStuck(state, value, row + 1, 0, 100)) + 1;
}

const moving = Array.from({ length: 200 }, (_, row) => 30 + (row % 40));
const still = (value: number, rows: number) => Array.from({ length: rows }, () => value);

test.each([
  { name: "two hours without a change inside the range", values: [...moving, ...still(50, 40)], want: 225 },
  {
    name: "a pause twice as long as the longest before",
    values: [...moving, ...still(50, 20), 51, ...still(55, 60)],
    want: 261,
  },
  { name: "not when it rests at the bottom", values: [...moving, ...still(0, 80)], want: 0 },
  { name: "not when it rests at the top", values: [...moving, ...still(100, 80)], want: 0 },
  { name: "not when it has hardly ever moved", values: [1, 2, ...still(50, 500)], want: 0 },
  { name: "not while it moves", values: [...moving, ...moving], want: 0 },
])("$name", ({ values, want }) => expect(stuckAfter(values)).toBe(want));
