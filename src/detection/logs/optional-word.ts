import { type Tokens, WILD } from "./token-line.ts";
import { isNegation } from "./words.ts";

/** Words that must be the same; one that is added at the end needs more. */
const MIN_SAME = 6;
const MIN_SAME_BEFORE_END = 8;
/** Tokens that may be added: a word, a value, or both. */
export const MAX_ADDED = 2;

/**
 * Is `longer` the sentence of `shorter` with one word more somewhere (`flags 1` and `HIER_DIRECT flags 1`), or a word and its
 * value? Only long sentences, and no word that turns the meaning round.
 */
export function addsOneWord(shorter: Tokens, longer: Tokens): boolean {
  const added = longer.count - shorter.count;
  if (added < 1 || added > MAX_ADDED || shorter.format !== longer.format) return false;
  let same = 0;
  let head = 0;
  while (head < shorter.count && shorter.hash[head] === longer.hash[head]) if (shorter.hash[head++] !== WILD) same++;
  if (same === 0) return false;
  for (let i = head; i < shorter.count; i++) {
    if (shorter.hash[i] !== longer.hash[i + added]) return false;
    if (shorter.hash[i] !== WILD) same++;
  }
  let words = 0;
  for (let i = head; i < head + added; i++) {
    const word = longer.hash[i] ?? WILD;
    if (isNegation(word)) return false;
    if (word !== WILD) words++;
  }
  return words < 2 && same >= (head === shorter.count ? MIN_SAME_BEFORE_END : MIN_SAME);
}
