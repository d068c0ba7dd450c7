import { FLAG, type Tokens, WILD } from "./token-line.ts";
import { isNegation } from "./words.ts";

/** Words that must be the same when a word is added; one that is added at the end needs more. */
const MIN_SAME = 6;
const MIN_SAME_BEFORE_END = 8;
/** When only a value is added. */
const MIN_SAME_BESIDE_VALUE = 2;
/** When one of them has words where the other has a value, or begins with a tag. */
const MIN_SAME_AROUND = 3;
/** Tokens that may be added: a word, a value, or both. */
export const MAX_ADDED = 2;

/** Of two sentences that are one, the shape that stands for both; undefined when they are two. */
export type Shape = "longer" | "shorter" | undefined;

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

/** Does the sentence begin with a word and a colon, and say something itself? Of mere pairs (`Sending: id:7 of:9`) the word is the sentence. */
function isTag({ hash, flags }: Tokens): boolean {
  const isPair = hash[2] === WILD && ((flags[2] ?? 0) & FLAG.named) !== 0;
  return ((flags[1] ?? 0) & FLAG.told) !== 0 && ((flags[0] ?? 0) & FLAG.event) === 0 && !isPair;
}

/**
 * Are two sentences of different length one? When the longer has only a value more, or one word more in a long sentence
 * (`flags 1` and `HIER_DIRECT flags 1`) that does not turn its meaning round, or a tag before it (`zone: loaded it`); and
 * when it has a few words where the other has a value.
 */
export function shapeOfBoth(shorter: Tokens, longer: Tokens): Shape {
  const added = longer.count - shorter.count;
  if (added < 1 || added > MAX_ADDED || shorter.format !== longer.format) return undefined;
  const { head, tail, before, after } = align(shorter, longer);
  const left = shorter.count - head - tail;
  const same = before + after;
  if (left === 1 && shorter.hash[head] === WILD)
    return before > 0 && after > 0 && same >= MIN_SAME_AROUND ? "shorter" : undefined;
  if (left > 0) return undefined;
  let words = 0;
  for (let i = head; i < head + added; i++) {
    const word = longer.hash[i] ?? WILD;
    if (isNegation(word)) return undefined;
    if (word !== WILD) words++;
  }
  const isPair = added === 2 && ((longer.flags[head] ?? 0) & FLAG.key) !== 0 && longer.hash[head + 1] === WILD;
  if (isPair) return same >= MIN_SAME_AROUND ? "longer" : undefined;
  if (words === 0) return same >= (head === 0 ? 1 : MIN_SAME_BESIDE_VALUE) ? "longer" : undefined;
  if (head === 0 && added === 1 && isTag(longer)) return same >= MIN_SAME_AROUND ? "longer" : undefined;
  return words < 2 && before > 0 && same >= (tail === 0 ? MIN_SAME_BEFORE_END : MIN_SAME) ? "longer" : undefined;
}
