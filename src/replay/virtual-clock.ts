import type { Clock } from "../lib/clock.ts";
import { createSleepers } from "./sleepers.ts";

/** The time that a virtual clock is driven by. */
export interface RealTime {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls `run` after `ms`; the returned function cancels. */
  after(ms: number, run: () => void): () => void;
}

const monotonic: RealTime = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface VirtualClock extends Clock {
  /** Virtual seconds in a real second. */
  readonly speed: number;
  readonly paused: boolean;
  /**
   * With `until` the speed holds up to exactly that time, and another from there on, however late anybody looks: a timer that
   * fires half a second late on a busy machine would overshoot by as many times that as the clock runs fast.
   * @throws RangeError unless 0 < speed < Infinity
   */
  setSpeed(speed: number, until?: { readonly at: number; readonly afterwards: number }): void;
  pause(): void;
  resume(): void;
  /** Goes forward to a time; whoever sleeps until then wakes. A time in the past changes nothing. */
  jumpTo(at: number): void;
}

/** setTimeout takes 31 bits; longer waits are taken in pieces. */
const longestWaitMs = 2 ** 31 - 1;

export interface VirtualClockOptions {
  /** Unix ms. */
  readonly startAt: number;
  /** Virtual seconds in a real second; default 1. */
  readonly speed?: number;
  /** Stands still until `resume`. */
  readonly paused?: boolean;
  readonly real?: RealTime;
}

/** A clock that starts at `startAt` and runs `speed` times as fast as real time. */
export function createVirtualClock(options: VirtualClockOptions): VirtualClock {
  const real = options.real ?? monotonic;
  const sleepers = createSleepers();
  let speed = checkedSpeed(options.speed ?? 1);
  let paused = options.paused ?? false;
  let slower: { readonly at: number; readonly afterwards: number } | undefined;
  let anchor = { virtual: options.startAt, real: real.now() };
  let cancelTimer: (() => void) | undefined;

  const now = (): number => {
    if (paused) return anchor.virtual;
    const at = anchor.virtual + (real.now() - anchor.real) * speed;
    return slower && at > slower.at ? slower.at + ((at - slower.at) / speed) * slower.afterwards : at;
  };
  /** Real ms from one virtual time to a later one. */
  const realMs = (from: number, to: number): number => {
    if (!slower) return (to - from) / speed;
    return (
      Math.max(0, Math.min(to, slower.at) - from) / speed +
      Math.max(0, to - Math.max(from, slower.at)) / slower.afterwards
    );
  };
  const reached = (): void => {
    if (!slower || anchor.virtual < slower.at) return;
    speed = slower.afterwards;
    slower = undefined;
  };

  const schedule = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    const dueAt = sleepers.nextDueAt();
    if (paused || dueAt === Number.POSITIVE_INFINITY) return;
    // Timers may fire a little early; `tick` then finds nobody due and comes here again.
    const waitMs = Math.min(longestWaitMs, Math.max(0, realMs(now(), dueAt)));
    cancelTimer = real.after(waitMs, tick);
  };
  const tick = (): void => {
    const at = now();
    while (sleepers.wakeNext(at));
    schedule();
  };
  const change = (apply: () => void): void => {
    anchor = { virtual: now(), real: real.now() };
    reached();
    apply();
    reached();
    tick();
  };

  return {
    // Whole milliseconds, as of every clock here.
    now: () => Math.floor(now()),
    sleep(ms, signal) {
      const slept = sleepers.add(now() + Math.max(0, ms), signal);
      schedule();
      // A timer for somebody who left would keep the process alive.
      return slept.catch((reason: unknown) => {
        schedule();
        throw reason;
      });
    },
    get speed() {
      return slower && now() >= slower.at ? slower.afterwards : speed;
    },
    get paused() {
      return paused;
    },
    setSpeed(next, until) {
      change(() => {
        speed = checkedSpeed(next);
        slower = until && { at: until.at, afterwards: checkedSpeed(until.afterwards) };
      });
    },
    pause() {
      change(() => {
        paused = true;
      });
    },
    resume() {
      change(() => {
        paused = false;
      });
    },
    jumpTo(at) {
      if (at <= now()) return;
      change(() => {
        anchor = { virtual: at, real: real.now() };
      });
    },
  };
}

function checkedSpeed(speed: number): number {
  if (speed > 0 && Number.isFinite(speed)) return speed;
  throw new RangeError(`the speed of a clock must be a positive number, not ${speed}`);
}
