import { classOf, isLetter, LOWER, skipWord, UPPER } from "../../../log-lines/chars.ts";
import { isRaised } from "../../../log-lines/raised-name.ts";
import { scanNamedTime, type TimeScan } from "../../../log-lines/scan-time.ts";
import { endOfErrorText, endOfLibraryError } from "./error-text.ts";
import { isEventWord, isRequestWord } from "./event-words.ts";
import { createShape, KIND, type TokenShape } from "./masks.ts";
import { measureToken } from "./measure-token.ts";
import { endOfGroups, endOfInstance, endOfOption } from "./scan-instance.ts";
import { endOfColonValue } from "./scan-place.ts";
import { endOfPrefixed, endOfQuotedParts, isQuote } from "./scan-quoted.ts";
import { endOfBareList, endOfNames, endOfPairs, endOfRecord, endOfState, endOfStructure } from "./scan-value.ts";
import { endOfStatus } from "./status-reason.ts";
import { FLAG, type TokenLine, WILD } from "./token-line.ts";
import { hashWord, isBoolean, isFiller } from "./words.ts";

const SPACE = 32;
const COLON = 58;
const COMMA = 44;
const SLASH = 47;
const EQUALS = 61;
const OPEN_GROUP = 40;
const CLOSE_GROUP = 41;
const OPEN_ANGLE = 60;
const CLOSE_ANGLE = 62;
const DASH = 45;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
/** Longest name in angle brackets after a slash. */
const MAX_ANGLE = 12;

const time: TimeScan = { end: 0, kind: 0 };

