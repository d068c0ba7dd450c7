import { expect, test } from "vitest";
import { createFewAtATime } from "../../../src/lib/few-at-a-time.ts";

test("whoever waits comes in when a place is given back, in order; giving it back twice makes no second place", async () => {
  const few = createFewAtATime(1);
  const leave = await few.enter();
  const came: number[] = [];
  const [second, third] = [1, 2].map(async (n) => {
    const go = await few.enter();
    came.push(n);
    return go;
  });
  leave();
  leave();
  const leaveSecond = await second;
  expect(came).toEqual([1]);
  leaveSecond?.();
  (await third)?.();
  expect(came).toEqual([1, 2]);
});

test("whoever stops waiting takes no place with him", async () => {
  const few = createFewAtATime(1);
  const leave = await few.enter();
  const stopping = new AbortController();
  const impatient = few.enter(stopping.signal);
  const patient = few.enter();
  stopping.abort(new Error("enough"));
  await expect(impatient).rejects.toThrow("enough");
  leave();
  (await patient)();
  await expect(few.enter(stopping.signal)).rejects.toThrow("enough");
});
