import { classOf, DIGIT, isDigit, isHexDigit, isLetter, isNameChar, SEPARATOR } from "../../../log-lines/chars.ts";
import type { TokenShape } from "./masks.ts";

/** Where something is: paths, addresses, hosts with a port. Each function gives the end of the value, or -1. */

const COLON = 58;
const PERCENT = 37;
const DOT = 46;
const SLASH = 47;
const BACKSLASH = 92;
const OPEN_OBJECT = 123;
const OPEN_ANGLE = 60;
const QUOTE = 34;
const APOSTROPHE = 39;
const AT = 64;
/** `5c:50:15:4c:18:1c` has six groups, an IPv6 address up to eight; fewer than four may be words. */
const MIN_HEX_GROUPS = 4;
/** Longest parameter of a route. */
const MAX_PARAMETER = 64;
/** Longest predicate of XPath in a path. */
const MAX_PREDICATE = 96;

/** `{id}`, `<id>`, `:id`: a part of a route that stands for anything, its sign at `at`; its end, or -1. */
function endOfParameter(text: string, at: number, end: number): number {
  const code = text.charCodeAt(at);
  const limit = Math.min(end, at + MAX_PARAMETER);
  let i = at + 1;
  while (i < limit && isNameChar(text.charCodeAt(i))) i++;
  if (i === at + 1) return -1;
  if (code === COLON) return isLetter(text.charCodeAt(at + 1)) ? i : -1;
  return text.charCodeAt(i) === code + 2 ? i + 1 : -1;
}

/** A path stops at space, quote, closing bracket, comma or colon. */
function endOfPath(text: string, from: number, end: number, stopAtColon: boolean): number {
  let i = from;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    // `/cib/node[@id='3']`, of XPath
    if (code === 91 && text.charCodeAt(i + 1) === AT) {
      const close = text.slice(i, Math.min(end, i + MAX_PREDICATE)).indexOf("]");
      if (close > 0) {
        i += close;
        continue;
      }
    }
    if (text.charCodeAt(i - 1) === SLASH && (code === OPEN_OBJECT || code === OPEN_ANGLE || code === COLON)) {
      const parameter = endOfParameter(text, i, end);
      if (parameter > 0) {
        i = parameter - 1;
        continue;
      }
    }
    if (code <= 32 || code === QUOTE || code === APOSTROPHE || code === 44 || code === 59 || code === 62) break;
    if (code === 41 || code === 93 || code === 125) break;
    if (code === COLON && (text.charCodeAt(i + 1) <= 32 || (stopAtColon && !goesOnToColon(text, i + 1, end)))) break;
  }
  while (i > from && (text.charCodeAt(i - 1) === DOT || text.charCodeAt(i - 1) === COLON)) i--;
  return i;
}

/** `/up/a:b: stored`: does a space follow the next colon? Then this one is part of the path. */
function goesOnToColon(text: string, from: number, end: number): boolean {
  let i = from;
  while (i < end && text.charCodeAt(i) > 32 && text.charCodeAt(i) !== COLON) i++;
  return i > from && text.charCodeAt(i) === COLON && text.charCodeAt(i + 1) === 32;
}

/** A slash and a name, or a slash alone: the root is a path as well, and so is `//a`. */
function beginsPath(text: string, at: number, end: number): boolean {
  const next = text.charCodeAt(at + 1);
  if (isLetter(next) || isDigit(next) || next === DOT || next === 95 || next === PERCENT || next === SLASH) return true;
  if (endOfParameter(text, at + 1, end) > 0) return true;
  return at + 1 >= end || classOf(next) === SEPARATOR;
}

/** A path or `C:\path`, when one begins at `at`. */
export function endOfLongValue(text: string, at: number, end: number): number {
  const code = text.charCodeAt(at);
  if (code === SLASH) return beginsPath(text, at, end) ? endOfPath(text, at + 1, end, true) : -1;
  if (code === BACKSLASH) return text.charCodeAt(at + 1) === BACKSLASH ? endOfPath(text, at + 1, end, false) : -1;
  if (isLetter(code) && text.charCodeAt(at + 1) === COLON && text.charCodeAt(at + 2) === BACKSLASH) {
    return endOfPath(text, at + 2, end, false);
  }
  return -1;
}

/** Hardware and IPv6 addresses, whose groups may be letters only. */
function endOfHexGroups(text: string, from: number, end: number): number {
  let groups = 0;
  let i = from;
  for (;;) {
    const start = i;
    while (i < end && i - start < 5 && isHexDigit(text.charCodeAt(i))) i++;
    if (i - start > 4) return -1;
    groups++;
    if (text.charCodeAt(i) !== COLON || i + 1 >= end) break;
    if (!isHexDigit(text.charCodeAt(i + 1)) && text.charCodeAt(i + 1) !== COLON) break;
    i++;
  }
  return groups >= MIN_HEX_GROUPS && classOf(text.charCodeAt(i)) !== DIGIT && !isLetter(text.charCodeAt(i)) ? i : -1;
}

/** A number of two to five digits that ends at a separator. */
function isPort(text: string, at: number, end: number): boolean {
  let i = at;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  const code = text.charCodeAt(i);
  return i - at >= 2 && i - at <= 5 && (i >= end || classOf(code) === SEPARATOR || code === DOT);
}

/** A name that begins at `from` and stands alone after it, or -1. */
function endOfName(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && isNameChar(text.charCodeAt(i))) i++;
  return i > from && (i >= end || classOf(text.charCodeAt(i)) === SEPARATOR) ? i : -1;
}

const SCHEMES = new Set(
  "tcp tcp4 tcp6 udp udp4 udp6 unix unixgram ssl tls sctp vsock pipe fd file jar jrt ptcp punix pssl local socket ws wss".split(
    " ",
  ),
);
const LONGEST_SCHEME = 8;

/** `tcp:10.0.0.1:80`, `unix:/run/a.sock`: the way to a place and the place, the colon at `colon`; its end, or -1. */
function endOfAddress(text: string, from: number, colon: number, end: number): number {
  if (colon - from > LONGEST_SCHEME || text.charCodeAt(colon + 1) <= 32 || !SCHEMES.has(text.slice(from, colon)))
    return -1;
  const path = endOfPath(text, colon + 1, end, false);
  return path > colon + 1 ? path : -1;
}

/** A token text[from, colon) that continues over a colon: an address, a host with a port, a device with a number. */
export function endOfColonValue(text: string, from: number, colon: number, end: number, shape: TokenShape): number {
  if (shape.nonHex === 0 && shape.length <= 4) {
    const groups = endOfHexGroups(text, from, end);
    if (groups > 0) return groups;
  }
  if (shape.letters < 2) return -1;
  if (text.charCodeAt(colon + 1) === SLASH && text.charCodeAt(colon + 2) === SLASH) {
    return endOfPath(text, colon + 3, end, false);
  }
  const address = endOfAddress(text, from, colon, end);
  if (address > 0) return address;
  if (shape.dots > 0 && isPort(text, colon + 1, end)) return colon;
  if (shape.trailingDigits === 0) return -1;
  // `queue0:sink`, and for `disk1:7` the number becomes part of the value by itself.
  return isDigit(text.charCodeAt(colon + 1)) ? colon : endOfName(text, colon + 1, end);
}
