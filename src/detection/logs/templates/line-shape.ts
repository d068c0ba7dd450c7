import { isDigit } from "../../../log-lines/chars.ts";
import { type TokenLine, WILD } from "./token-line.ts";

/** Two 32-bit lanes over a line whose numbers and long hexadecimal words stand for any. */
export interface LineShape {
  keyA: number;
  keyB: number;
}

/** Longest line, in characters, that is looked up by its shape: what is longer is seldom seen again. */
export const LONGEST_SHAPE = 1_024;

const SHORTEST_HEX = 8;
const SPACE = 32;
const COMMA = 44;
const COLON = 58;
const DOT = 46;
const PLUS = 43;
const DASH = 45;
const ZERO = 48;
const ONE = 49;
const OPEN_ANGLE = 60;
const BACKSLASH = 92;
const LOWER_E = 101;
const LOWER_X = 120;
/** Characters of the priority of a line of syslog and its version (`<165>1 `), whose numbers say something. */
const PRIORITY = 7;
/** Stand for a hexadecimal word, by what it begins with; no characters of a text. */
const HEX_FROM_DIGIT = 0x110000;
const HEX_FROM_LETTER = 0x120000;

/** What a character of a word is; 0 ends the word. */
const NUMBER = 1;
const HEX = 2;
const OTHER = 4;
const kinds = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  kinds[code] = /\d/.test(char) ? NUMBER : /[a-f]/.test(char) ? HEX : /\w/.test(char) ? OTHER : 0;
}

const mix = (lane: number, code: number) => Math.imul(lane ^ code, 0x01000193);
const mixWord = (lane: number, word: number) => Math.imul((lane << 7) ^ (lane >>> 25) ^ word, 0x85ebca6b);

/** `10:` of a clock, or of `2026:10:`; minutes and seconds may be any. */
const beginsClock = (text: string, from: number, before: number) =>
  before !== COLON && before !== DOT ? true : before === COLON && isDigit(text.charCodeAt(from - 4));

/**
 * What header scan and tokenizer tell of digits besides that they are digits: whether a run of them can be the hour of a clock, a
 * status, seconds since 1970, or the level -1. Of the run that ends at `to`, since all of these end with their word.
 */
function classOfRun(text: string, start: number, to: number): number {
  let from = to;
  while (from > start && isDigit(text.charCodeAt(from - 1))) from--;
  const first = text.charCodeAt(from);
  const before = text.charCodeAt(from - 1);
  const after = text.charCodeAt(to);
  switch (to - from) {
    case 1:
      return first === ONE && before === DASH ? 1 : 0;
    case 2:
      if (before === PLUS && text.charCodeAt(from - 2) === LOWER_E) return 2 + first * 64 + text.charCodeAt(from + 1);
      return (after === COLON || after === DOT) && first > 50 && beginsClock(text, from, before) ? 1 : 0;
    case 3:
      return first > 53 && after === SPACE && before !== DOT && before !== COMMA ? 1 : 0;
    case 10:
    case 13:
      return first === ONE ? 1 : 0;
    default:
      return 0;
  }
}

function onlyDigit(text: string, from: number): number {
  let at = from;
  while (!isDigit(text.charCodeAt(at))) at++;
  return text.charCodeAt(at);
}

/**
 * The shape of text[0, end): equal for lines that the miner reads into the same tokens, because they differ in numbers and
 * identifiers only. One pass; a line of which the shape is known need not be read any further. What is kept as it stands: words
 * without digits, names with one digit (`eth0` is a word of its own), what a backslash leads, and a priority of syslog.
 */
export function readShape(text: string, end: number, out: LineShape): void {
  let a = 0x51ed;
  let b = 0x2545;
  let i = 0;
  if (text.charCodeAt(0) === OPEN_ANGLE) for (; i < end && i < PRIORITY; i++) a = mix(a, text.charCodeAt(i));
  while (i < end) {
    const from = i;
    const before = a;
    let seen = 0;
    let digits = 0;
    let code = 0;
    for (; i < end; i++) {
      code = text.charCodeAt(i);
      const kind = code < 128 ? (kinds[code] ?? 0) : OTHER;
      if (kind === 0) break;
      seen |= kind;
      digits += kind & NUMBER;
      a = mix(a, kind === NUMBER ? ZERO : code);
    }
    if (digits > 0) {
      const size = i - from;
      const last = text.charCodeAt(i - 1);
      if (text.charCodeAt(from - 1) === BACKSLASH) for (let at = from; at < i; at++) a = mix(a, text.charCodeAt(at));
      else if (digits === 1 && size > 1 && isDigit(last)) a = mix(a, last);
      // `1.792e+09` is a time where `2.792e+09` is none.
      else if (last === LOWER_E && code === PLUS) a = mix(a, text.charCodeAt(from - 2));
      else if (seen === (NUMBER | HEX) && size >= SHORTEST_HEX)
        a = mix(before, (isDigit(text.charCodeAt(from)) ? HEX_FROM_DIGIT : HEX_FROM_LETTER) + size);
      // `0x7f`
      else if (text.charCodeAt(from + 1) === LOWER_X) a = mix(a, text.charCodeAt(from));
      // `log4j`
      else if (digits === 1 && !isDigit(text.charCodeAt(from))) a = mix(a, onlyDigit(text, from));
      else a = mix(a, classOfRun(text, from, i));
    }
    b = mixWord(b, a);
    // What stands between words.
    for (; i < end; i++) {
      code = text.charCodeAt(i);
      if (code >= 128 || kinds[code] !== 0) break;
      a = mix(a, code);
    }
  }
  out.keyA = a;
  out.keyB = mixWord(b, a);
}

/** Does no word of the line hold digits that its shape does not tell? Else lines of its shape may be other sentences. */
export function isToldByShape({ text, count, hash, start, end }: TokenLine): boolean {
  for (let i = 0; i < count; i++) {
    if (hash[i] === WILD) continue;
    const stop = end[i] ?? 0;
    for (let at = start[i] ?? 0; at < stop - 1; at++) if (isDigit(text.charCodeAt(at))) return false;
  }
  return true;
}
