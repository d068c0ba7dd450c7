import { classOf, isDigit, isLetter, SEPARATOR } from "./chars.ts";
import { createShape, isMessageCode, KIND, maskKind } from "./masks.ts";
import { measureToken } from "./measure-token.ts";
import {
  endOfAngle,
  endOfBracketed,
  endOfEmpty,
  endOfNothing,
  endOfObject,
  endOfPrefixed,
  endOfQuoted,
  isQuote,
} from "./scan-quoted.ts";
import { scanNamedTime, type TimeScan } from "./scan-time.ts";
import { endOfColonValue, endOfList, endOfLongValue, endOfPairs, endOfRecord, endOfStatus, endOfStructure } from "./scan-value.ts";
import { FLAG, MAX_TOKENS, type TokenLine, WILD } from "./token-line.ts";
import { hashWord, isBoolean, isEventKey, isFiller, isPayloadWord, isSlotWord, isUnit } from "./words.ts";

const COLON = 58;
const SLASH = 47;
const BACKSLASH = 92;
const EQUALS = 61;
const OPEN_GROUP = 40;
const OPEN_ANGLE = 60;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
/** Longest unit word. */
const MAX_UNIT = 12;

const TOLD = FLAG.told | FLAG.spaced;

const shape = createShape();
const time: TimeScan = { end: 0, kind: 0 };

/** Appends a value. Neighbouring values with only punctuation between them are one (`10.0.0.1:80`, `[3, 4, 5]`). */
function pushValue(line: TokenLine, start: number, end: number, flags: number): void {
  const last = line.count - 1;
  if (last >= 0 && line.hash[last] === WILD) line.end[last] = end;
  else push(line, WILD, start, end, flags);
}

function push(line: TokenLine, hash: number, start: number, end: number, marks: number): void {
  const at = line.count++;
  const { text } = line;
  const before = start > 0 ? text.charCodeAt(start - 1) : 0;
  const flags = before !== 32 ? marks : text.charCodeAt(start - 2) === COLON ? marks | TOLD : marks | FLAG.spaced;
  line.hash[at] = hash;
  line.start[at] = start;
  line.end[at] = end;
  line.flags[at] = flags;
  if (hash !== WILD) line.words++;
}

function markLast(line: TokenLine, flag: number): void {
  const last = line.count - 1;
  line.flags[last] = (line.flags[last] ?? 0) | flag;
}

/** End of the value that the token text[from, to), just measured, belongs to; -1 when it is a word. */
function endOfValue(line: TokenLine, from: number, to: number, end: number, separator: number, kind: number): number {
  const { text } = line;
  if (text.charCodeAt(to) === COLON) {
    const value = endOfColonValue(text, from, to, end, shape);
    if (value > 0) return value;
  }
  if (shape.length === 1) {
    const quoted = endOfPrefixed(text, from, end);
    if (quoted > 0) return quoted;
  }
  if (shape.length === 3 && shape.upper === 1 && scanNamedTime(text, from, end, time)) return time.end;
  if (shape.leadingLetters > 0) {
    const record = endOfRecord(text, to, end);
    if (record > 0) return record;
  }
  // `carts/<NOSRV>`
  if (shape.slashes > 0 && text.charCodeAt(to - 1) === SLASH && text.charCodeAt(to) === OPEN_ANGLE) {
    const close = text.indexOf(">", to);
    if (close > 0 && close < end && close - to < MAX_UNIT) return close + 1;
  }
  if (kind === KIND.variable) {
    const status = shape.digits === shape.length ? endOfStatus(text, from, to) : -1;
    return status > 0 ? status : to;
  }
  // `Received: Close()`
  if (
    (separator === EQUALS || separator === COLON) &&
    text.charCodeAt(to) === OPEN_GROUP &&
    text.charCodeAt(to + 1) === 41
  )
    return to + 2;
  if (text.charCodeAt(to) === EQUALS && line.words > 0) {
    const pairs = endOfPairs(text, to, end);
    if (pairs > 0) return pairs;
  }
  if (separator === EQUALS) {
    const structure = endOfStructure(text, to, end);
    if (structure > 0) return structure;
  }
  return (separator === EQUALS || separator === COLON) && (isFiller(shape.hash) || isBoolean(shape.hash)) ? to : -1;
}

const part = createShape();

