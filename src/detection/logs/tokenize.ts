import { classOf, DIGIT, isDigit, isLetter, LOWER, SEPARATOR, UPPER } from "./chars.ts";
import { createShape, KIND, maskKind } from "./masks.ts";
import { scanNamedTime, type TimeScan } from "./scan-time.ts";
import { FLAG, MAX_TOKENS, type TokenLine, WILD } from "./token-line.ts";
import { hashWord, isFiller, isSlotWord, isUnit } from "./words.ts";

const COLON = 58;
const DOT = 46;
const SLASH = 47;
const BACKSLASH = 92;
const EQUALS = 61;
const QUOTE = 34;
const APOSTROPHE = 39;
/** Longest quoted value that is taken as one value. */
const MAX_QUOTED = 512;

/** Longest bracketed numbers taken as part of a value. */
const MAX_STRUCTURE = 96;

const shape = createShape();
const time: TimeScan = { end: 0, kind: 0 };

/** Appends a value. Neighbouring values with only punctuation between them are one (`10.0.0.1:80`, `[3, 4, 5]`). */
function pushValue(line: TokenLine, start: number, end: number, flags: number): void {
  const last = line.count - 1;
  if (last >= 0 && line.hash[last] === WILD) {
    line.end[last] = end;
    return;
  }
  push(line, WILD, start, end, flags);
}

function push(line: TokenLine, hash: number, start: number, end: number, flags: number): void {
  const at = line.count++;
  line.hash[at] = hash;
  line.start[at] = start;
  line.end[at] = end;
  line.flags[at] = flags;
  if (hash !== WILD) line.words++;
}

/** End of a path or address that began at or before `from`: it stops at space, quote, closing bracket, comma or colon. */
function endOfPath(text: string, from: number, end: number, stopAtColon: boolean): number {
  let i = from;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (
      code <= 32 ||
      code === QUOTE ||
      code === APOSTROPHE ||
      code === 44 ||
      code === 59 ||
      code === 62 ||
      code === 125
    )
      break;
    if (code === 41 || code === 93) break;
    if (code === COLON && (stopAtColon || text.charCodeAt(i + 1) <= 32)) break;
  }
  while (i > from && (text.charCodeAt(i - 1) === DOT || text.charCodeAt(i - 1) === COLON)) i--;
  return i;
}

/** Does text[at] begin something that holds separators but is one value: a path, `C:\path`, a quoted value? Its end, or -1. */
function longValue(text: string, at: number, end: number, previous: number): number {
  const code = text.charCodeAt(at);
  if (code === SLASH) {
    const next = text.charCodeAt(at + 1);
    return isLetter(next) || isDigit(next) || next === DOT || next === 95 ? endOfPath(text, at + 1, end, true) : -1;
  }
  if (isLetter(code) && text.charCodeAt(at + 1) === COLON && text.charCodeAt(at + 2) === BACKSLASH) {
    return endOfPath(text, at + 2, end, false);
  }
  if (code === BACKSLASH && text.charCodeAt(at + 1) === BACKSLASH) return endOfPath(text, at + 1, end, false);
  if (code === QUOTE && previous === EQUALS) {
    const close = text.indexOf('"', at + 1);
    return close > at && close < end && close - at <= MAX_QUOTED ? close + 1 : -1;
  }
  return -1;
}

/** Colon and slashes after a word make it an address; its end, or -1. */
function endOfUrl(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) !== COLON || text.charCodeAt(at + 1) !== SLASH || text.charCodeAt(at + 2) !== SLASH)
    return -1;
  return endOfPath(text, at + 3, end, false);
}

/** `key=Name{17}`, `key=Rect(0, 0)`: a name with numbers in brackets is one value; its end, or -1. */
function endOfStructure(text: string, at: number, end: number): number {
  const open = text.charCodeAt(at);
  const close = open === 123 ? 125 : open === 40 ? 41 : open === 91 ? 93 : 0;
  if (close === 0 || !isDigit(text.charCodeAt(at + 1))) return -1;
  const limit = Math.min(end, at + MAX_STRUCTURE);
  for (let i = at + 2; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === close) return i + 1;
    if (isLetter(code)) return -1;
  }
  return -1;
}

function kindFlag(kind: number): number {
  if (kind === KIND.soft) return FLAG.soft;
  return kind === KIND.constant ? FLAG.constant : 0;
}

/** `host:port`: is there a number of two to five digits at `at` that ends there? */
function isPort(text: string, at: number, end: number): boolean {
  let i = at;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  return (
    i - at >= 2 && i - at <= 5 && (i >= end || classOf(text.charCodeAt(i)) === SEPARATOR || text.charCodeAt(i) === DOT)
  );
}

