import { isRequestWord } from "./event-words.ts";
import { type Template, tokensOf } from "./template.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";
import { announces, namesErrorClass } from "./words.ts";

/** Heads of one line that are looked at. */
const MAX_HEADS = 6;
/** Templates remembered of one head; evidence needs fewer. */
const MAX_MEMBERS = 16;
/** Words of a name, at most. */
const MAX_NAME = 6;
const NAMES_NEEDED = 3;
const TEXTS_NEEDED = 2;
/** After so many words, whatever follows is a name, a value or both. */
const LONG = 4;

const NAME = FLAG.soft | FLAG.constant;
/** Ends that are pairs, and differ in their keys. */
const PAIRS_NEEDED = 3;
/** Words outside brackets that make a beginning, whatever the brackets hold. */
const MIN_OUTSIDE = 3;

/** Where a sentence may go on with whatever it is given: a text from elsewhere after a colon, a name of several words after `for`. */
interface Head {
  /** Tokens that belong to the sentence. */
  size: number;
  key: number;
  /** Words among them. */
  words: number;
  kind: "name" | "pairs" | "text";
  /** The word with which what follows tells how it ended, 0 when it does not. */
  ending: number;
}

/** A template and how many of its tokens are the beginning that it shares with others; brackets in it may hold more or less. */
export interface Begun {
  readonly template: Template;
  readonly size: number;
}

/** Templates by the beginning they share with others, to find beginnings that are followed by anything. */
export interface OpenEnds {
  add(template: Template): void;
  remove(template: Template): void;
  /** The template whose open end this line continues, and how many tokens of the line are its beginning. */
  match(tokens: Tokens): Begun | undefined;
  /** Templates that begin like the first `size` tokens of this line and go on differently, when they are enough; `ending` is how they end. */
  evidence(
    tokens: Tokens,
  ): { readonly size: number; readonly ending: number; readonly members: readonly Begun[] } | undefined;
}

/** Where the pairs begin with which a sentence ends (`from 7: a=1 b=2`); its length when there are none. */
function startOfPairs({ hash, flags, count }: Tokens): number {
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
  // `not-well-formed` names a condition.
  return ((flags[last] ?? 0) & (ended | FLAG.soft)) === ended ? (hash[last] ?? WILD) : 0;
}

/** `failed` of `for container a failed`: the last word behind a name that says what happened, names of titles aside. 0 when there is none. */
function clauseOf({ hash, flags, count }: Tokens, from: number): number {
  for (let i = count - 1; i > from; i--)
    if (((flags[i] ?? 0) & (FLAG.event | FLAG.capital | FLAG.inside | FLAG.key)) === FLAG.event) return hash[i] ?? WILD;
  return 0;
}

const mixed = (key: number, token: number) => Math.imul((key << 5) ^ (key >>> 27) ^ token, 0x01000193);

