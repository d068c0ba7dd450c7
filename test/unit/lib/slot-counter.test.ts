import { expect, test } from "vitest";
import { createSlotCounter } from "../../../src/lib/slot-counter.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;

test("what was counted since a moment is told to five seconds", () => {
  const counter = createSlotCounter();
  counter.add(start, 2);
  counter.add(start + 4_999);
  counter.add(start + 5_000, 4);
  counter.add(start + 4 * minute, 8);
  expect(counter.since(start)).toBe(15);
  expect(counter.since(start + 5_000)).toBe(12);
  expect(counter.since(start + 5_001)).toBe(12);
  expect(counter.since(start + minute)).toBe(8);
  expect(counter.since(start + 5 * minute)).toBe(0);
});

test("after five minutes a slot begins anew, and what comes late for the old one is left out", () => {
  const counter = createSlotCounter();
  counter.add(start, 7);
  counter.add(start + 5 * minute, 1);
  expect(counter.since(start)).toBe(1);
  counter.add(start + 1, 7);
  expect(counter.since(start)).toBe(1);
});
