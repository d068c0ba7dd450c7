import { z } from "zod";

export type Labels = Readonly<Record<string, string>>;

export const isText = (value: unknown): value is string => typeof value === "string";

/** Names with texts. */
export function isLabels(value: unknown): value is Labels {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  for (const name in value) if (!isText(Reflect.get(value, name))) return false;
  return true;
}

/**
 * A list whose items are all of a kind, read up to the first that is not. A schema of the items lists the problem of each: of an
 * answer of 32 MB, sixteen million, and the process ends for want of memory.
 */
export const listOf = <T>(is: (item: unknown) => item is T) =>
  z.custom<readonly T[]>((value) => Array.isArray(value) && value.every(is), "expected a list of another kind");
