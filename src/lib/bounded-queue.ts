/**
 * First in, first out, with a cap: when full the oldest item gives way and is counted, because for signals the
 * newest says more than the oldest.
 */
export interface BoundedQueue<T> {
  push(item: T): void;
  shift(): T | undefined;
  drain(): T[];
  readonly size: number;
  readonly dropped: number;
}

/** All operations take constant time on average; `limit` counts items, not their size. */
export function createBoundedQueue<T>(limit: number): BoundedQueue<T> {
  let items: T[] = [];
  let head = 0;
  let dropped = 0;
  const compact = () => {
    if (head > 1024 && head * 2 > items.length) {
      items = items.slice(head);
      head = 0;
    }
  };
  return {
    push(item) {
      items.push(item);
      if (items.length - head > limit) {
        head++;
        dropped++;
        compact();
      }
    },
    shift() {
      if (head >= items.length) return undefined;
      const item = items[head++];
      compact();
      return item;
    },
    drain() {
      const all = head === 0 ? items : items.slice(head);
      items = [];
      head = 0;
      return all;
    },
    get size() {
      return items.length - head;
    },
    get dropped() {
      return dropped;
    },
  };
}
