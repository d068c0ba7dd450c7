import { FLAG, type Tokens, WILD } from "./token-line.ts";

/** A sentence as it may begin as well, and how many tokens it has more then. */
export interface Beginning {
  readonly tokens: Tokens;
  readonly more: number;
}

/** `report: failed to copy: <*>`: does the sentence begin with who or what it is about, a name before a colon? */
const hasSubject = ({ hash, flags, count }: Tokens): boolean =>
  count > 2 && hash[0] !== WILD && ((flags[1] ?? 0) & FLAG.told) !== 0 && ((flags[0] ?? 0) & FLAG.event) === 0;

function withoutSubject(tokens: Tokens): Tokens {
  const hash = tokens.hash.slice(0, tokens.count);
  hash[0] = WILD;
  return { ...tokens, hash };
}

function withValueBefore(tokens: Tokens): Tokens {
  const count = tokens.count + 1;
  const hash = new Int32Array(count);
  const flags = new Uint16Array(count);
  hash.set(tokens.hash.subarray(0, tokens.count), 1);
  flags.set(tokens.flags.subarray(0, tokens.count), 1);
  return { ...tokens, hash, flags, count };
}

const withoutFirst = (tokens: Tokens): Tokens => ({
  ...tokens,
  hash: tokens.hash.slice(1, tokens.count),
  flags: tokens.flags.slice(1, tokens.count),
  count: tokens.count - 1,
});

/** The first word of a sentence, from the token at `from` on; WILD when it has none. */
export function firstWord(hash: Int32Array, from = 0, count = hash.length): number {
  for (let i = from; i < count; i++) if (hash[i] !== WILD) return hash[i] ?? WILD;
  return WILD;
}

/**
 * How else the sentence may begin: with any name for what it is about, without the value it begins with (`10.0.0.1:80 peer
 * info: a=1`) or, when it begins with none, with one before it.
 * @param openings first words of the sentences that are looked for
 */
export function* beginningsOf(tokens: Tokens, openings: Pick<Map<number, number>, "has">): IterableIterator<Beginning> {
  const { hash, count } = tokens;
  if (hasSubject(tokens) && openings.has(firstWord(hash, 1, count))) yield { tokens: withoutSubject(tokens), more: 0 };
  if (count < 2 || !openings.has(firstWord(hash, 0, count))) return;
  if (hash[0] === WILD) yield { tokens: withoutFirst(tokens), more: -1 };
  else yield { tokens: withValueBefore(tokens), more: 1 };
}
