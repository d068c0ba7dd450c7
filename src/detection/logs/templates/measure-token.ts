import { classOf, DIGIT, isLetter, LOWER, SEPARATOR, UPPER } from "../../../log-lines/chars.ts";
import type { TokenShape } from "./masks.ts";

const DASH = 45;
const DOT = 46;
const SLASH = 47;
const APOSTROPHE = 39;
const CLOSE_ANGLE = 62;
const AT = 64;

function clear(shape: TokenShape): void {
  shape.hash = 0x811c9dc5 | 0;
  shape.length = 0;
  shape.digits = 0;
  shape.letters = 0;
  shape.nonHex = 0;
  shape.upper = 0;
  shape.humps = 0;
  shape.dots = 0;
  shape.slashes = 0;
  shape.ats = 0;
  shape.marks = 0;
  shape.leadingLetters = 0;
  shape.trailingDigits = 0;
}

/** Does the dot at `at` join two parts of one token (`a.b`, `a..b`)? Three dots, or a separator or the end after it, are punctuation. */
function joins(text: string, at: number, end: number): boolean {
  const next = text.charCodeAt(at + 1);
  if (at + 1 >= end || classOf(next) === SEPARATOR) return false;
  if (next !== DOT) return true;
  const after = text.charCodeAt(at + 2);
  return at + 2 < end && after !== DOT && classOf(after) !== SEPARATOR && text.charCodeAt(at - 1) !== DOT;
}

/** Reads the token that begins at `from` once: fills `shape` (counts and hash) and returns where the token ends. */
export function measureToken(text: string, from: number, end: number, shape: TokenShape): number {
  clear(shape);
  let hash = shape.hash;
  let before = 0;
  let i = from;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    const kind = classOf(code);
    if (kind === DIGIT) {
      shape.digits++;
      shape.trailingDigits++;
    } else if (kind === LOWER || kind === UPPER) {
      shape.letters++;
      if ((code | 32) > 102) shape.nonHex++;
      if (kind === UPPER) {
        shape.upper++;
        if (before === LOWER) shape.humps++;
      }
      if (shape.leadingLetters === i - from) shape.leadingLetters++;
      shape.trailingDigits = 0;
    } else if (kind === SEPARATOR) {
      // The apostrophe of `can't`; `b'` begins a quoted text.
      if (code !== APOSTROPHE || before !== LOWER || i - from < 2 || !isLetter(text.charCodeAt(i + 1))) break;
    } else if (code === DOT) {
      if (!joins(text, i, end)) break;
      shape.dots++;
      shape.trailingDigits = 0;
    } else {
      // `from->to`
      if (code === DASH && text.charCodeAt(i + 1) === CLOSE_ANGLE) break;
      if (code === SLASH) shape.slashes++;
      else if (code === AT) shape.ats++;
      else if (code !== 43 && code !== 42) shape.marks++;
      shape.trailingDigits = 0;
    }
    before = kind;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  shape.hash = hash === 0 ? 1 : hash;
  shape.length = i - from;
  return i;
}
