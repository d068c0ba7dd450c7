import { z } from "zod";

/**
 * Schemas for bodies of anybody's making. A schema lists every problem of what it is given: a list of four million wrong items,
 * eight kilobytes packed, fills the memory with problems. So lists are taken as they are and their items are read one by one, up
 * to the first that is wrong, and of objects no more members are looked at than make sense.
 */
export const anyItems = z.custom<readonly unknown[]>(Array.isArray, "expected a list");

/** The first `most` members of an object; anything else as it is. */
function firstMembers(value: unknown, most: number): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept: [string, unknown][] = [];
  for (const key in value) {
    if (kept.length >= most) break;
    kept.push([key, Reflect.get(value, key)]);
  }
  return Object.fromEntries(kept);
}

/** Names with texts, of which the first `most` are kept. */
export const labelsUpTo = (most: number) =>
  z.preprocess((value) => firstMembers(value, most), z.record(z.string(), z.string()));

/** The first `most` items of a list. */
export const itemsUpTo = <T extends z.ZodType>(most: number, item: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value.slice(0, most) : value), z.array(item));
