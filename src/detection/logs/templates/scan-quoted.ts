import { classOf, isCloseBracket, isDigit, isLetter, isOpenBracket, SEPARATOR } from "../../../log-lines/chars.ts";
import { endOfString } from "../../../log-lines/end-of-string.ts";
import { isMethod } from "./words.ts";

/** Values that are set off by quotes, brackets or nothing at all. Each function gives the end of the value, or -1. */

const QUOTE = 34;
const APOSTROPHE = 39;
const BACKTICK = 96;
const EQUALS = 61;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const SLASH = 47;
const OPEN_OBJECT = 123;
/** Longest text between quotes that a sentence quotes; a stray quote must not swallow the rest. */
const MAX_QUOTED = 512;
/** Longest text in brackets that is a value. */
const MAX_BRACKETED = 1_024;
/** Longest method (`PROPPATCH`), in characters. */
const MAX_METHOD = 9;

function isWord(code: number): boolean {
  return isLetter(code) || isDigit(code);
}

/** `"GET /items HTTP/1.1"`: the method says what was done. */
export function isRequest(text: string, from: number, end: number): boolean {
  let i = from;
  while (i < end && i - from <= MAX_METHOD && text.charCodeAt(i) >= 65 && text.charCodeAt(i) <= 90) i++;
  return i - from > 2 && text.charCodeAt(i) === 32 && isMethod(text, from, i);
}

/**
 * `"alert tcp (msg:"a"; sid:1;)"`, `'Error('host', 80)'`: a quote within brackets that the quoted text has opened belongs to it. The quote
 * behind these brackets when there is one, else the first, at `close`.
 */
function aroundBrackets(text: string, at: number, close: number, limit: number): number {
  const quote = text.charCodeAt(at);
  let depth = 0;
  let behind = -1;
  for (let i = at + 1; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (i >= close && depth <= 0) return code === quote ? i : close;
    if (behind < 0 && i > close && code === quote && isCloseBracket(text.charCodeAt(i - 1))) behind = i;
    if (isOpenBracket(code)) depth++;
    else if (isCloseBracket(code)) depth--;
  }
  // A bracket that never closes is part of what is quoted (`pcre:"/(a/"`).
  return behind > 0 ? behind : close;
}

/** The quote that closes the one at `at`, before `end`: not an apostrophe inside a word, and not followed by a word. */
function closing(text: string, at: number, end: number, longest = MAX_QUOTED): number {
  const quote = text.charCodeAt(at);
  const limit = Math.min(end, at + longest);
  // `\"ann\"`: a text that was quoted once more.
  if (quote === QUOTE && text.charCodeAt(at - 1) === BACKSLASH) {
    const close = text.indexOf('\\"', at + 1);
    return close > 0 && close < limit ? close + 1 : -1;
  }
  if (quote === QUOTE) {
    const close = endOfString(text, at + 1, limit);
    return close < limit ? aroundBrackets(text, at, close, limit) : -1;
  }
  // `'['sleep', '6']'`
  if (text.charCodeAt(at + 1) === 91) {
    const close = text.slice(at, limit).indexOf(`]${String.fromCharCode(quote)}`);
    if (close > 0) return at + close + 1;
  }
  for (let i = at + 1; i < limit; i++) {
    const code = text.charCodeAt(i);
    // GNU programs once quoted `like this'.
    if ((code === APOSTROPHE || code === quote) && !isWord(text.charCodeAt(i + 1)))
      return code === quote ? aroundBrackets(text, at, i, limit) : i;
  }
  return -1;
}

/** `object-"shop"/"gone"`: a name of quoted parts joined by dashes and slashes, the first quote at `at`; its end, or -1. */
export function endOfQuotedParts(text: string, at: number, end: number): number {
  let found = -1;
  for (let i = at; text.charCodeAt(i) === QUOTE && isJoint(text.charCodeAt(i - 1)); i = found + 1) {
    const close = closing(text, i, end);
    if (close < 0) break;
    found = close + 1;
  }
  return found;
}

const isJoint = (code: number) => code === 45 || code === 47;

