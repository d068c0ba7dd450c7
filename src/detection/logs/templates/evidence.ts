import type { Resemblance } from "./resemblance.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";
import { isPreposition, isTo } from "./words.ts";

/** What stands where sentences differ. */
type Place = "event" | "lead" | "name" | "object" | "slot" | "word";

function wordsBefore(line: Tokens, at: number): number {
  let words = 0;
  for (let i = 0; i < at; i++) if (line.hash[i] !== WILD) words++;
  return words;
}

/**
 * A name has capitals, digits or marks inside; a slot is where a sentence leaves room: after a colon, in brackets, and for
 * names after `for`. A plain word there (`at the top`) is an object.
 */
function placeOf(line: Tokens, at: number, isEvent: boolean): Place {
  const before = wordsBefore(line, at);
  if (before === 0) return "lead";
  const flags = line.flags[at] ?? 0;
  const previous = line.hash[at - 1] ?? WILD;
  const isName = (flags & (FLAG.soft | FLAG.constant)) !== 0;
  if ((flags & FLAG.opened) !== 0) return "slot";
  if ((flags & FLAG.named) !== 0) return before > 1 ? "slot" : "lead";
  const event = !isName && isEvent;
  if (isName && (isPreposition(previous) || isTo(previous))) return "slot";
  if (!event && isPreposition(previous)) return "object";
  if (event) return "event";
  return isName ? "name" : "word";
}

/** Sentences needed when they differ in one word of this kind and have `same` words in common. */
function neededFor(place: Place, same: number, flags: number, afterValue: boolean): number {
  const isConstant = (flags & (FLAG.constant | FLAG.filler)) !== 0;
  const long = afterValue ? 8 : 5;
  switch (place) {
    case "lead":
      if (isConstant) return Number.POSITIVE_INFINITY;
      if (same < 2) return 24;
      return (flags & FLAG.soft) !== 0 && same > 3 ? 4 : 12;
    case "event":
      return 12;
    case "slot":
      return same > 1 ? 2 : 8;
    case "name":
      if (same >= long) return 2;
      if (!isConstant && same > 2) return 3;
      return same > 2 || (!isConstant && same > 1) ? 4 : 16;
    case "object":
    case "word":
      if (same >= long) return same > 7 ? 2 : 3;
      if (same < 2) return 12;
      return place === "object" ? 4 : 6;
  }
}

/**
 * How many sentences that differ only in the words of `mask` must be seen (this line included) before those words are
 * taken for values. Many statements of one program differ in one word (`started`, `stopped`), names come in dozens.
 * Infinity when never.
 */
export function evidenceNeeded(line: Tokens, r: Resemblance): number {
  if (r.same === 0 || (r.mixed > 0 && r.same <= r.mixed + r.different)) return Number.POSITIVE_INFINITY;
  let most = 0;
  let leads = false;
  for (let i = 0; i < 31 && i < line.count; i++) {
    if ((r.mask & (1 << i)) === 0) continue;
    const flags = line.flags[i] ?? 0;
    const place = placeOf(line, i, (r.events & (1 << i)) !== 0);
    leads ||= place === "lead";
    const isName = place !== "lead" || (flags & FLAG.soft) !== 0;
    if (isName && r.same > 1 && (r.known & (1 << i)) !== 0) {
      most = Math.max(most, place !== "lead" && r.same > 2 ? 2 : 3);
      continue;
    }
    const isNamed = place !== "lead" && r.same > 1 && (flags & (FLAG.product | FLAG.slot)) !== 0;
    most = Math.max(most, isNamed ? 2 : neededFor(place, r.same, flags, i > 0 && line.hash[i - 1] === WILD));
  }
  if (r.different === 1) return most;
  if (leads || r.same <= r.different) return Number.POSITIVE_INFINITY;
  return r.same >= 3 * r.different ? most : most + r.different - 1;
}
