import type { Template } from "./template.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";

/** Words that must stand outside the brackets. */
const MIN_OUTSIDE = 3;
/** When they stand at the end, and what happened before them. */
const MIN_BEFORE_REASON = 2;
const isInside = (flags: Uint16Array, at: number) => ((flags[at] ?? 0) & FLAG.inside) !== 0;

/**
 * What a sentence says outside its brackets, as a key; 0 when that is too little. What stands in brackets explains
 * (`query failed (zone not loaded) for a`): it may have any length, or be missing.
 */
function outsideOf({ hash, flags, count, format }: Tokens): number {
  let key = Math.imul(format + 1, 0x27d4eb2f) | 0;
  let words = 0;
  let inValue = false;
  let happened = false;
  for (let i = 0; i < count; i++) {
    if (isInside(flags, i)) continue;
    const token = hash[i] ?? WILD;
    if (token === WILD && inValue) continue;
    inValue = token === WILD;
    if (!inValue) words++;
    if (((flags[i] ?? 0) & FLAG.event) !== 0) happened = true;
    key = Math.imul((key << 5) ^ (key >>> 27) ^ token, 0x01000193);
  }
  // `Server exit (timed out)`
  const isReason = happened && isInside(flags, count - 1) && !isInside(flags, 0);
  return words < (isReason ? MIN_BEFORE_REASON : MIN_OUTSIDE) ? 0 : key || 1;
}

/** What the brackets of a sentence hold: nothing, as there are none; pairs; anything else. */
function heldBy({ hash, flags, count }: Tokens): "nothing" | "pairs" | "text" {
  let held: "nothing" | "pairs" = "nothing";
  for (let i = 0; i < count; i++) {
    if (!isInside(flags, i)) continue;
    const isNamed = i + 1 < count && hash[i + 1] === WILD && ((flags[i + 1] ?? 0) & FLAG.named) !== 0;
    const isPair = hash[i] !== WILD && isNamed;
    if (!isPair) return "text";
    held = "pairs";
    i++;
  }
  return held;
}

/** By what the brackets of one hold, what those of the other may: `closed` and `closed (timed out)` are two, `refused` and `refused (id: 7)` one. */
const BESIDE = {
  nothing: ["nothing", "pairs"],
  pairs: ["pairs", "text", "nothing"],
  text: ["text", "pairs"],
} as const;

/** Where the value or the group that begins at `from` ends, with those beside it. */
function endOfRun({ hash, flags, count }: Tokens, from: number): number {
  let i = from;
  while (i < count && (hash[i] === WILD || isInside(flags, i))) i++;
  return i;
}

/** A stretch of tokens, `from` included, `to` not. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** Of two sentences that say the same outside their brackets: the stretches of the first where the second has other words. */
export function differingRuns(one: Tokens, other: Tokens): Run[] {
  const found: Run[] = [];
  let theirs = 0;
  for (let i = 0; i < one.count; ) {
    const to = endOfRun(one, i);
    const stop = endOfRun(other, theirs);
    if (to === i && stop === theirs) {
      i++;
      theirs++;
      continue;
    }
    // The value before a bracket is none of it.
    while (i < to && theirs < stop && one.hash[i] === WILD && other.hash[theirs] === WILD) {
      i++;
      theirs++;
    }
    let same = to - i === stop - theirs;
    for (let j = i; j < to && same; j++) same = one.hash[j] === other.hash[theirs + j - i];
    const hasWord = one.hash.subarray(i, to).some((token) => token !== WILD);
    if (!same && hasWord) found.push({ from: i, to });
    i = to;
    theirs = stop;
  }
  return found;
}

/** Templates by what they say outside brackets. */
export interface BracketGroups {
  add(template: Template, tokens: Tokens): void;
  remove(template: Template, tokens: Tokens): void;
  /** The template that says the same outside its brackets. */
  match(tokens: Tokens): Template | undefined;
}

/**
 * One template for each such sentence, the first; those that say less than three words outside brackets are none of it.
 */
export function createBracketGroups(): BracketGroups {
  const byOutside = {
    nothing: new Map<number, Template>(),
    pairs: new Map<number, Template>(),
    text: new Map<number, Template>(),
  };
  return {
    add(template, tokens) {
      const key = outsideOf(tokens);
      const own = byOutside[heldBy(tokens)];
      if (key !== 0 && !own.has(key)) own.set(key, template);
    },
    remove(template, tokens) {
      const key = outsideOf(tokens);
      const own = byOutside[heldBy(tokens)];
      if (own.get(key) === template) own.delete(key);
    },
    match(tokens) {
      const key = outsideOf(tokens);
      if (key === 0) return undefined;
      for (const held of BESIDE[heldBy(tokens)]) {
        const found = byOutside[held].get(key);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
