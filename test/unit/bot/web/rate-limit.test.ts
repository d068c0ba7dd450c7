import { expect, test } from "vitest";
import { createRateLimit } from "../../../../src/bot/web/rate-limit.ts";

const hour = 3_600_000;

test("whoever has used up his requests waits until the next one is there", () => {
  const limit = createRateLimit({ burst: 2, perSecond: 0.5 });
  expect([limit.take("ann", 0), limit.take("ann", 0), limit.take("ann", 0), limit.take("ben", 0)]).toEqual([
    0, 0, 2, 0,
  ]);
  expect([limit.take("ann", 2_000), limit.take("ann", 2_000)]).toEqual([0, 2]);
});

test("a clock that is set back keeps nobody out, and gives nobody more", () => {
  const limit = createRateLimit({ burst: 2, perSecond: 0.5 });
  expect(limit.take("ann", 10 * hour)).toBe(0);
  expect([limit.take("ann", 9 * hour), limit.take("ann", 9 * hour)]).toEqual([0, 2]);
  // From there on time passes as always.
  expect([limit.take("ann", 9 * hour + 2_000), limit.take("ann", 9 * hour + 2_000)]).toEqual([0, 2]);
});
