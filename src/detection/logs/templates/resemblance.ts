import { isOneMore } from "./looks.ts";
import type { Template } from "./template.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";
import type { ValueWords } from "./value-words.ts";
import { isGrammar } from "./words.ts";

/** More differing words than this and two lines have nothing to do with each other. */
const MAX_DIFFERENT = 3;

/** Words in common, those of pairs aside, when a key differs. */
const WORDS_AROUND_KEY = 5;

/** How a line compares with a template of the same length; reused. */
export interface Resemblance {
  /** Equal words. */
  same: number;
  /** Positions where one has a value and the other a word. */
  mixed: number;
  /** Of `mixed`, where one has learned that names stand there, and the other has a further one (looks.ts). */
  learned: number;
  /** Of `mixed`, how many follow `=` or `:`. */
  mixedNamed: number;
  /** Of `mixed`, how many neither do so nor look like names. */
  mixedWords: number;
  /** Positions with two different words, and the same as a bit set (positions below 31). */
  different: number;
  mask: number;
  /** Of `mask`, where both words say what happened (`opened`, `closed`). */
  events: number;
  /** Of `mask`, where one of them does. */
  eventful: number;
  /** Of `mask`, where both have marks or humps or one is in capitals, and where one is in capitals. */
  names: number;
  constants: number;
  /** Of `mask`, where both words were seen as values elsewhere. */
  known: number;
  /** Of `mask`, where both words name what was raised (`KeyError`, `TimeoutException`). */
  raised: number;
}

/** To be filled by `compare`, whose answer must be true before it is read. */
export function createResemblance(): Resemblance {
  return {
    same: 0,
    mixed: 0,
    learned: 0,
    mixedNamed: 0,
    mixedWords: 0,
    different: 0,
    mask: 0,
    events: 0,
    eventful: 0,
    names: 0,
    constants: 0,
    known: 0,
    raised: 0,
  };
}

/** Compares position by position; false as soon as it is hopeless. */
export function compare(line: Tokens, template: Template, known: ValueWords, out: Resemblance): boolean {
  const hashes = template.hash;
  if (hashes.length !== line.count || template.format !== line.format) return false;
  out.same = 0;
  out.mixed = 0;
  out.learned = 0;
  out.mixedNamed = 0;
  out.mixedWords = 0;
  out.different = 0;
  out.mask = 0;
  out.events = 0;
  out.eventful = 0;
  out.names = 0;
  out.constants = 0;
  out.known = 0;
  out.raised = 0;
  let keys = 0;
  let words = 0;
  for (let i = 0; i < line.count; i++) {
    const ours = line.hash[i] ?? WILD;
    const other = hashes[i] ?? WILD;
    if (ours === other) {
      if (ours === WILD) continue;
      out.same++;
      if (((line.flags[i] ?? 0) & FLAG.key) === 0) words++;
    } else if (ours === WILD || other === WILD) {
      const isOurs = ours !== WILD;
      const word = (isOurs ? line.flags[i] : template.flags[i]) ?? 0;
      // The name of a value is none.
      if ((word & FLAG.key) !== 0) return false;
      if (isOneMore((isOurs ? template.flags[i] : line.flags[i]) ?? 0, isOurs ? ours : other, word)) out.learned++;
      if ((word & (FLAG.named | FLAG.soft | FLAG.constant)) === 0) out.mixedWords++;
      out.mixed++;
      if (((line.flags[i] ?? 0) & FLAG.named) !== 0) out.mixedNamed++;
    } else {
      if (i >= 31 || ++out.different > MAX_DIFFERENT || isGrammar(ours) || isGrammar(other)) return false;
      out.mask |= 1 << i;
      const flags = line.flags[i] ?? 0;
      const theirs = template.flags[i] ?? 0;
      if ((flags & theirs & FLAG.event) !== 0) out.events |= 1 << i;
      const either = flags | theirs;
      if ((either & FLAG.key) !== 0) keys++;
      if ((either & FLAG.event) !== 0) out.eventful |= 1 << i;
      if ((either & FLAG.constant) !== 0 || (flags & theirs & FLAG.soft) !== 0) out.names |= 1 << i;
      if ((either & FLAG.constant) !== 0) out.constants |= 1 << i;
      if (known.has(ours) && known.has(other)) out.known |= 1 << i;
      if ((flags & theirs & FLAG.raised) !== 0) out.raised |= 1 << i;
    }
  }
  // `identified by client-id=7`, `identified by hwaddr=a`: one of several names of the same value, within a sentence.
  return keys === 0 || (keys === 1 && out.different === 1 && words >= WORDS_AROUND_KEY);
}

/**
 * Is the line a case of the template although one of them has a word where the other has a value? Yes when enough of
 * the sentence is the same: two words, or one word next to `key=value` pairs.
 */
export function isCase(r: Resemblance): boolean {
  if (r.different > 0) return false;
  const free = r.mixed - r.mixedNamed;
  return r.same >= free + 1 && r.same >= (free > 0 ? 2 : 1) && r.same * 2 >= r.mixed;
}

/** Is one of the two the other but for further names where names are known to stand? Then a single word in common is enough. */
export function hasFurtherNames(r: Resemblance): boolean {
  return r.different === 0 && r.learned > 0 && r.learned === r.mixed && r.same >= r.learned;
}