/**
 * `typefind:src`, `su:session`: names joined by a colon are one name, text[from, colon) its first part, measured in
 * `shape`, which becomes that of the whole. The end of it, or -1; what ends before `=` is a key.
 */
function endOfCompound(text: string, colon: number, end: number): number {
  if (!isLetter(text.charCodeAt(colon + 1))) return -1;
  const stop = measureToken(text, colon + 1, end, part);
  const after = text.charCodeAt(stop);
  if (after === COLON || after === EQUALS || after === OPEN_LIST || after === OPEN_OBJECT) return -1;
  shape.hash = Math.imul(shape.hash ^ part.hash, 0x01000193) || 1;
  shape.length += part.length + 1;
  shape.letters += part.letters;
  shape.digits += part.digits;
  return stop;
}

/** `Job2::start`: a name with a digit that is part of a longer name is a word. */
function isQualified(text: string, from: number, to: number): boolean {
  if (shape.leadingLetters < 3 || shape.digits > 2) return false;
  const after = text.charCodeAt(to) === COLON && text.charCodeAt(to + 1) === COLON;
  return after || (text.charCodeAt(from - 1) === COLON && text.charCodeAt(from - 2) === COLON);
}

const isOpening = (code: number) =>
  code === OPEN_GROUP || code === OPEN_ANGLE || code === OPEN_LIST || code === OPEN_OBJECT || isQuote(code);

/** `[login][started]`: one of several brackets in a row. */
const isRow = (text: string, from: number, to: number) =>
  (text.charCodeAt(to) === CLOSE_LIST && text.charCodeAt(to + 1) === OPEN_LIST) ||
  text.charCodeAt(from - 2) === CLOSE_LIST;

/** `started`, `closing`: says what happened. */
function isEvent(text: string, from: number, to: number): boolean {
  const last = text.charCodeAt(to - 1) | 32;
  if (to - from < 4) return false;
  const before = text.charCodeAt(to - 2) | 32;
  return (last === 100 && before === 101) || (last === 103 && before === 110 && (text.charCodeAt(to - 3) | 32) === 105);
}

function flagsOf(kind: number): number {
  const filler = isFiller(shape.hash) ? FLAG.filler : 0;
  if (kind === KIND.soft) return FLAG.soft | filler;
  return kind === KIND.constant ? FLAG.constant | filler : filler;
}

/**
 * A value that begins with the separator at `i`: a list, a quoted text, an object, nothing where a value should be.
 * @param previous the separator before, 0 when there is none
 */
function endOfMarkedValue(line: TokenLine, i: number, end: number, previous: number): number {
  const text = line.text;
  const code = text.charCodeAt(i);
  const named = previous === EQUALS || previous === COLON;
  if (code === EQUALS) return endOfNothing(text, i, end);
  // What stands in quotes before any word is the sentence itself.
  if (isQuote(code)) return line.words > 0 ? endOfQuoted(text, i, end, previous) : -1;
  if (code === OPEN_ANGLE) return endOfAngle(text, i, end);
  if (code !== OPEN_LIST && code !== OPEN_OBJECT && code !== OPEN_GROUP) return -1;
  const empty = named ? endOfEmpty(text, i) : -1;
  if (empty > 0) return empty;
  if (code === OPEN_LIST && named) return endOfList(text, i, end);
  if (code === OPEN_LIST) return line.words > 0 ? endOfBracketed(text, i, end) : -1;
  return code === OPEN_OBJECT && line.words > 0 ? endOfObject(text, i, end) : -1;
}

/**
 * Splits text[start, end) into words and masked values and appends them to `line`. One forward pass; each character is
 * looked at once or twice. Punctuation separates and is not compared, so `user=7`, `user 7` and `user (7)` are alike.
 */
