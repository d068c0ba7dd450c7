import { isDigit, isLetter, isNameChar, skipSpaces } from "./chars.ts";
import { endOfString } from "./end-of-string.ts";
import { MESSAGE_KEYS, messageRank, type Structured } from "./message-keys.ts";

/** Lines that are pairs of keys and values. */

const QUOTE = 34;
const EQUALS = 61;
const OPEN = 91;
const CLOSE = 93;
const PAIRS = 2;
/** Of the keys of a sentence, those that hold nothing else. */
const SURE = MESSAGE_KEYS.indexOf("message") + 1;
/** Keys of a line that is a log line, whatever else it holds. */
const HEADER_KEYS = new Set(["level", "lvl", "ts", "time"]);

/** May the character stand in a key? */
export function isKeyChar(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 95 || code === 46 || code === 45 || code === 64;
}

/** Quotes within one value that are looked at. */
const MAX_INNER = 16;

/** Does the line end at `at`, or another pair begin there? */
function beginsPair(text: string, at: number, end: number): boolean {
  const from = skipSpaces(text, at, end);
  let i = from;
  while (i < end && isKeyChar(text.charCodeAt(i))) i++;
  return from >= end || (i > from && text.charCodeAt(i) === EQUALS);
}

/**
 * Offset of the quote that closes a value opened before `from`. One that a letter follows is part of the value (`msg="Shelf "east" opened"`),
 * of a writer that escapes none; such a value goes on to where another pair begins.
 */
export function endOfQuoted(text: string, from: number, end: number): number {
  const first = endOfString(text, from, end);
  if (!isNameChar(text.charCodeAt(first + 1)) || beginsPair(text, first + 1, end)) return first;
  let at = first;
  for (let inner = 0; inner < MAX_INNER && at < end; inner++) {
    at = endOfString(text, at + 1, end);
    if (at < end && beginsPair(text, at + 1, end)) return at;
  }
  return first;
}

/**
 * `key=value key="quoted value" "key"=1` from the first character on; a line that is not all pairs is not logfmt. Without a sentence of its
 * own a line with a level or a time says what its error says.
 */
function scanLogfmt(text: string, from: number, end: number, out: Structured): boolean {
  let i = from;
  let pairs = 0;
  let best = MESSAGE_KEYS.length;
  let isHeaded = false;
  /** Was the last value an unquoted sentence? Then words that follow belong to it. */
  let open = false;
  out.kind = PAIRS;
  while (i < end) {
    const isQuotedKey = text.charCodeAt(i) === QUOTE;
    const keyStart = isQuotedKey ? i + 1 : i;
    i = keyStart;
    while (i < end && isKeyChar(text.charCodeAt(i))) i++;
    const keyEnd = i;
    if (isQuotedKey && text.charCodeAt(i) === QUOTE) i++;
    if (keyEnd === keyStart || text.charCodeAt(i) !== EQUALS) {
      if (open) out.end = end;
      return best < SURE && pairs > 1;
    }
    i++;
    const quoted = text.charCodeAt(i) === QUOTE;
    const valueStart = quoted ? i + 1 : i;
    let valueEnd = valueStart;
    if (quoted) valueEnd = endOfQuoted(text, valueStart, end);
    else while (valueEnd < end && text.charCodeAt(valueEnd) > 32) valueEnd++;
    const rank = messageRank(text, keyStart, keyEnd);
    open = rank >= 0 && rank < Math.min(best, SURE) && !quoted;
    if (rank >= 0 && rank < best && valueEnd > valueStart) {
      best = rank;
      out.start = valueStart;
      out.end = valueEnd;
    }
    isHeaded ||= keyEnd - keyStart < 6 && HEADER_KEYS.has(text.slice(keyStart, keyEnd));
    pairs++;
    i = skipSpaces(text, quoted ? valueEnd + 1 : valueEnd, end);
  }
  return best < (isHeaded ? MESSAGE_KEYS.length : SURE) && pairs > 1;
}

/** `shop/orders "msg"="sentence" "key"=1`: a name at most, then pairs whose keys are quoted, as klogr writes them. */
const KLOGR_KEY = '"msg"="';
const KLOGR = /(?:[\w./-]{1,128} | )?(?:"level"=\d{1,3} )?(?="msg"=")/y;

/** `["sentence"] [key=value]`, as TiDB and TiKV write it (https://github.com/tikv/rfcs, unified log format). */
function scanBracketed(text: string, from: number, end: number, out: Structured): boolean {
  if (text.charCodeAt(from + 1) !== QUOTE) return false;
  const close = endOfString(text, from + 2, end);
  const isClosed = text.charCodeAt(close + 1) === CLOSE && (text.charCodeAt(close + 2) === 32 || close + 2 >= end);
  if (!isClosed || close === from + 2) return false;
  out.kind = PAIRS;
  out.start = from + 2;
  out.end = close;
  return true;
}

/** Longest first key. */
const MAX_KEY = 24;

/** Finds the sentence of a line that is pairs from `from` on; false when it is not, or says nothing. */
export function scanPairs(text: string, from: number, end: number, out: Structured): boolean {
  const code = text.charCodeAt(from);
  if (code === OPEN) return scanBracketed(text, from, end, out);
  KLOGR.lastIndex = from;
  if (text.includes(KLOGR_KEY, from) && KLOGR.test(text)) return scanLogfmt(text, KLOGR.lastIndex, end, out);
  if (!isLetter(code) && code !== 64) return false;
  const limit = Math.min(end, from + MAX_KEY);
  for (let i = from; i < limit; i++) {
    const at = text.charCodeAt(i);
    if (at === EQUALS) return scanLogfmt(text, from, end, out);
    if (!isKeyChar(at)) return false;
  }
  return false;
}
