import { beginningsOf, firstWord } from "./beginnings.ts";
import { createHeads, type Head, headsOf, startOfPairs } from "./heads.ts";
import { type Template, tokensOf } from "./template.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";

/** Templates remembered of one head; evidence needs fewer. */
const MAX_MEMBERS = 16;
/** Words of a name, at most. */
const MAX_NAME = 6;
const NAMES_NEEDED = 3;
const TEXTS_NEEDED = 2;
/** After so many words, whatever follows is a name, a value or both. */
const LONG = 4;

/** Ends that are pairs, and differ in their keys. */
const PAIRS_NEEDED = 3;
/** Ends that are one pair each (`peer info: version=7`), each with another key. */
const SETTINGS_NEEDED = 4;

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

/** Nothing, a value alone, one that a text follows after a colon, or something that begins with a word. */
const isText = ({ hash, flags }: Pick<Tokens, "hash" | "flags">, from: number, to: number) =>
  hash[from] !== WILD || to <= from + 1 || ((flags[from + 1] ?? 0) & FLAG.told) !== 0;

/** More than a value. */
const says = ({ hash, count }: Tokens, from: number) => from < count && (hash[from] !== WILD || count > from + 1);

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

/** `peer info: version=7`: is one pair told after a colon, and nothing else? */
const isOnePair = ({ hash, flags, count }: Tokens, from: number): boolean =>
  count === from + 2 && hash[from + 1] === WILD && ((flags[from] ?? 0) & FLAG.told) !== 0;

/** @param keepTexts what is told after a colon is never taken for anything: other texts are other templates */
export function createOpenEnds(keepTexts: boolean): OpenEnds {
  const byHead = new Map<number, Begun[]>();
  const open = new Map<number, Template>();
  /** First words of open templates, and of how many. */
  const openings = new Map<number, number>();
  const heads = createHeads();

  function isEnough({ kind, size, words }: Head, tokens: Tokens, members: readonly Begun[]): boolean {
    if (kind === "text") {
      const texts = members.filter(({ template, size: from }) => isText(template, from, template.hash.length));
      const isBare = size === tokens.count || texts.some(({ template, size: from }) => from === template.hash.length);
      const isSaid = says(tokens, size) || texts.some(({ template, size: from }) => says(tokensOf(template), from));
      if (isBare && !isSaid) return false;
      const found = texts.length + (isText(tokens, size, tokens.count) ? 1 : 0);
      return found >= TEXTS_NEEDED || (found > 0 && members.length + 1 > TEXTS_NEEDED);
    }
    if (kind === "pairs") {
      const keys = keysOf(tokens, size);
      const alike = members.filter(({ template, size: from }) => {
        const others = tokensOf(template);
        return startOfPairs(others) === from && [...keysOf(others, from)].some((key) => keys.has(key));
      });
      if (alike.length + 1 >= PAIRS_NEEDED) return true;
      if (!isOnePair(tokens, size)) return false;
      const single = members.filter(({ template, size: from }) => isOnePair(tokensOf(template), from));
      const others = single.map(({ template, size: from }) => template.hash[from]);
      return new Set([tokens.hash[size], ...others]).size >= SETTINGS_NEEDED;
    }
    if (words >= LONG && members.length + 1 >= NAMES_NEEDED) return true;
    if (!isName(tokens, size, tokens.count)) return false;
    const firsts = new Set([tokens.hash[size]]);
    for (const { template, size: from } of members)
      if (isName(template, from, template.hash.length)) firsts.add(template.hash[from]);
    return firsts.size >= NAMES_NEEDED;
  }

  function matchOf(tokens: Tokens): Begun | undefined {
    const count = headsOf(tokens, heads);
    for (let h = 0; h < count; h++) {
      const head = heads[h];
      if (head === undefined) continue;
      // Where anything is told, an outcome is told as well.
      const found = open.get(head.key) ?? (head.kind === "text" ? open.get(head.key ^ head.ending) : undefined);
      if (found !== undefined) return { template: found, size: head.size };
    }
    return undefined;
  }

  return {
    add(template) {
      const count = headsOf(tokensOf(template), heads);
      for (let h = 0; h < count; h++) {
        const head = heads[h];
        if (head === undefined || (template.open && head.size === template.hash.length)) continue;
        if (template.open && head.size === template.hash.length - 1) {
          open.set(head.key ^ template.ending, template);
          openings.set(firstWord(template.hash), (openings.get(firstWord(template.hash)) ?? 0) + 1);
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
        if (open.get(key ^ template.ending) === template) {
          open.delete(key ^ template.ending);
          const left = (openings.get(firstWord(template.hash)) ?? 1) - 1;
          if (left > 0) openings.set(firstWord(template.hash), left);
          else openings.delete(firstWord(template.hash));
        }
        const members = byHead.get(key);
        const at = members?.findIndex((one) => one.template === template) ?? -1;
        if (members === undefined || at < 0) continue;
        members.splice(at, 1);
        if (members.length === 0) byHead.delete(key);
      }
    },
    match(tokens) {
      if (open.size === 0) return undefined;
      const found = matchOf(tokens);
      if (found !== undefined) return found;
      for (const { tokens: variant, more } of beginningsOf(tokens, openings)) {
        const other = matchOf(variant);
        if (other !== undefined) return { template: other.template, size: other.size - more };
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
