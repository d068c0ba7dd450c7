import { FLAG, WILD } from "./token-line.ts";
import { isGrammar } from "./words.ts";

/** Names with marks or humps inside (`shop.orders`, `OrderStore`), in capitals, words with a capital letter, other words. */
const LOOKS = FLAG.soft | FLAG.constant | FLAG.capital | FLAG.plain;

/** What a word with these flags looks like, one of LOOKS. */
function lookOf(flags: number): number {
  if ((flags & FLAG.soft) !== 0) return FLAG.soft;
  if ((flags & FLAG.constant) !== 0) return FLAG.constant;
  return (flags & FLAG.capital) !== 0 ? FLAG.capital : FLAG.plain;
}

/** The flags of a value where this word was seen as well. */
export function learnLook(value: number, hash: number, word: number): number {
  if (hash === WILD) return (word & FLAG.learned) !== 0 ? addLooks(value, word & LOOKS) : value;
  return addLooks(value, lookOf(word));
}

function addLooks(value: number, looks: number): number {
  const kept = (value & FLAG.learned) !== 0 ? value : (value & ~LOOKS) | FLAG.learned;
  return kept | looks;
}

/**
 * Where sentences turned out to differ in names, is this word a further name: does it look like one of those seen there, and say neither what
 * happened nor hold the sentence together?
 */
export function isOneMore(value: number, hash: number, word: number): boolean {
  if ((value & FLAG.learned) === 0) return false;
  const look = lookOf(word);
  if ((value & look) === 0 || isGrammar(hash)) return false;
  return look === FLAG.soft || (word & FLAG.event) === 0;
}
