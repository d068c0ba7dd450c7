import { createValueWords, type ValueWords } from "./value-words.ts";

/** Tokens kept of one line. A longer line is a dump of objects, whose length varies: its first tokens name the statement. */
export const MAX_TOKENS = 64;

/** Hash of a masked token. No text token may have it. */
export const WILD = 0;

/** What is known of a token besides its hash; see masks.ts and words.ts. */
export const FLAG = {
  soft: 1,
  slot: 2,
  named: 4,
  constant: 8,
  /** Of a value of a template: sentences differed here in words, and their looks are noted in the same flags (looks.ts). */
  learned: 16,
  product: 32,
  opened: 64,
  event: 128,
  told: 256,
  spaced: 512,
  key: 1024,
  /** Its hash stands for all of its kind. */
  kind: 2048,
  /** In brackets. */
  inside: 4096,
  /** Names what was raised (`IOError`, `IllegalStateException`). */
  raised: 8192,
  /** Begins with a capital letter. */
  capital: 16384,
  /** Of a learned value: plain words were seen. */
  plain: 32768,
} as const;

/** What is compared of a line or a template. */
export type Tokens = Pick<TokenLine, "count" | "format" | "level"> & {
  readonly hash: Int32Array;
  readonly flags: Uint16Array;
};

/** One line as tokens: parallel typed arrays that are filled again for every line. Offsets are UTF-16 units of `text`. */
export interface TokenLine {
  text: string;
  count: number;
  readonly hash: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly flags: Uint16Array;
  /** Layout of the line; lines of different layouts never share a template. */
  format: number;
  /** Rank of the level that its header states, 0 when it states none. */
  level: number;
  /** Number of text tokens. */
  words: number;
  /** Two independent 32-bit lanes over format and tokens. */
  keyA: number;
  keyB: number;
  /** Words seen as values, in this and in earlier lines. */
  readonly known: ValueWords;
  /** See `TemplateMinerOptions.keepMethods`. */
  readonly keepsMethods: boolean;
}

/** Room for `MAX_TOKENS`, used for every line; it also holds the words known as values, which outlive the line. */
export function createTokenLine(keepsMethods = false): TokenLine {
  return {
    text: "",
    count: 0,
    hash: new Int32Array(MAX_TOKENS),
    start: new Int32Array(MAX_TOKENS),
    end: new Int32Array(MAX_TOKENS),
    flags: new Uint16Array(MAX_TOKENS),
    format: 0,
    level: 0,
    words: 0,
    keyA: 0,
    keyB: 0,
    known: createValueWords(),
    keepsMethods,
  };
}

/**
 * For the next line. Tokens of the one before stay in the arrays, past `count`; `level` and the keys are set by who
 * reads it.
 */
export function clearTokenLine(line: TokenLine, text: string, format: number): void {
  line.text = text;
  line.count = 0;
  line.words = 0;
  line.format = format;
}

/** Closes the line: both lanes of its key. Equal keys mean equal masked lines (64 bits; a collision is not expected). */
export function sealTokenLine(line: TokenLine): void {
  let a = Math.imul(line.format + 0x51ed, 0x9e3779b1) | 0;
  let b = Math.imul(line.count + 0x2545, 0x85ebca6b) ^ line.format;
  const hash = line.hash;
  for (let i = 0; i < line.count; i++) {
    const token = hash[i] ?? 0;
    a = Math.imul((a << 5) ^ (a >>> 27) ^ token, 0x01000193);
    b = Math.imul((b >>> 13) ^ b ^ Math.imul(token, 0xcc9e2d51), 0x1b873593);
  }
  line.keyA = a;
  line.keyB = b;
}

/** Both lanes as one integer of 53 bits, for maps. */
export function lineKey(line: TokenLine): number {
  return (line.keyA >>> 0) * 0x200000 + (line.keyB >>> 11);
}
