import { expect, test } from "vitest";
import { type Alert, createAlertStore } from "../../../src/cluster/alert-store.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;

const alert = (name: string, more: Partial<Alert> = {}): Alert => ({
  fingerprint: name,
  status: "firing",
  name,
  labels: {},
  summary: "",
  startsAt: start,
  ...more,
});

test("a full store refuses what is new, counts it, and goes on with what it knows", () => {
  const store = createAlertStore({ maxAlerts: 2 });
  for (const name of ["a", "b", "c"]) store.apply(alert(name), start);
  store.apply(alert("a", { summary: "worse" }), start + 240 * minute);
  expect(store.dropped).toBe(1);
  expect(store.firing(start + 500 * minute).map(({ name, summary }) => [name, summary])).toEqual([
    ["a", "worse"],
    ["b", ""],
  ]);
  // The one that was told again is the only one left.
  expect(store.firing(start + 600 * minute).map(({ name }) => name)).toEqual(["a"]);
});

test("what ended before it began again does not end it", () => {
  const store = createAlertStore();
  store.apply(alert("a", { startsAt: start + 5 * minute }), start + 5 * minute);
  store.apply(alert("a", { status: "resolved", endsAt: start + 2 * minute }), start + 6 * minute);
  expect(store.firing(start + 6 * minute)).toHaveLength(1);
  store.apply(alert("a", { status: "resolved", endsAt: start + 7 * minute }), start + 7 * minute);
  expect(store.firing(start + 7 * minute)).toEqual([]);
});

const hour = 60 * minute;

test("an alert of a group that is silenced as a whole ends after two repeats that did not come, and says so before", () => {
  const store = createAlertStore();
  store.apply(alert("a"), start);
  expect(store.firing(start + 4 * hour)).toEqual([alert("a")]);
  expect(store.firing(start + 5 * hour)).toEqual([{ ...alert("a"), overdueMs: 5 * hour }]);
  expect(store.firing(start + 9 * hour)).toHaveLength(1);
  expect(store.firing(start + 9 * hour + 1)).toEqual([]);
});

test("an Alertmanager that repeats less often than was said is learned from, once", () => {
  const store = createAlertStore();
  store.apply(alert("a"), start);
  expect(store.firing(start + 12 * hour)).toEqual([]);
  store.apply(alert("a"), start + 12 * hour);
  expect(store.firing(start + 24 * hour)).toEqual([alert("a")]);
  expect(store.firing(start + 37 * hour)).toHaveLength(1);
  expect(store.firing(start + 37 * hour + 1)).toEqual([]);
});

test("an alert that ended and began again teaches nothing about repeats", () => {
  const store = createAlertStore();
  store.apply(alert("a"), start);
  store.apply(alert("a", { startsAt: start + 20 * hour }), start + 20 * hour);
  expect(store.firing(start + 29 * hour + 1)).toEqual([]);
});
