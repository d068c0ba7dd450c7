import { expect, test } from "vitest";
import { createEvictionQueue } from "../../../../../src/detection/logs/templates/eviction-queue.ts";

/** Templates that say how often they were looked at. */
function template(state: { touched?: boolean; into?: object } = {}) {
  return {
    looks: 0,
    touched: state.touched ?? false,
    evicted: false,
    get into() {
      this.looks++;
      return state.into;
    },
  };
}

test("what was seen since the last visit goes to the end, and what was merged away is passed over", () => {
  const queue = createEvictionQueue<ReturnType<typeof template>>();
  const [seen, merged, old] = [template({ touched: true }), template({ into: {} }), template()];
  for (const one of [seen, merged, old]) queue.add(one);
  expect([queue.next(), queue.next(), queue.next()]).toEqual([old, seen, undefined]);
});

test("templates that were merged away are let go of although nothing has to be dropped", () => {
  const queue = createEvictionQueue<ReturnType<typeof template>>();
  const kept = template();
  queue.add(kept);
  const gone = Array.from({ length: 100_000 }, () => template({ into: kept }));
  for (const one of gone) queue.add(one);
  for (const one of [...gone, kept]) one.looks = 0;

  expect(queue.next()).toBe(kept);
  expect(queue.next()).toBeUndefined();
  expect(gone.filter(({ looks }) => looks > 0).length).toBeLessThan(10_000);
});
