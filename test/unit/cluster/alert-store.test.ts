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
  const store = createAlertStore({ maxAlerts: 2, staleMs: 10 * minute });
  for (const name of ["a", "b", "c"]) store.apply(alert(name), start);
  store.apply(alert("a", { summary: "worse" }), start + 8 * minute);
  expect(store.dropped).toBe(1);
  expect(store.firing(start + 9 * minute).map(({ name, summary }) => [name, summary])).toEqual([
    ["a", "worse"],
    ["b", ""],
  ]);
  // The one that was told again is the only one left.
  expect(store.firing(start + 12 * minute).map(({ name }) => name)).toEqual(["a"]);
});

test("what ended before it began again does not end it", () => {
  const store = createAlertStore();
  store.apply(alert("a", { startsAt: start + 5 * minute }), start + 5 * minute);
  store.apply(alert("a", { status: "resolved", endsAt: start + 2 * minute }), start + 6 * minute);
  expect(store.firing(start + 6 * minute)).toHaveLength(1);
  store.apply(alert("a", { status: "resolved", endsAt: start + 7 * minute }), start + 7 * minute);
  expect(store.firing(start + 7 * minute)).toEqual([]);
});
