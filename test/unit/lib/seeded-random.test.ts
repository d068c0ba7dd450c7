import { expect, test } from "vitest";
import { seededRandom } from "../../../src/lib/seeded-random.ts";

test("the same seed gives the same numbers, another one others, and all of [0, 1) alike", () => {
  const drawn = (seed: number) => Array.from({ length: 10_000 }, seededRandom(seed));
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7).slice(0, 3)).not.toEqual(drawn(8).slice(0, 3));
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const value of drawn(7)) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
