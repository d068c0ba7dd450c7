/** What the queue needs to know of a template. */
interface Evictable {
  touched: boolean;
  evicted: boolean;
  readonly into: unknown;
}

/** Order of eviction: first in, first out, but whoever was seen since the last visit goes to the end ("second chance"). */
export interface EvictionQueue<T extends Evictable> {
  add(item: T): void;
  /** The item to drop; undefined when the queue is empty. Items already merged away are forgotten on the way. */
  next(): T | undefined;
}

/** Consumed entries kept at the head before the array is compacted. */
const SLACK = 4_096;

export function createEvictionQueue<T extends Evictable>(): EvictionQueue<T> {
  let items: T[] = [];
  let head = 0;
  return {
    add(item) {
      items.push(item);
    },
    next() {
      while (head < items.length) {
        const item = items[head++];
        if (head > SLACK && head * 2 > items.length) {
          items = items.slice(head);
          head = 0;
        }
        if (item === undefined || item.into !== undefined || item.evicted) continue;
        if (!item.touched) return item;
        item.touched = false;
        items.push(item);
      }
      return undefined;
    },
  };
}
