import { expect, test } from "vitest";
import { backoffMs } from "../../../src/lib/backoff.ts";

test("waits double up to the cap, and lie anywhere between nothing and that", () => {
  const longest = [0, 1, 2, 3, 4, 5, 60].map((attempt) =>
    backoffMs(attempt, { baseMs: 100, capMs: 2_000, random: () => 1 }),
  );
  expect(longest).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
  expect(backoffMs(3, { baseMs: 100, capMs: 2_000, random: () => 0 })).toBe(0);
  expect(backoffMs(3, { baseMs: 100, capMs: 2_000, random: () => 0.5 })).toBe(400);
});
