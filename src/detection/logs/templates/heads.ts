import { isRequestWord } from "./event-words.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";
import { announces, namesErrorClass } from "./words.ts";

/** Heads of one line that are looked at. */
const MAX_HEADS = 6;
/** Words outside brackets that make a beginning, whatever the brackets hold. */
const MIN_OUTSIDE = 3;
/** Words of a sentence that another may go on from after a colon. */
const MIN_BARE = 3;

const NAME = FLAG.soft | FLAG.constant;
const TOLD_IN_BRACKETS = FLAG.told | FLAG.opened;

/** Where a sentence may go on with whatever it is given: a text from elsewhere after a colon, a name of several words after `for`. */
export interface Head {
  /** Tokens that belong to the sentence. */
  size: number;
  key: number;
  /** Words among them. */
  words: number;
  kind: "name" | "pairs" | "text";
  /** The word with which what follows tells how it ended, 0 when it does not. */
  ending: number;
}

/** Places for `headsOf` to fill, made once and used for every line. */
export const createHeads = (): Head[] =>
  Array.from({ length: MAX_HEADS }, () => ({ size: 0, key: 0, words: 0, kind: "text", ending: 0 }));

/** Where the pairs begin with which a sentence ends (`from 7: a=1 b=2`); its length when there are none. */
export function startOfPairs({ hash, flags, count }: Tokens): number {
  let start = count;
  for (let i = count - 1; i > 0; i--) {
    if (((flags[i] ?? 0) & FLAG.key) !== 0) start = i;
    else if (hash[i] !== WILD) break;
  }
  return start;
}

/**
 * `granted` of `result of Require all: granted`, `denied (no such user)`: the last word, when it says how it ended and stands
 * alone after a colon. Sentences that end differently are two. 0 when there is none.
 */
function outcomeOf({ hash, flags, count }: Tokens, from: number): number {
  let last = count - 1;
  while (last > from && ((flags[last] ?? 0) & FLAG.inside) !== 0) last--;
  const ended = FLAG.event | FLAG.told;
  // `not-well-formed` names a condition, and `Timeout (10 s)` what was raised.
  const flag = flags[last] ?? 0;
  const isRaised = last < count - 1 && (flag & FLAG.capital) !== 0;
  return (flag & (ended | FLAG.soft | FLAG.raised)) === ended && !isRaised ? (hash[last] ?? WILD) : 0;
}

/** `failed` of `for container a failed`: the last word behind a name that says what happened, names of titles aside. 0 when there is none. */
function clauseOf({ hash, flags, count }: Tokens, from: number): number {
  for (let i = count - 1; i > from; i--)
    if (((flags[i] ?? 0) & (FLAG.event | FLAG.capital | FLAG.inside | FLAG.key)) === FLAG.event) return hash[i] ?? WILD;
  return 0;
}

const mixed = (key: number, token: number) => Math.imul((key << 5) ^ (key >>> 27) ^ token, 0x01000193);

/** The key of a head, of which kind and ending are known. */
const keyOf = ({ kind, ending }: Head, begun: number, level: number): number =>
  Math.imul(begun, 0x9e3779b1) ^ ending ^ (kind === "text" ? Math.imul(level, 0x85ebca6b) : 0);

/** The heads of a sentence, the shortest first; the last may be the whole, as another may go on from there after a colon. */
export function headsOf(tokens: Tokens, heads: readonly Head[]): number {
  const { hash, flags, count } = tokens;
  let key = Math.imul(tokens.format + 1, 0x27d4eb2f) | 0;
  let found = 0;
  let words = 0;
  // What stands in brackets explains, as long as enough is said without it.
  let outside = key;
  let outsideWords = 0;
  let outsideTokens = 0;
  let events = 0;
  /** Plain words since the last colon. */
  let phrase = 0;
  const pairs = startOfPairs(tokens);

  for (let i = 0; i < count && found < heads.length; i++) {
    const flag = flags[i] ?? 0;
    const isTold = (flag & (FLAG.told | FLAG.inside)) === FLAG.told || (flag & TOLD_IN_BRACKETS) === TOLD_IN_BRACKETS;
    const isRaised = isTold && ((flags[i - 1] ?? 0) & FLAG.raised) !== 0;
    // `internal error: ` is a kind of error, and a sentence follows.
    const isClass = words === 2 && namesErrorClass(hash[i - 1] ?? WILD);
    // `desired change: CREATE`
    const isRequest = isRequestWord(hash[i] ?? WILD);
    const tells = phrase > 0 && (events > 0 || (words > 4 && phrase > 1));
    const isText = isRaised || (isTold && !isClass && !isRequest && words > 1 && tells);
    const isPairs = i === pairs && words > 1;
    if (isText || isPairs || (!isTold && i > 0 && words > 1 && announces(hash[i - 1] ?? WILD))) {
      const head = heads[found++];
      if (head !== undefined) {
        head.size = i;
        head.words = words;
        head.kind = isText ? "text" : isPairs ? "pairs" : "name";
        head.ending = isRaised ? 0 : isText ? outcomeOf(tokens, i) : clauseOf(tokens, i);
        head.key = keyOf(head, outsideWords < MIN_OUTSIDE ? key ^ i : outside ^ outsideTokens, tokens.level);
      }
    }
    if (isTold && hash[i] !== WILD) phrase = 0;
    const token = hash[i] ?? WILD;
    key = mixed(key, token);
    if ((flag & FLAG.inside) === 0) {
      outside = mixed(outside, token);
      outsideTokens++;
      if (token !== WILD) outsideWords++;
    }
    if (token !== WILD) words++;
    // Of `state<Start>: ` no word says what happened.
    const isApart = i === 0 || (flag & FLAG.spaced) !== 0;
    if (isApart && (flag & FLAG.event) !== 0) events++;
    if (token !== WILD && isApart && (flag & NAME) === 0) phrase++;
  }
  const whole = heads[found];
  if (whole === undefined || words < MIN_BARE || phrase === 0 || !(events > 0 || (words > 4 && phrase > 1)))
    return found;
  whole.size = count;
  whole.words = words;
  whole.kind = "text";
  whole.ending = 0;
  whole.key = keyOf(whole, outsideWords < MIN_OUTSIDE ? key ^ count : outside ^ outsideTokens, tokens.level);
  return found + 1;
}
