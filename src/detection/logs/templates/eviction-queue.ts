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

/** Consumed entries kept at the head before the array is compacted, and entries in all before it is looked through. */
const SLACK = 4_096;

const isGone = ({ into, evicted }: Evictable) => into !== undefined || evicted;

/**
 * Each call takes constant time on average, and what has been merged away is let go of although nobody calls `next`.
 */
export function createEvictionQueue<T extends Evictable>(): EvictionQueue<T> {
  let items: T[] = [];
  let head = 0;
  let sweepAt = SLACK;
  return {
    add(item) {
      items.push(item);
      // As long as there is room nobody asks for the next one, and those that are gone would be held for ever.
      if (items.length < sweepAt) return;
      items = items.slice(head).filter((kept) => !isGone(kept));
      head = 0;
      sweepAt = Math.max(SLACK, 2 * items.length);
    },
    next() {
      while (head < items.length) {
        const item = items[head++];
        if (head > SLACK && head * 2 > items.length) {
          items = items.slice(head);
          head = 0;
        }
        if (item === undefined || isGone(item)) continue;
        if (!item.touched) return item;
        item.touched = false;
        items.push(item);
      }
      return undefined;
    },
  };
}