/** End of the value that the token text[from, to), just measured, belongs to; -1 when it is a word. */
export function endOfValue(
  line: TokenLine,
  shape: TokenShape,
  from: number,
  to: number,
  end: number,
  separator: number,
  kind: number,
): number {
  const { text } = line;
  if (text.charCodeAt(to) === COLON) {
    const value = endOfColonValue(text, from, to, end, shape);
    if (value > 0) return value;
    const error = endOfLibraryError(text, from, to, end);
    if (error > 0) return error;
  }
  if (shape.length === 1) {
    const quoted = endOfPrefixed(text, from, end);
    if (quoted > 0) return quoted;
  }
  if (separator !== 0 && line.words > 1 && shape.length > 1) {
    const error = endOfErrorText(text, from, end);
    if (error > 0) return error;
  }
  if (shape.length === 3 && shape.upper === 1 && scanNamedTime(text, from, end, time)) return time.end;
  // `br0<->unix#7`
  if (text.startsWith("<->", to) && text.charCodeAt(to + 3) > SPACE) return skipWord(text, to, end);
  if (shape.leadingLetters > 0) {
    const record = endOfRecord(text, to, end);
    if (record > 0) return record;
    const state = endOfState(text, to, end);
    if (state > 0) return state;
  }
  if (separator === COLON && text.charCodeAt(to) === COMMA && line.words > 0) {
    const names = endOfNames(text, from, end);
    if (names > 0) return names;
  }
  const list = text.charCodeAt(to) === COMMA ? endOfBareList(text, to, end) : -1;
  if (list > 0) return list;
  const parts = endOfQuotedParts(text, to, end);
  if (parts > 0) return parts;
  const instance = line.words > 0 ? endOfInstance(text, from, to, end) : -1;
  if (instance > 0) return instance;
  // `carts/<NOSRV>`
  if (shape.slashes > 0 && text.charCodeAt(to - 1) === SLASH && text.charCodeAt(to) === OPEN_ANGLE) {
    const close = text.indexOf(">", to);
    if (close > 0 && close < end && close - to < MAX_ANGLE) return close + 1;
  }
  const option = endOfOption(text, from, to, end);
  if (option > 0) return option;
  if (kind === KIND.variable) {
    const held = shape.ats > 0 ? endOfGroups(text, to, end) : to;
    if (held > to) return held;
    const status = shape.digits === shape.length ? endOfStatus(text, from, to) : -1;
    return status > 0 ? status : to;
  }
  // `Received: Close()`; before a colon (`[a.c]: check():`) it is who speaks.
  if (
    (separator === EQUALS || separator === COLON) &&
    text.charCodeAt(to) === OPEN_GROUP &&
    text.charCodeAt(to + 1) === 41 &&
    text.charCodeAt(to + 2) !== COLON
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
  if (isBoolean(shape.hash)) return line.words > 0 && (separator !== 0 || line.hash[line.count - 1] !== WILD) ? to : -1;
  // `(null)`: what C prints for a text that is not there.
  const isHeld = separator === OPEN_GROUP && text.charCodeAt(to) === CLOSE_GROUP;
  return (separator === EQUALS || separator === COLON || isHeld) && isFiller(shape.hash) ? to : -1;
}

const part = createShape();
/** Hexadecimal characters of an identifier. */
const SHORTEST_ID = 6;

/**
 * `typefind:src`, `su:session`: names joined by a colon are one name, text[from, colon) its first part, measured in
 * `shape`, which becomes that of the whole. The end of it, or -1; what ends before `=` is a key.
 */
export function endOfCompound(text: string, shape: TokenShape, colon: number, end: number): number {
  if (!isLetter(text.charCodeAt(colon + 1))) return -1;
  const stop = measureToken(text, colon + 1, end, part);
  const after = text.charCodeAt(stop);
  // `volume:c2aab5d6-31be`: an identifier is a value, whether it begins with a letter or with a digit.
  if (part.digits > 0 && part.nonHex === 0 && part.length >= SHORTEST_ID) return -1;
  if (after === COLON || after === EQUALS || after === OPEN_LIST || after === OPEN_OBJECT) return -1;
  shape.hash = Math.imul(shape.hash ^ part.hash, 0x01000193) || 1;
  shape.length += part.length + 1;
  shape.letters += part.letters;
  shape.digits += part.digits;
  return stop;
}

/** `Job2::start`: a name with a digit that is part of a longer name is a word. */
export function isQualified(text: string, shape: TokenShape, from: number, to: number): boolean {
  if (shape.leadingLetters < 3 || shape.digits > 2) return false;
  const after = text.charCodeAt(to) === COLON && text.charCodeAt(to + 1) === COLON;
  return after || (text.charCodeAt(from - 1) === COLON && text.charCodeAt(from - 2) === COLON);
}

/** `Transact::Start`, `context->check()`: what belongs to something is called. */
const isMember = (text: string, from: number, to: number): boolean =>
  (text.charCodeAt(from - 1) === COLON && text.charCodeAt(from - 2) === COLON) ||
  (text.charCodeAt(to) === OPEN_GROUP &&
    text.charCodeAt(from - 1) === CLOSE_ANGLE &&
    text.charCodeAt(from - 2) === DASH);

const isOpening = (code: number) =>
  code === OPEN_GROUP || code === OPEN_ANGLE || code === OPEN_LIST || code === OPEN_OBJECT || isQuote(code);

/** `[login][started]`: one of several brackets in a row. */
const isRow = (text: string, from: number, to: number) =>
  (text.charCodeAt(to) === CLOSE_LIST && text.charCodeAt(to + 1) === OPEN_LIST) ||
  text.charCodeAt(from - 2) === CLOSE_LIST;

/** `half-opened`: the last part of a name with dashes says what happened. */
function endsWithEvent(text: string, from: number, to: number): boolean {
  const dash = text.lastIndexOf("-", to - 1);
  return dash > from && isEventWord(hashWord(text, dash + 1, to), text, dash + 1, to);
}

/** `Setting CART_ID to`: capitals and underscores behind a word with a small letter at its end name a variable; before a sentence, or alone, a state. */
const isVariableName = (text: string, from: number, to: number): boolean =>
  text.charCodeAt(from - 1) === 32 &&
  (classOf(text.charCodeAt(from - 2)) & LOWER) !== 0 &&
  text.slice(from, to).includes("_");

/** What the token text[from, to) of this kind tells beside its hash. */
export function flagsOf(text: string, shape: TokenShape, from: number, to: number, kind: number): number {
  const raised = isRaised(text, from, to) ? FLAG.raised : 0;
  const opened = isOpening(text.charCodeAt(from - 1)) && !isRow(text, from, to) ? FLAG.opened : 0;
  if (kind === KIND.soft) {
    const tells = isMember(text, from, to) || endsWithEvent(text, from, to);
    return FLAG.soft | (tells ? FLAG.event : 0) | raised | opened;
  }
  const event = isEventWord(shape.hash, text, from, to) ? FLAG.event : 0;
  // Of names in capitals only `OK` is said in so many letters.
  if (kind === KIND.constant && isVariableName(text, from, to)) return FLAG.soft | raised | opened;
  if (kind === KIND.constant)
    return FLAG.constant | (isRequestWord(shape.hash) ? FLAG.event : shape.length === 2 ? event : 0) | raised | opened;
  const capital = classOf(text.charCodeAt(from)) === UPPER ? FLAG.capital : 0;
  return capital | event | raised | opened;
}
