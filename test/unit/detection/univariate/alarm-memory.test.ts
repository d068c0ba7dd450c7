import { expect, test } from "vitest";
import { createAlarmMemory, newsIn } from "../../../../src/detection/metrics/univariate/alarm-memory.ts";

test("the first surprise is news in full, the same again is none", () => {
  const memory = createAlarmMemory();
  expect(newsIn(memory, 2, 500)).toBe(2);
  expect(newsIn(memory, 2, 501)).toBeLessThan(0.05);
});

test("a stronger surprise is news by as much as it is stronger", () => {
  const memory = createAlarmMemory();
  newsIn(memory, 2, 500);
  expect(newsIn(memory, 5, 501)).toBeCloseTo(3, 1);
});

test.each([
  { name: "a short history forgets within an hour or so of alarms", rows: 200, fadeRows: 60 },
  { name: "a twelfth of the history", rows: 1800, fadeRows: 150 },
  { name: "a long history within a day of five-minute rows", rows: 100_000, fadeRows: 288 },
])("reported surprise fades to 1/e: $name", ({ rows, fadeRows }) => {
  const memory = createAlarmMemory();
  newsIn(memory, 3, rows);
  for (let i = 0; i < fadeRows; i++) newsIn(memory, 0, rows);
  expect(memory.reported).toBeCloseTo(3 / Math.E, 2);
});

test("a series that surprises all the time has to surprise more", () => {
  const [calm, busy] = [createAlarmMemory(), createAlarmMemory()];
  for (let row = 0; row < 4000; row++) {
    newsIn(calm, 0, row);
    newsIn(busy, row % 64 === 0 ? 1 + row / 400 : 0, row);
  }
  expect(newsIn(calm, 1.2, 4001)).toBe(1.2);
  const unreported = 12 - busy.reported;
  expect(newsIn(busy, 12, 4001)).toBeLessThan(unreported - 0.5);
});

test("even many great alarms raise the background by no more than half a unit", () => {
  const memory = createAlarmMemory();
  for (let row = 0; row < 10_000; row++) newsIn(memory, row % 700 === 0 ? 6 : 0, row);
  expect(memory.background).toBeLessThanOrEqual(0.5);
});