export function tokenize(line: TokenLine, start: number, end: number): void {
  const text = line.text;
  let i = start;
  let afterNumber = false;
  let previousWord = 0;
  let pairs = 0;
  while (i < end && line.count < MAX_TOKENS) {
    let code = text.charCodeAt(i);
    let separator = 0;
    let marked = -1;
    while (i < end && classOf(code) === SEPARATOR) {
      if (code > 32) {
        marked = endOfMarkedValue(line, i, end, separator);
        if (marked > 0) break;
        separator = code;
      }
      code = text.charCodeAt(++i);
    }
    if (i >= end) {
      // `id:7 path: ` at the end: the last pair has no value.
      if (separator === COLON && pairs > 0) pushValue(line, end, end, FLAG.named);
      return;
    }
    if (marked > 0) {
      pushValue(line, i, marked, FLAG.named);
      i = marked;
      afterNumber = false;
      previousWord = 0;
      continue;
    }
    // `Job::start` names no value.
    const isScope = separator === COLON && text.charCodeAt(i - 1) === COLON && text.charCodeAt(i - 2) === COLON;
    const named = (separator === EQUALS || separator === COLON) && !isScope ? FLAG.named : 0;
    if ((named !== 0 || separator === OPEN_GROUP) && isPayloadWord(previousWord)) {
      pushValue(line, i, end, named);
      return;
    }
    if (code === SLASH || code === BACKSLASH || text.charCodeAt(i + 1) === COLON) {
      const long = endOfLongValue(text, i, end);
      if (long > i) {
        pushValue(line, i, long, named);
        i = long;
        afterNumber = false;
        continue;
      }
    }
    const from = i;
    i = measureToken(text, from, end, shape);
    if (i === from) {
      // A dot on its own.
      i++;
      continue;
    }
    if (shape.letters === 0 && shape.digits === 0 && shape.length < 3) continue;
    let kind = maskKind(shape, text, from, i);
    if (text.charCodeAt(i) === COLON && kind !== KIND.variable && line.words > 0 && pairs === 0) {
      const compound = endOfCompound(text, i, end);
      if (compound > 0) {
        i = compound;
        kind = shape.digits > 0 ? KIND.variable : KIND.soft;
      }
    }
    const isAttached = text.charCodeAt(from - 1) === COLON && previousWord !== 0;
    const leads = line.words === 0 || separator === CLOSE_LIST;
    const isCode = leads && kind === KIND.variable && text.charCodeAt(i) === COLON && isMessageCode(shape);
    const value =
      isCode || (kind === KIND.variable && isQualified(text, from, i))
        ? -1
        : endOfValue(line, from, i, end, separator, kind);
    if (value > 0) {
      afterNumber = kind === KIND.variable && shape.letters === 0;
      // `starting catalogue 1.8.2`: what stands before a version is a name.
      if (shape.dots === 2 && afterNumber && previousWord !== 0) markLast(line, FLAG.product);
      previousWord = 0;
      i = Math.min(value, end);
      pushValue(line, from, i, named);
      if (isAttached) pairs++;
      continue;
    }
    if (afterNumber && shape.length <= MAX_UNIT && isUnit(shape.hash)) {
      line.end[line.count - 1] = i;
      afterNumber = false;
      continue;
    }
    afterNumber = false;
    // `database=shop`: whatever follows the sign directly; and `id:7 type:create`, once a pair was seen to hold a value.
    const isPair = text.charCodeAt(from - 1) === EQUALS || (isAttached && pairs > 0);
    if (isPair && !isEventKey(previousWord)) {
      pushValue(line, from, i, named);
      previousWord = 0;
      continue;
    }
    const slot = separator === 0 && previousWord !== 0 && isSlotWord(previousWord) ? FLAG.slot : 0;
    const alone = separator === OPEN_LIST && text.charCodeAt(i) === CLOSE_LIST ? FLAG.soft : 0;
    const marks = isOpening(text.charCodeAt(from - 1)) && !isRow(text, from, i) ? FLAG.opened : 0;
    const event = kind === KIND.text && isEvent(text, from, i) ? FLAG.event : 0;
    push(line, shape.hash, from, i, named | slot | alone | marks | event | flagsOf(kind));
    previousWord = shape.hash;
  }
}

/**
 * A line without any word: its first token's leading letters stand in, so that `core.2275` and `jetty-6` stay apart. A
 * name with a number and nothing else (`app0`) is such a line.
 */
export function nameBareLine(line: TokenLine): void {
  const isSoft = ((line.flags[0] ?? 0) & FLAG.soft) !== 0;
  if (line.count === 1 && isSoft && isDigit(line.text.charCodeAt((line.end[0] ?? 1) - 1))) {
    line.hash[0] = WILD;
    line.words = 0;
  }
  if (line.words > 0 || line.count === 0 || line.count >= MAX_TOKENS) return;
  const from = line.start[0] ?? 0;
  let i = from;
  while (i < (line.end[0] ?? 0) && isLetter(line.text.charCodeAt(i))) i++;
  if (i - from < 2) return;
  push(line, hashWord(line.text, from, i), i, i, 0);
}
