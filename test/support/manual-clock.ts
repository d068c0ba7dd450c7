import type { Clock } from "../../src/lib/clock.ts";
import { createSleepers } from "../../src/replay/sleepers.ts";

export interface ManualClock extends Clock {
  /** Lets `ms` pass: everyone who is due wakes at exactly their time, those who fall asleep again meanwhile too. */
  advance(ms: number): Promise<void>;
  /** Like `advance`, to a point of time. */
  advanceTo(at: number): Promise<void>;
  /** How many sleep. */
  readonly sleeping: number;
}

/** A clock that stands still until told. */
export function createManualClock(startAt: number): ManualClock {
  const sleepers = createSleepers();
  let at = startAt;

  const advanceTo = async (target: number): Promise<void> => {
    // What an awakened task does next (sleep again, mostly) needs a turn of the event loop before time goes on.
    await turn();
    while (sleepers.nextDueAt() <= target) {
      at = Math.max(at, sleepers.nextDueAt());
      sleepers.wakeNext(at);
      await turn();
    }
    at = Math.max(at, target);
  };

  return {
    now: () => at,
    sleep: (ms, signal) => sleepers.add(at + Math.max(0, ms), signal),
    advance: (ms) => advanceTo(at + ms),
    advanceTo,
    get sleeping() {
      return sleepers.size;
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
