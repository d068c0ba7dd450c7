/** A queue of things that happen at a virtual time; ties keep their order of arrival. Times are unix ms. */
export interface Sim {
  now(): number;
  at(time: number, run: () => void): void;
  after(ms: number, run: () => void): void;
  /** Runs everything due before `end`. */
  run(end: number): void;
}

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

const before = (a: Entry, b: Entry) => a.time < b.time || (a.time === b.time && a.order < b.order);

export function createSim(start: number): Sim {
  const heap: Entry[] = [];
  let now = start;
  let orders = 0;
  const swap = (i: number, j: number) => {
    const a = heap[i];
    const b = heap[j];
    if (a && b) {
      heap[i] = b;
      heap[j] = a;
    }
  };
  const less = (i: number, j: number) => {
    const a = heap[i];
    const b = heap[j];
    return a !== undefined && b !== undefined && before(a, b);
  };
  const push = (entry: Entry) => {
    heap.push(entry);
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!less(i, parent)) break;
      swap(i, parent);
      i = parent;
    }
  };
  const pop = (): Entry | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (heap.length > 0 && last) {
      heap[0] = last;
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        const least = less(left + 1, left) ? left + 1 : left;
        if (!less(least, i)) break;
        swap(i, least);
        i = least;
      }
    }
    return top;
  };
  const at = (time: number, run: () => void) => push({ time: Math.max(time, now), order: orders++, run });
  return {
    now: () => now,
    at,
    after: (ms, run) => at(now + ms, run),
    run(end) {
      while (heap[0] && heap[0].time < end) {
        const next = pop();
        if (!next) break;
        now = next.time;
        next.run();
      }
      now = end;
    },
  };
}
