import { isOpenBracket } from "../../../log-lines/chars.ts";
import {
  endOfAngle,
  endOfBracketed,
  endOfEmpty,
  endOfExplanation,
  endOfNothing,
  endOfObject,
  endOfQuoted,
  isQuote,
  quotesSubject,
} from "./scan-quoted.ts";
import { endOfQuotedList, endOfRepr } from "./scan-repr.ts";
import { endOfGroup, endOfList, endOfRecord } from "./scan-value.ts";
import { FLAG, type TokenLine } from "./token-line.ts";
import { plainHash } from "./value-words.ts";

const SPACE = 32;
const COLON = 58;
const EQUALS = 61;
const OPEN_GROUP = 40;
const OPEN_ANGLE = 60;
const OPEN_LIST = 91;
const OPEN_OBJECT = 123;

/** Is the last token the value of a key (`status=sent`)? */
function endsWithPair(line: TokenLine): boolean {
  const last = line.count - 1;
  return last > 0 && ((line.flags[last - 1] ?? 0) & FLAG.key) !== 0;
}

/** `(nodb)/ann@10.0.0.7:51234`, `(unknown):1000`: a word in place of a missing part, and what is joined to it. */
const MISSING = /\([a-z]{2,16}\)[/@:][^\s,;]{0,256}[^\s,;:)\]]/y;

/** Where a value ends whose first part is missing, the bracket at `at`; -1 when there is none. */
function endOfMissing(text: string, at: number, end: number): number {
  const before = text.charCodeAt(at - 1);
  if (at > 0 && before !== SPACE && before !== EQUALS) return -1;
  MISSING.lastIndex = at;
  return MISSING.test(text) && MISSING.lastIndex <= end ? MISSING.lastIndex : -1;
}

/**
 * A value that begins with the separator at `i`: a list, a quoted text, an object, nothing where a value should be.
 * @param previous the separator before, 0 when there is none
 */
export function endOfMarkedValue(line: TokenLine, i: number, end: number, previous: number): number {
  const text = line.text;
  const code = text.charCodeAt(i);
  const named = previous === EQUALS || previous === COLON;
  if (code === EQUALS) return endOfNothing(text, i, end);
  // What stands in quotes before any word is the sentence itself, unless one goes on behind it.
  if (isQuote(code)) {
    const isValue = line.words > 0 || previous === EQUALS || quotesSubject(text, i, end);
    const close = isValue ? endOfQuoted(text, i, end, previous) : -1;
    const word = close > 0 ? plainHash(text, i + 1, close - 1) : 0;
    if (word !== 0) line.known.note(word);
    return close;
  }
  if (code === OPEN_ANGLE) {
    const object = endOfRepr(text, i, end);
    return object > 0 ? object : endOfAngle(text, i, end);
  }
  if (!isOpenBracket(code)) return -1;
  const missing = code === OPEN_GROUP ? endOfMissing(text, i, end) : -1;
  if (missing > 0) return missing;
  if (code === OPEN_GROUP && !named && endsWithPair(line)) {
    const explained = endOfExplanation(text, i, end);
    if (explained > 0) return explained;
  }
  const empty = named ? endOfEmpty(text, i) : -1;
  if (empty > 0) return empty;
  if (text.charCodeAt(i - 1) === EQUALS) {
    const group = endOfGroup(text, i, end);
    if (group > 0) return group;
  }
  const texts = code === OPEN_LIST ? endOfQuotedList(text, i, end) : -1;
  if (texts > 0) return texts;
  if (code === OPEN_LIST && named) return endOfList(text, i, end);
  if (code === OPEN_LIST) return line.words > 0 ? endOfBracketed(text, i, end) : -1;
  if (code !== OPEN_OBJECT || line.words === 0) return -1;
  const record = endOfRecord(text, i, end);
  return record > 0 ? record : endOfObject(text, i, end);
}
