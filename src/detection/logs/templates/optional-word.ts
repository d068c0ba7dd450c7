import type { Run } from "./bracket-groups.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";
import { isGrammar, isNegation } from "./words.ts";

/** Words that must be the same when a word is added; one that is added at the end needs more. */
const MIN_SAME = 5;
const MIN_SAME_BEFORE_END = 8;
/** When only a value is added. */
const MIN_SAME_BESIDE_VALUE = 2;
/** When one of them has words where the other has a value, or begins with a tag. */
const MIN_SAME_AROUND = 3;
/** Tokens that may be added: a word, a value, or both. */
export const MAX_ADDED = 2;

/** When each has other names: words in common, with what happened among those after them. */
const MIN_SAME_BESIDE_NAMES = 4;
/** Tokens of a name. */
const MAX_NAME = 4;

/**
 * Of two sentences that are one, the shape that stands for both: one of theirs, or the shorter one with a value where they
 * differ. Undefined when they are two.
 */
export type Shape = "longer" | "shorter" | "between" | undefined;

/** What two sentences have in common at both ends, and what they have between. */
interface Stretch {
  head: number;
  tail: number;
  /** Words before and after. */
  before: number;
  after: number;
}

const stretch: Stretch = { head: 0, tail: 0, before: 0, after: 0 };

function align(shorter: Tokens, longer: Tokens): Stretch {
  let head = 0;
  let before = 0;
  while (head < shorter.count && shorter.hash[head] === longer.hash[head]) if (shorter.hash[head++] !== WILD) before++;
  let tail = 0;
  let after = 0;
  while (tail < shorter.count - head) {
    const token = shorter.hash[shorter.count - 1 - tail];
    if (token !== longer.hash[longer.count - 1 - tail]) break;
    if (token !== WILD) after++;
    tail++;
  }
  stretch.head = head;
  stretch.tail = tail;
  stretch.before = before;
  stretch.after = after;
  return stretch;
}

/** No part of a name: what happened, keys, what follows a colon, words that hold a sentence together. */
function isNameless({ hash, flags }: Tokens, from: number, to: number): boolean {
  if (to - from > MAX_NAME) return true;
  for (let i = from; i < to; i++) {
    if (hash[i] === WILD) continue;
    const flag = flags[i] ?? 0;
    if ((flag & (FLAG.event | FLAG.key)) !== 0 || (i > from && (flag & FLAG.told) !== 0)) return true;
    if (isGrammar(hash[i] ?? WILD)) return true;
  }
  return false;
}

/** `zone a/IN loaded it all` and `managed-keys loaded it all`: names of several words before the same thing that happened. */
function differInNames(shorter: Tokens, longer: Tokens, { head, tail, before, after }: Stretch): boolean {
  if (after === 0 || before + after < MIN_SAME_BESIDE_NAMES) return false;
  let happened = false;
  for (let i = longer.count - tail; i < longer.count && !happened; i++)
    happened = ((longer.flags[i] ?? 0) & FLAG.event) !== 0;
  if (!happened) return false;
  return !isNameless(shorter, head, shorter.count - tail) && !isNameless(longer, head, longer.count - tail);
}

/** Where `one` differs from a sentence of another length. */
export function differingRun(one: Tokens, other: Tokens): Run {
  const { head, tail } = one.count < other.count ? align(one, other) : align(other, one);
  return { from: head, to: one.count - tail };
}

/** Does the sentence begin with a word and a colon, and say something itself? Of mere pairs (`Sending: id:7 of:9`) the word is the sentence. */
function isTag({ hash, flags }: Tokens): boolean {
  const isPair = hash[2] === WILD && ((flags[2] ?? 0) & FLAG.named) !== 0;
  return ((flags[1] ?? 0) & FLAG.told) !== 0 && ((flags[0] ?? 0) & FLAG.event) === 0 && !isPair;
}

/**
 * Are two sentences of different length one? When the longer has only a value more, or one word more in a long sentence
 * (`flags 1` and `HIER_DIRECT flags 1`) that does not turn its meaning round, or a tag before it (`zone: loaded it`); and
 * when it has a few words where the other has a value. Or when both have names, of several words, where they differ.
 */
export function shapeOfBoth(shorter: Tokens, longer: Tokens): Shape {
  const added = longer.count - shorter.count;
  if (added < 1 || added > MAX_ADDED || shorter.format !== longer.format) return undefined;
  const { head, tail, before, after } = align(shorter, longer);
  const left = shorter.count - head - tail;
  const same = before + after;
  if (left === 1 && shorter.hash[head] === WILD)
    return before > 0 && after > 0 && same >= MIN_SAME_AROUND ? "shorter" : undefined;
  if (left > 0) return differInNames(shorter, longer, stretch) ? "between" : undefined;
  let words = 0;
  for (let i = head; i < head + added; i++) {
    const word = longer.hash[i] ?? WILD;
    if (isNegation(word) || (word !== WILD && ((longer.flags[i] ?? 0) & FLAG.event) !== 0)) return undefined;
    // `in workflow a`: a place with its preposition says more than a word.
    if (word !== WILD) words += isGrammar(word) ? 2 : 1;
  }
  const isPair = added === 2 && ((longer.flags[head] ?? 0) & FLAG.key) !== 0 && longer.hash[head + 1] === WILD;
  if (isPair) return same >= MIN_SAME_AROUND ? "longer" : undefined;
  const isReason = tail === 0 && ((longer.flags[head] ?? 0) & (FLAG.told | FLAG.inside)) !== 0;
  if (words === 0 && isReason && ((longer.flags[head - 1] ?? 0) & FLAG.event) !== 0) return undefined;
  if (words === 0) return same >= (head === 0 ? 1 : MIN_SAME_BESIDE_VALUE) ? "longer" : undefined;
  if (head === 0 && added === 1 && isTag(longer)) return same >= MIN_SAME_AROUND ? "longer" : undefined;
  return words < 2 && before > 0 && same >= (tail === 0 ? MIN_SAME_BEFORE_END : MIN_SAME) ? "longer" : undefined;
}
