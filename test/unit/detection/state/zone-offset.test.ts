import { expect, test } from "vitest";
import { dueTimes, parseCron } from "../../../../src/detection/state/cron-schedule.ts";
import { zoneOffset } from "../../../../src/detection/state/zone-offset.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const due = (schedule: string, zone: string, from: string, until: string) => {
  const parsed = parseCron(schedule);
  const times = parsed ? dueTimes(parsed, at(from), at(until), 100, zoneOffset(zone)) : [];
  return times.map((time) => new Date(time).toISOString().slice(0, 16));
};

test.each([
  ["an hour of New York", "30 9 * * *", "America/New_York", ["2026-11-20T14:30"]],
  ["a zone that is half an hour off", "0 9 * * *", "Asia/Kolkata", ["2026-11-20T03:30"]],
  ["a zone that is ahead by a day", "0 8 * * 6", "Pacific/Auckland", ["2026-11-20T19:00"]],
  ["UTC", "0 9 * * *", "UTC", ["2026-11-20T09:00"]],
])("%s", (_title, schedule, zone, want) => {
  expect(due(schedule, zone, "2026-11-20T00:00", "2026-11-20T23:59")).toEqual(want);
});

test("clocks that are put back within the window", () => {
  expect(due("0 12 * * *", "Europe/Berlin", "2026-10-24T00:00", "2026-10-26T00:00")).toEqual([
    "2026-10-24T10:00",
    "2026-10-25T11:00",
  ]);
});

test("a zone that nobody knows", () => {
  expect(zoneOffset("Mars/Olympus")).toBeUndefined();
});