/**
 * Splits text[start, end) into words and masked values and appends them to `line`. One forward pass; each character is
 * looked at once or twice. Punctuation separates and is not compared, so `user=7`, `user 7` and `user (7)` are alike.
 */
export function tokenize(line: TokenLine, start: number, end: number): void {
  const text = line.text;
  let i = start;
  let numeric = false;
  let previousWord = 0;
  while (i < end && line.count < MAX_TOKENS) {
    let code = text.charCodeAt(i);
    let separator = 0;
    while (i < end && classOf(code) === SEPARATOR && !(code === QUOTE && separator === EQUALS)) {
      if (code > 32) separator = code;
      code = text.charCodeAt(++i);
    }
    if (i >= end) return;
    const named = separator === EQUALS || separator === COLON ? FLAG.named : 0;
    const long =
      code === SLASH || code === BACKSLASH || code === QUOTE || text.charCodeAt(i + 1) === COLON
        ? longValue(text, i, end, separator)
        : -1;
    if (long > i) {
      pushValue(line, i, long, named);
      i = long;
      numeric = false;
      continue;
    }
    if (code === QUOTE) {
      i++;
      continue;
    }
    const from = i;
    let hash = 0x811c9dc5 | 0;
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
    let before = 0;
    for (; i < end; i++) {
      code = text.charCodeAt(i);
      const kind = classOf(code);
      if (kind === LOWER) {
        shape.letters++;
        if (code > 102) shape.nonHex++;
        if (shape.leadingLetters === i - from) shape.leadingLetters++;
        shape.trailingDigits = 0;
      } else if (kind === DIGIT) {
        shape.digits++;
        shape.trailingDigits++;
      } else if (kind === UPPER) {
        shape.letters++;
        shape.upper++;
        if (code > 70) shape.nonHex++;
        if (before === LOWER) shape.humps++;
        if (shape.leadingLetters === i - from) shape.leadingLetters++;
        shape.trailingDigits = 0;
      } else if (kind === SEPARATOR) {
        if (code !== APOSTROPHE || before !== LOWER || !isLetter(text.charCodeAt(i + 1))) break;
      } else if (code === DOT) {
        const next = text.charCodeAt(i + 1);
        if (i + 1 >= end || next === DOT || classOf(next) === SEPARATOR) break;
        shape.dots++;
        shape.trailingDigits = 0;
      } else {
        if (code === SLASH) shape.slashes++;
        else if (code === 64) shape.ats++;
        else if (code !== 43 && code !== 42) shape.marks++;
        shape.trailingDigits = 0;
      }
      before = kind;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    if (i === from) {
      i++;
      continue;
    }
    shape.length = i - from;
    if (code === COLON && shape.letters > 1) {
      const url = endOfUrl(text, i, end);
      if (url > i) {
        pushValue(line, from, url, named);
        i = url;
        numeric = false;
        continue;
      }
      if (shape.dots > 0 && isPort(text, i + 1, end)) {
        pushValue(line, from, i, named);
        continue;
      }
    }
    if (shape.letters === 0 && shape.digits === 0 && shape.length < 3) continue;
    if (shape.length === 3 && shape.upper === 1 && scanNamedTime(text, from, end, time)) {
      pushValue(line, from, time.end, named);
      i = time.end;
      numeric = false;
      previousWord = 0;
      continue;
    }
    const word = hash === WILD ? 1 : hash;
    const kind = maskKind(shape, text, from, i);
    if (kind === KIND.variable) {
      pushValue(line, from, i, named);
      numeric = shape.letters === 0;
      previousWord = 0;
      continue;
    }
    if (numeric && shape.length <= 12 && isUnit(word)) {
      line.end[line.count - 1] = i;
      numeric = false;
      continue;
    }
    numeric = false;
    const filler = isFiller(word);
    const structure = separator === EQUALS ? endOfStructure(text, i, end) : -1;
    if ((named !== 0 && filler) || structure > 0) {
      i = Math.max(i, structure);
      pushValue(line, from, i, named);
      previousWord = 0;
      continue;
    }
    const slot = separator === 0 && previousWord !== 0 && isSlotWord(previousWord) ? FLAG.slot : 0;
    push(line, word, from, i, named | slot | kindFlag(kind) | (filler ? FLAG.filler : 0));
    previousWord = word;
  }
}

/** A line without any word: its first token's leading letters stand in, so that `core.2275` and `jetty-6` stay apart. */
export function nameBareLine(line: TokenLine): void {
  if (line.words > 0 || line.count === 0 || line.count >= MAX_TOKENS) return;
  const from = line.start[0] ?? 0;
  let i = from;
  while (i < (line.end[0] ?? 0) && isLetter(line.text.charCodeAt(i))) i++;
  if (i - from < 2) return;
  push(line, hashWord(line.text, from, i), i, i, 0);
}
