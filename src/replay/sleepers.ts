/** Somebody who waits for a point of virtual time. */
interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** Those who wait on a virtual clock, by due time; equal times wake in the order they fell asleep. */
export interface Sleepers {
  /** Resolves when `wakeNext` comes to it; rejects with the signal's reason when aborted. */
  add(dueAt: number, signal?: AbortSignal): Promise<void>;
  /** When the next one is due; Infinity when nobody sleeps. */
  nextDueAt(): number;
  /** Wakes the earliest one if it is due at `now`, and tells whether it did. */
  wakeNext(now: number): boolean;
  readonly size: number;
}

/** Nobody wakes by itself: a clock calls `wakeNext`. Whoever is aborted leaves at once. */
export function createSleepers(): Sleepers {
  // Sorted; a clock has tens of sleepers, so inserting by scan from the end is cheaper than a heap.
  const waiting: Sleeper[] = [];

  const insert = (sleeper: Sleeper): void => {
    let at = waiting.length;
    while (at > 0 && (waiting[at - 1]?.dueAt ?? 0) > sleeper.dueAt) at--;
    waiting.splice(at, 0, sleeper);
  };

  return {
    add: (dueAt, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          const at = waiting.indexOf(sleeper);
          if (at >= 0) waiting.splice(at, 1);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        };
        const sleeper: Sleeper = { dueAt, wake };
        signal?.addEventListener("abort", onAbort, { once: true });
        insert(sleeper);
      }),
    nextDueAt: () => waiting[0]?.dueAt ?? Number.POSITIVE_INFINITY,
    wakeNext(now) {
      const first = waiting[0];
      if (first === undefined || first.dueAt > now) return false;
      waiting.shift();
      first.wake();
      return true;
    },
    get size() {
      return waiting.length;
    },
  };
}