/** `b'\x00'`, `u"a"`: a quoted text after one letter that stands at `from`. */
export function endOfPrefixed(text: string, from: number, end: number): number {
  if (!isQuote(text.charCodeAt(from + 1)) || isWord(text.charCodeAt(from - 1))) return -1;
  const close = closing(text, from + 1, end);
  return close < 0 ? -1 : close + 1;
}

/** `"listen" directive is double`, `'size' = '7'`: does a sentence go on behind the quoted text at `at`? Pairs (`"done" id=7`) are none. */
export function quotesSubject(text: string, at: number, end: number): boolean {
  const close = closing(text, at, end);
  if (close < 0 || text.charCodeAt(close + 1) !== 32) return false;
  if (text.startsWith("= ", close + 2) && isQuote(text.charCodeAt(close + 4))) return true;
  if (!isLetter(text.charCodeAt(close + 2))) return false;
  let i = close + 2;
  while (i < end && (isWord(text.charCodeAt(i)) || text.charCodeAt(i) === 95)) i++;
  return i < end && (text.charCodeAt(i) === 32 || text.charCodeAt(i) === COMMA);
}

/**
 * A quoted text, its quote at `at`. What a sentence quotes is a name or a text from elsewhere, however many words it has;
 * but neither the request of an access line nor the key of a pair (`{"a": 1, "b": 2}`).
 * @param previous the separator before the quote
 */
export function endOfQuoted(text: string, at: number, end: number, previous: number): number {
  if (isWord(text.charCodeAt(at - 1))) return -1;
  const close = closing(text, at, end, previous === EQUALS && text.charCodeAt(at) === QUOTE ? end : MAX_QUOTED);
  if (previous === EQUALS) return close < 0 ? (text.charCodeAt(at) === QUOTE ? end : -1) : close + 1;
  if (close < 0 || close - at > MAX_QUOTED || isWord(text.charCodeAt(close + 1))) return -1;
  const isKey = (previous === OPEN_OBJECT || previous === COMMA) && text.charCodeAt(close + 1) === COLON;
  return isKey || isRequest(text, at + 1, close) ? -1 : close + 1;
}

/**
 * `state of [StandardEngine[main]] is`, `context [] of`: a name that a sentence puts in brackets, the first at `at`. A plain
 * word there (`[preauth]`, `[up]`) is left to be judged as a word; brackets in a row (`[login][started]`) hold sentences.
 */
export function endOfBracketed(text: string, at: number, end: number): number {
  if (text.charCodeAt(at - 1) !== 32) return -1;
  const limit = Math.min(end, at + MAX_BRACKETED);
  let depth = 0;
  let plain = true;
  for (let i = at; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 91) plain = depth++ === 0 && plain;
    else if (code === 93) {
      if (--depth > 0) continue;
      const next = text.charCodeAt(i + 1);
      // `[OFFICE]\[ann]`: both are one name.
      if (next === BACKSLASH && text.charCodeAt(i + 2) === 91) {
        plain = false;
        i++;
        continue;
      }
      const stands = i + 1 >= end || (classOf(next) === SEPARATOR && next !== 91) || next === 46;
      return stands && (!plain || i === at + 1) ? i + 1 : -1;
    } else if (code <= 32 && depth < 2) plain = false;
    else if (!isLetter(code) && code !== 45) plain = false;
  }
  return -1;
}

/** Longest name in angle brackets. */
const MAX_ANGLE = 128;

/** Of a name in XML. */
const isNameSign = (code: number) => isWord(code) || code === 95 || code === 45 || code === COLON;

/** `<op id="a" name="b"/>`: an element of XML, the bracket at `at`; one that is cut ends with the text. */
function endOfElement(text: string, at: number, end: number): number {
  let i = at + 1;
  while (i < end && isNameSign(text.charCodeAt(i))) i++;
  if (i === at + 1 || text.charCodeAt(i) !== 32) return -1;
  let sign = i + 1;
  while (sign < end && isNameSign(text.charCodeAt(sign))) sign++;
  if (sign === i + 1 || text.charCodeAt(sign) !== EQUALS || text.charCodeAt(sign + 1) !== QUOTE) return -1;
  for (i = sign + 1; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i + 1, end);
    else if (code === 62) return i + 1;
  }
  return end;
}

