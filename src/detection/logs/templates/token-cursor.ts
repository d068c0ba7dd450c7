import { createShape, KIND } from "./masks.ts";
import type { TokenLine } from "./token-line.ts";

/** Where the tokenizer stands in text[start, end), and what it has seen so far. Filled again for every line. */
export interface TokenCursor {
  start: number;
  end: number;
  at: number;
  /** The last sign before the token, 0 when only space is before it. */
  separator: number;
  /** FLAG.named when a sign gives the token a name, else 0. */
  named: number;
  /** Of the token that is read: where it begins, and its kind (masks.ts). */
  from: number;
  kind: number;
  /** Does it stand directly behind `=`, or behind `:` and a word? */
  assigned: boolean;
  attached: boolean;
  /** Hash of the word before; 0 when there is none or a value stands between. */
  previousWord: number;
  afterNumber: boolean;
  /** Of `afterNumber`: a number that counts, digits between spaces. */
  afterCount: boolean;
  /** Pairs (`id:7`) seen to hold a value. */
  pairs: number;
  /** How many brackets are open, and the number of the first token behind the outermost. */
  depth: number;
  group: number;
  /** Words, values and signs looked at; each may begin a search of some hundred characters. */
  steps: number;
  /** The rest of the text is taken. */
  done: boolean;
}

/** Takes the token at the cursor, if it is of its kind, and moves on. */
export type TokenStep = (line: TokenLine, c: TokenCursor) => boolean;

/** What was counted over the token that is read. */
export const shape = createShape();

/** Over no text: `putCursor` sets it on one. */
export function createTokenCursor(): TokenCursor {
  return {
    start: 0,
    end: 0,
    at: 0,
    separator: 0,
    named: 0,
    from: 0,
    kind: KIND.text,
    assigned: false,
    attached: false,
    previousWord: 0,
    afterNumber: false,
    afterCount: false,
    pairs: 0,
    depth: 0,
    group: 0,
    steps: 0,
    done: false,
  };
}

/** Sets it on text[start, end). What belongs to one token (`separator`, `kind`, …) is set as that is read. */
export function putCursor(c: TokenCursor, start: number, end: number): void {
  c.start = start;
  c.end = end;
  c.at = start;
  c.previousWord = 0;
  c.afterNumber = false;
  c.afterCount = false;
  c.pairs = 0;
  c.depth = 0;
  c.group = 0;
  c.steps = 0;
  c.done = false;
}
