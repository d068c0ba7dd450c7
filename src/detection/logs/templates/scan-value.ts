import { classOf, isDigit, isLetter, isNameChar, SEPARATOR } from "../../../log-lines/chars.ts";
import { endOfString } from "../../../log-lines/end-of-string.ts";

/** Values that hold separators and are still one value. Each function gives the end of the value, or -1. */

const COLON = 58;
const DOT = 46;
const SLASH = 47;
const EQUALS = 61;
const QUOTE = 34;
/** Longest bracketed numbers taken as part of a value. */
const MAX_STRUCTURE = 96;
/** Longest list of names taken as one value. */
const MAX_LIST = 1_024;
/** Longest value of a pair among several; every sign of a line may begin such a search. */
const MAX_PAIR = 256;
/** Longest group in brackets taken as the value of a key. */
const MAX_GROUP = 1_024;

/** `key=Name{17}`, `key=Rect(0, 0)`: a name with numbers in brackets, the bracket at `at`. */
export function endOfStructure(text: string, at: number, end: number): number {
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

/**
 * `names: [TeKuai, ZhiDa]`, `stations=[suzhou,shanghai]`: at least two names without spaces, the bracket at `at`. How many
 * there are varies from line to line.
 */
export function endOfList(text: string, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_LIST);
  let commas = 0;
  let item = 0;
  for (let i = at + 1; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 93) return commas > 0 && item > 0 ? i + 1 : -1;
    if (code === 44) {
      if (item === 0) return -1;
      commas++;
      item = 0;
      if (text.charCodeAt(i + 1) === 32) i++;
    } else if (
      isNameChar(code) ||
      code === DOT ||
      code === 45 ||
      code === COLON ||
      code === SLASH ||
      code === 40 ||
      code === 41
    )
      item++;
    else return -1;
  }
  return -1;
}

/** `qr,rd,ra`: at least three names joined by commas only, the first comma at `at`; its end, or -1. */
export function endOfBareList(text: string, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_LIST);
  let commas = 0;
  let i = at;
  while (i < limit && text.charCodeAt(i) === 44) {
    let next = i + 1;
    while (next < limit && (isNameChar(text.charCodeAt(next)) || text.charCodeAt(next) === 45)) next++;
    if (next === i + 1) return -1;
    commas++;
    i = next;
  }
  return commas > 1 && (i >= end || classOf(text.charCodeAt(i)) === SEPARATOR) ? i : -1;
}

/**
 * `Seat(date=2023-01-29, from=suzhou)`, `Order{id=7, items=[Item{sku=a}]}`: an object as `toString` and `repr` print it, its
 * bracket at `at`. It names its fields, at least two, and may hold others; one that is cut ends with the text.
 */
export function endOfRecord(text: string, at: number, end: number): number {
  const open = text.charCodeAt(at);
  if ((open !== 40 && open !== 91 && open !== 123) || !isLetter(text.charCodeAt(at + 1))) return -1;
  let i = at + 1;
  while (i < end && isNameChar(text.charCodeAt(i))) i++;
  // Go writes `Pod{Name:a, Ports:[7]}`.
  const isStruct = open === 123 && text.charCodeAt(i) === COLON && text.charCodeAt(i + 1) > 32;
  const sign = isStruct ? COLON : EQUALS;
  if (text.charCodeAt(i) !== sign) return -1;
  let depth = 1;
  /** A field that holds others is as telling as two. */
  let fields = 1;
  for (i++; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 40 || code === 91 || code === 123) {
      depth++;
      fields++;
    } else if (code === sign && depth === 1) fields++;
    else if ((code === 41 || code === 93 || code === 125) && --depth === 0) return fields > 1 ? i + 1 : -1;
  }
  return fields > 1 ? end : -1;
}

/** `type=Broker,name=shop,connector=[a]`: at least two pairs joined by commas only, as names of objects are written; `at` is the first sign. */
export function endOfPairs(text: string, at: number, end: number): number {
  if (text.charCodeAt(at + 1) === QUOTE) return -1;
  let pairs = 1;
  let i = at + 1;
  for (;;) {
    const limit = Math.min(end, i + MAX_PAIR);
    while (i < limit && text.charCodeAt(i) > 32 && text.charCodeAt(i) !== 44) i++;
    if (text.charCodeAt(i) !== 44) break;
    let key = i + 1;
    while (key < end && isNameChar(text.charCodeAt(key))) key++;
    if (key === i + 1 || text.charCodeAt(key) !== EQUALS) break;
    pairs++;
    i = key + 1;
  }
  return pairs > 1 ? i : -1;
}

/**
 * `keep=[a (1), b (2)]`, `rate=(int)44100`, `why={not yet}`: a group in brackets directly after a sign, its bracket at `at`,
 * with the word that a type in parentheses stands before. A group that never closes is none.
 */
export function endOfGroup(text: string, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_GROUP);
  let depth = 0;
  for (let i = at; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = Math.min(limit, endOfString(text, i + 1, limit));
    else if (code === 40 || code === 91 || code === 123) depth++;
    else if ((code === 41 || code === 93 || code === 125) && --depth === 0) return afterType(text, i + 1, end);
  }
  return -1;
}

function afterType(text: string, from: number, end: number): number {
  let i = from;
  if (text.charCodeAt(from - 1) !== 41) return i;
  while (i < end && classOf(text.charCodeAt(i)) !== SEPARATOR) i++;
  return i;
}

/** Shortest state in brackets that is read as one value. */
const MIN_STATE = 24;

/**
 * `pg[2.f( v 4'5 ) [0,1] r=0 lpr=4 active]`: the state of a thing, printed in brackets directly behind its name, its bracket at `at`: long,
 * with words and at least two assignments in it. The end, or -1.
 */
export function endOfState(text: string, at: number, end: number): number {
  const open = text.charCodeAt(at);
  if (open !== 40 && open !== 91 && open !== 123) return -1;
  const close = endOfGroup(text, at, end);
  if (close - at < MIN_STATE) return -1;
  let pairs = 0;
  let spaces = 0;
  for (let i = at + 1; i < close; i++) {
    const code = text.charCodeAt(i);
    if (code === EQUALS) pairs++;
    else if (code === 32) spaces++;
  }
  return pairs > 1 && spaces > 0 ? close : -1;
}

/** `Columns: id, name, createdAt`: names with which a sentence ends, each set off by a comma, the first at `from`; the end, or -1. */
export function endOfNames(text: string, from: number, end: number): number {
  const limit = Math.min(end, from + MAX_LIST);
  let commas = 0;
  for (let i = from; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 44) {
      commas++;
      if (text.charCodeAt(i + 1) === 32) i++;
    } else if (classOf(code) === SEPARATOR) return -1;
  }
  return commas > 0 && limit === end ? end : -1;
}