/** The heads of a sentence, the shortest first. */
function headsOf(tokens: Tokens, heads: Head[]): number {
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
    const isTold = (flag & (FLAG.told | FLAG.inside)) === FLAG.told;
    const isRaised = isTold && ((flags[i - 1] ?? 0) & FLAG.raised) !== 0;
    // `internal error: ` is a kind of error, and a sentence follows.
    const isClass = words === 2 && namesErrorClass(hash[i - 1] ?? WILD);
    // `desired change: CREATE`
    const isRequest = isRequestWord(hash[i] ?? WILD);
    const isText =
      isRaised ||
      (isTold && !isClass && !isRequest && words > 1 && phrase > 0 && (events > 0 || (words > 4 && phrase > 1)));
    const isPairs = i === pairs && words > 1;
    if (isText || isPairs || (!isTold && i > 0 && words > 1 && announces(hash[i - 1] ?? WILD))) {
      const head = heads[found++];
      if (head !== undefined) {
        head.size = i;
        head.words = words;
        head.ending = isRaised ? 0 : isText ? outcomeOf(tokens, i) : clauseOf(tokens, i);
        const begun = outsideWords < MIN_OUTSIDE ? key ^ i : outside ^ outsideTokens;
        head.key = Math.imul(begun, 0x9e3779b1) ^ head.ending ^ (isText ? Math.imul(tokens.level, 0x85ebca6b) : 0);
        head.kind = isText ? "text" : isPairs ? "pairs" : "name";
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
    if ((flag & FLAG.event) !== 0) events++;
    if (token !== WILD && (i === 0 || (flag & FLAG.spaced) !== 0) && (flag & NAME) === 0) phrase++;
  }
  return found;
}

/** A value alone, or something that begins with a word. */
const isText = ({ hash }: Pick<Tokens, "hash">, from: number, to: number) => hash[from] !== WILD || to === from + 1;

/** A few words and no value. */
function isName(tokens: Pick<Tokens, "hash">, from: number, to: number): boolean {
  if (to - from > MAX_NAME) return false;
  for (let i = from; i < to; i++) if (tokens.hash[i] === WILD) return false;
  return true;
}

function keysOf({ hash, flags, count }: Tokens, from: number): Set<number> {
  const keys = new Set<number>();
  for (let i = from; i < count; i++) if (((flags[i] ?? 0) & FLAG.key) !== 0) keys.add(hash[i] ?? WILD);
  return keys;
}

/** @param keepTexts what is told after a colon is never taken for anything: other texts are other templates */
export function createOpenEnds(keepTexts: boolean): OpenEnds {
  const byHead = new Map<number, Begun[]>();
  const open = new Map<number, Template>();
  const heads: Head[] = Array.from({ length: MAX_HEADS }, () => ({
    size: 0,
    key: 0,
    words: 0,
    kind: "text",
    ending: 0,
  }));

  function isEnough({ kind, size, words }: Head, tokens: Tokens, members: readonly Begun[]): boolean {
    if (kind === "text") {
      const texts = members.filter(({ template, size: from }) => isText(template, from, template.hash.length));
      return isText(tokens, size, tokens.count) && texts.length + 1 >= TEXTS_NEEDED;
    }
    if (kind === "pairs") {
      const keys = keysOf(tokens, size);
      const alike = members.filter(({ template, size: from }) => {
        const others = tokensOf(template);
        return startOfPairs(others) === from && [...keysOf(others, from)].some((key) => keys.has(key));
      });
      return alike.length + 1 >= PAIRS_NEEDED;
    }
    if (words >= LONG && members.length + 1 >= NAMES_NEEDED) return true;
    if (!isName(tokens, size, tokens.count)) return false;
    const firsts = new Set([tokens.hash[size]]);
    for (const { template, size: from } of members)
      if (isName(template, from, template.hash.length)) firsts.add(template.hash[from]);
    return firsts.size >= NAMES_NEEDED;
  }

  return {
    add(template) {
      const count = headsOf(tokensOf(template), heads);
      for (let h = 0; h < count; h++) {
        const head = heads[h];
        if (head === undefined) continue;
        if (template.open && head.size === template.hash.length - 1) {
          open.set(head.key ^ template.ending, template);
          continue;
        }
        const members = byHead.get(head.key);
        const begun = { template, size: head.size };
        if (members === undefined) byHead.set(head.key, [begun]);
        else if (members.length < MAX_MEMBERS && !members.some((one) => one.template === template)) members.push(begun);
      }
    },
    remove(template) {
      const count = headsOf(tokensOf(template), heads);
      for (let h = 0; h < count; h++) {
        const key = heads[h]?.key ?? 0;
        if (open.get(key ^ template.ending) === template) open.delete(key ^ template.ending);
        const members = byHead.get(key);
        const at = members?.findIndex((one) => one.template === template) ?? -1;
        if (members === undefined || at < 0) continue;
        members.splice(at, 1);
        if (members.length === 0) byHead.delete(key);
      }
    },
    match(tokens) {
      if (open.size === 0) return undefined;
      const count = headsOf(tokens, heads);
      for (let h = 0; h < count; h++) {
        const head = heads[h];
        if (head === undefined) continue;
        // Where anything is told, an outcome is told as well.
        const found = open.get(head.key) ?? (head.kind === "text" ? open.get(head.key ^ head.ending) : undefined);
        if (found !== undefined) return { template: found, size: head.size };
      }
      return undefined;
    },
    evidence(tokens) {
      const count = headsOf(tokens, heads);
      for (let h = 0; h < count; h++) {
        const head = heads[h];
        const members = head === undefined ? undefined : byHead.get(head.key);
        if (head === undefined || members === undefined || (keepTexts && head.kind === "text")) continue;
        if (isEnough(head, tokens, members)) return { ...head, members: [...members] };
      }
      return undefined;
    },
  };
}
