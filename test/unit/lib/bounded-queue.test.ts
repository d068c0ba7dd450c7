import { expect, test } from "vitest";
import { createBoundedQueue } from "../../../src/lib/bounded-queue.ts";

test("a full queue lets the oldest go, and counts it", () => {
  const queue = createBoundedQueue<number>(3);
  for (const item of [1, 2, 3, 4, 5]) queue.push(item);
  expect([queue.size, queue.dropped]).toEqual([3, 2]);
  expect(queue.shift()).toBe(3);
  expect(queue.drain()).toEqual([4, 5]);
  expect([queue.size, queue.shift(), queue.drain()]).toEqual([0, undefined, []]);
});

test("what comes out is what went in, in order, however often both happen", () => {
  const queue = createBoundedQueue<number>(5_000);
  const out: number[] = [];
  let next = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 100; i++) queue.push(next++);
    for (let i = 0; i < 90; i++) out.push(queue.shift() ?? Number.NaN);
    expect(queue.size).toBe(next - out.length);
  }
  out.push(...queue.drain());
  expect(out).toEqual(Array.from({ length: next }, (_, i) => i));
  expect(queue.dropped).toBe(0);
});
