import { expect, test } from "vitest";
import { type Clock, isoTime, rest, systemClock, utcTime } from "../../../src/lib/clock.ts";

const at = Date.parse("2026-05-04T06:28:23.456Z");

test("times are written for programs with milliseconds, for people without", () => {
  expect(isoTime(at)).toBe("2026-05-04T06:28:23.456Z");
  expect(utcTime(at)).toBe("2026-05-04 06:28:23 UTC");
});

test("who sleeps is woken by a signal at once, with its reason", async () => {
  const stop = new AbortController();
  const asleep = systemClock.sleep(3_600_000, stop.signal);
  stop.abort(new Error("closing"));
  await expect(asleep).rejects.toThrow("closing");
  await expect(systemClock.sleep(3_600_000, stop.signal)).rejects.toThrow("closing");
});

test("a loop that rests is let go by its signal, and hears of a clock that breaks", async () => {
  const stop = new AbortController();
  const resting = rest(systemClock, 3_600_000, stop.signal);
  stop.abort();
  await resting;
  const broken: Pick<Clock, "sleep"> = { sleep: () => Promise.reject(new Error("no time")) };
  await expect(rest(broken, 1, new AbortController().signal)).rejects.toThrow("no time");
});
