import { expect, test } from "vitest";
import { timeLeftText } from "../../../../src/detection/time-left.ts";

const now = Date.UTC(2026, 10, 21, 6, 51, 40);
const min = 60_000;

test.each([
  {
    left: { leftMs: 18 * min, soonestMs: 12 * min, latestMs: 30 * min },
    says: "in about 18 min (12 to 30 min) from 06:51 UTC",
  },
  { left: { leftMs: 4 * min, soonestMs: 4 * min, latestMs: 4.2 * min }, says: "in about 4 min from 06:51 UTC" },
  { left: { leftMs: 4 * min, soonestMs: 3 * min }, says: "in about 4 min (3 min or more) from 06:51 UTC" },
  {
    left: { leftMs: 300 * min, soonestMs: 100 * min, latestMs: 500 * min },
    says: "in about 5 h (100 min to 8 h) from 06:51 UTC",
  },
  {
    left: { leftMs: 80 * 60 * min, soonestMs: 40 * 60 * min, latestMs: 120 * 60 * min },
    says: "in about 3 d (40 h to 5 d) from 06:51 UTC",
  },
  { left: { leftMs: 0, soonestMs: 0, latestMs: 0 }, says: "in about 1 min from 06:51 UTC" },
])("$says", ({ left, says }) => expect(timeLeftText(now, left)).toBe(says));
