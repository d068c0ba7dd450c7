import { describe, expect, test } from "vitest";
import { createVirtualClock, type RealTime } from "../../../src/replay/virtual-clock.ts";
import { createManualClock } from "../../support/manual-clock.ts";

/** Real time that stands still until told, so that what a virtual clock makes of it can be computed. */
function fakeReal(): RealTime & { pass(ms: number): void; stall(ms: number): void; readonly timers: number } {
  let now = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  let id = 0;
  return {
    now: () => now,
    after(ms, run) {
      const mine = id++;
      timers.set(mine, { at: now + ms, run });
      return () => timers.delete(mine);
    },
    pass(ms) {
      const until = now + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = until;
    },
    /** Time passes, and no timer fires. */
    stall(ms) {
      now += ms;
    },
    get timers() {
      return timers.size;
    },
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a virtual clock", () => {
  test("runs as many times as fast as it is told", () => {
    const real = fakeReal();
    const clock = createVirtualClock({ startAt: 1_000, speed: 60, real });
    real.pass(500);
    expect(clock.now()).toBe(31_000);
    clock.setSpeed(2);
    real.pass(500);
    expect(clock.now()).toBe(32_000);
  });

  test("a speed that holds until a time ends exactly there, however late anybody looks", async () => {
    const real = fakeReal();
    const clock = createVirtualClock({ startAt: 0, speed: 1, real });
    clock.setSpeed(200, { at: 100_000, afterwards: 2 });
    const woke: number[] = [];
    for (const ms of [99_000, 102_000, 104_000]) void clock.sleep(ms).then(() => woke.push(ms));
    // The machine is busy for a second and a half; the limit was reached after a third of it.
    real.stall(1_500);
    expect(clock.now()).toBe(102_000);
    expect(clock.speed).toBe(2);
    real.pass(0);
    await settled();
    expect(woke).toEqual([99_000, 102_000]);
    real.pass(1_000);
    await settled();
    expect(woke).toEqual([99_000, 102_000, 104_000]);
    clock.setSpeed(3);
    real.pass(1_000);
    expect(clock.now()).toBe(107_000);
  });

  test("a pause on the way to the slower part takes nothing from it", () => {
    const real = fakeReal();
    const clock = createVirtualClock({ startAt: 0, speed: 1, real });
    clock.setSpeed(100, { at: 10_000, afterwards: 1 });
    real.pass(50);
    clock.pause();
    real.pass(5_000);
    expect(clock.now()).toBe(5_000);
    clock.resume();
    expect(clock.speed).toBe(100);
    real.pass(1_050);
    expect(clock.now()).toBe(11_000);
    expect(clock.speed).toBe(1);
  });

  test("a sleeper wakes after its virtual time, also when the speed changes on the way", async () => {
    const real = fakeReal();
    const clock = createVirtualClock({ startAt: 0, speed: 1, real });
    let awake = false;
    void clock.sleep(60_000).then(() => {
      awake = true;
    });
    real.pass(10_000);
    clock.setSpeed(50);
    real.pass(999);
    await settled();
    expect(awake).toBe(false);
    real.pass(1);
    await settled();
    expect(awake).toBe(true);
    expect(clock.now()).toBe(60_000);
  });

  test("while it is paused nobody wakes; a jump wakes who was due on the way", async () => {
    const real = fakeReal();
    const clock = createVirtualClock({ startAt: 0, real });
    const woken: string[] = [];
    void clock.sleep(5_000).then(() => woken.push("early"));
    void clock.sleep(50_000).then(() => woken.push("late"));
    clock.pause();
    real.pass(20_000);
    await settled();
    expect([clock.now(), ...woken]).toEqual([0]);
    clock.resume();
    clock.jumpTo(30_000);
    await settled();
    expect([clock.now(), ...woken]).toEqual([30_000, "early"]);
    clock.jumpTo(10_000);
    expect(clock.now()).toBe(30_000);
  });

  test("an aborted sleeper rejects with the reason and leaves no timer behind", async () => {
    const real = fakeReal();
    const clock = createVirtualClock({ startAt: 0, real });
    const stop = new AbortController();
    const slept = clock.sleep(1_000, stop.signal);
    stop.abort(new Error("enough"));
    await expect(slept).rejects.toThrow("enough");
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow("enough");
    expect(real.timers).toBe(0);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a speed of %d", (speed) => {
    expect(() => createVirtualClock({ startAt: 0, speed })).toThrow(RangeError);
  });
});

describe("a manual clock", () => {
  test("wakes everyone at exactly their time, in order, those who fall asleep again too", async () => {
    const clock = createManualClock(100);
    const seen: string[] = [];
    const everyTen = async (name: string, times: number) => {
      for (let i = 0; i < times; i++) {
        await clock.sleep(10);
        seen.push(`${name}@${clock.now()}`);
      }
    };
    void everyTen("a", 3);
    void clock.sleep(15).then(() => seen.push(`b@${clock.now()}`));
    await clock.advance(30);
    expect(seen).toEqual(["a@110", "b@115", "a@120", "a@130"]);
    expect([clock.now(), clock.sleeping]).toEqual([130, 0]);
  });
});
