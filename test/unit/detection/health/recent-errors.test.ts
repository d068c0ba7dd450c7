import { expect, test } from "vitest";
import { createSeriesStore } from "../../../../src/cluster/series-store.ts";
import { recentErrors, usualErrors } from "../../../../src/detection/health/recent-errors.ts";

const minute = 60_000;

test.each([
  { name: "a total counts by its increase", values: [9_000, 9_000, 9_010, 9_030], startedAt: -1e9, want: 30 },
  { name: "what was there at first is history", values: [9_000], startedAt: -1e9, want: 0 },
  { name: "an increase before the window is over", values: [0, 50, 50, 50, 50, 50, 50, 50], startedAt: -1e9, want: 0 },
  { name: "a level that has fallen counts as it is", values: [10, 30, 12, 25], startedAt: -1e9, want: 25 },
  { name: "a new process counts from 0", values: [500, 500, 3, 7], startedAt: 1.5 * minute, want: 7 },
  { name: "no errors are none", values: [0, 0, 0], startedAt: -1e9, want: 0 },
])("$name", ({ values, startedAt, want }) => {
  const store = createSeriesStore();
  values.forEach((value, i) => {
    store.push("health_error_count", {}, i * minute, value);
  });
  const series = store.get("health_error_count", {});
  expect(series && recentErrors(series, startedAt)).toBe(want);
});

test.each([
  {
    name: "errors from before a heal are history",
    values: [0, 100, 200, 200, 200, 200],
    healedAt: 2 * minute,
    want: 0,
  },
  // 20 in two minutes.
  {
    name: "what a shorter stretch shows stands for five minutes",
    values: [0, 100, 200, 300, 310, 320],
    healedAt: 3 * minute,
    want: 50,
  },
  { name: "an old heal changes nothing", values: [0, 0, 10, 20, 30, 40, 50, 60], healedAt: 0, want: 50 },
  { name: "a level that has fallen counts as it is", values: [10, 90, 80, 15, 12, 14], healedAt: 3 * minute, want: 14 },
])("after a soft heal, $name", ({ values, healedAt, want }) => {
  const store = createSeriesStore();
  values.forEach((value, i) => {
    store.push("health_error_count", {}, i * minute, value);
  });
  const series = store.get("health_error_count", {});
  expect(series && recentErrors(series, -1e9, series.length - 1, healedAt)).toBeCloseTo(want, 6);
});

test.each([
  { name: "steady errors are usual", perMinute: Array.from({ length: 40 }, () => 20), want: 100 },
  { name: "a burst now is not", perMinute: Array.from({ length: 40 }, (_, i) => (i > 35 ? 500 : 2)), want: 10 },
  { name: "nothing is usual yet after some minutes", perMinute: Array.from({ length: 12 }, () => 20), want: 0 },
])("$name", ({ perMinute, want }) => {
  const store = createSeriesStore();
  let total = 0;
  perMinute.forEach((count, i) => {
    total += count;
    store.push("health_error_count", {}, i * minute, total);
  });
  const series = store.get("health_error_count", {});
  expect(series && usualErrors(series, -1e9)).toBe(want);
});