/** `<pipeline0>`, `<nil>`, `</op>`: a name in angle brackets, or an element of XML, the first at `at`. */
export function endOfAngle(text: string, at: number, end: number): number {
  const element = endOfElement(text, at, end);
  if (element > 0) return element;
  // `from=<>`, `user <> realm <shop>`
  const before = text.charCodeAt(at - 1);
  if (text.charCodeAt(at + 1) === 62 && (before === EQUALS || before === COLON || before === 32)) return at + 2;
  const first = at + (text.charCodeAt(at + 1) === SLASH ? 2 : 1);
  if (isWord(text.charCodeAt(at - 1)) || !isWord(text.charCodeAt(first))) return -1;
  const limit = Math.min(end, at + MAX_ANGLE);
  for (let i = at + 2; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 62) return i + 1;
    if (code <= 32 || code === 60 || code === QUOTE) return -1;
  }
  return -1;
}

/** Of ASCII: `"`, `'` and the backtick. Typographic quotes are signs of a text. */
export function isQuote(code: number): boolean {
  return code === QUOTE || code === APOSTROPHE || code === BACKTICK;
}

/** `uid= euid=0`, `database=, host=x`: a pair without a value, its sign at `at`; the value is empty and ends after the sign. */
export function endOfNothing(text: string, at: number, end: number): number {
  if (!isWord(text.charCodeAt(at - 1))) return -1;
  const next = text.charCodeAt(at + 1);
  // klog announces a text of several lines: `body=<`.
  if (next === 60 && at + 2 >= end) return end;
  return at + 1 >= end ||
    (classOf(next) === SEPARATOR && (next <= 32 || next === COMMA || next === 59 || next === 41 || next === 93))
    ? at + 1
    : -1;
}

/** `[]`, `()` or `{}` after `=` or `:`, the first bracket at `at`. */
export function endOfEmpty(text: string, at: number): number {
  const open = text.charCodeAt(at);
  const close = open === 91 ? 93 : open === 40 ? 41 : open === OPEN_OBJECT ? 125 : 0;
  return close !== 0 && text.charCodeAt(at + 1) === close ? at + 2 : -1;
}

/** Longest name of a field of an object. */
const MAX_FIELD = 64;

/** `"kind":`, `'a':`, `requestID: `: does a field of an object begin at `at`? */
function beginsField(text: string, at: number, end: number): boolean {
  if (isQuote(text.charCodeAt(at))) return text.charCodeAt(at) !== BACKTICK;
  const limit = Math.min(end, at + MAX_FIELD);
  let i = at;
  while (i < limit && (isWord(text.charCodeAt(i)) || text.charCodeAt(i) === 95)) i++;
  if (i === at) return false;
  if (text.charCodeAt(i) === COLON) return text.charCodeAt(at - 1) === 32 && text.charCodeAt(i + 1) === 32;
  return text.startsWith(" = ", i);
}

/**
 * `{"kind": "Pod", "items": [1]}`, `{'a': 1}` or, as Node.js and Java print it, `{ requestID: 'a', tries: [ 3 ] }`, `{id = 7}`, inside a sentence, the
 * bracket at `at`; one that is cut ends with the text.
 */
export function endOfObject(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) !== OPEN_OBJECT || !beginsField(text, at + (text.charCodeAt(at + 1) === 32 ? 2 : 1), end))
    return -1;
  let depth = 0;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i + 1, end);
    else if (code === OPEN_OBJECT || code === 91) depth++;
    else if ((code === 125 || code === 93) && --depth === 0) return i + 1;
  }
  return end;
}

/** `status=sent (delivered to mailbox)`: an explanation in parentheses after a pair, the first at `at`, with which the text ends. */
export function endOfExplanation(text: string, at: number, end: number): number {
  return text.charCodeAt(end - 1) === 41 && text.charCodeAt(at - 1) === 32 && isWord(text.charCodeAt(at - 2))
    ? end
    : -1;
}
