import { classOf, isDigit, isLetter, SEPARATOR, UPPER } from "../../../log-lines/chars.ts";
import { endOfString } from "../../../log-lines/end-of-string.ts";

/** Objects and lists as Python, Ruby and JavaScript print them. Each function gives the end of the value, or -1. */

/** Longest object or list that is looked at. */
const MAX_REPR = 512;

const QUOTE = 34;
const APOSTROPHE = 39;
const OPEN_ANGLE = 60;
const CLOSE_ANGLE = 62;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_GROUP = 40;
const SPACE = 32;
const DOT = 46;

/** Offset of the quote that closes the one at `at`. */
function endOfText(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) === QUOTE) return endOfString(text, at + 1, end);
  const close = text.slice(at + 1, end).indexOf("'");
  return close < 0 ? end : at + 1 + close;
}

/**
 * `<Worker 'w-1'>`, `<Task pending coro=<run()>>`, `<x.y.Poller object at 0x7f3e>`: an object that has no other form, the first
 * sign at `at`. Its class is told by a capital or a dot, so that elements of HTML are none.
 */
export function endOfRepr(text: string, at: number, end: number): number {
  let i = at + 1;
  let telling = classOf(text.charCodeAt(i)) === UPPER || text.charCodeAt(i) === 95;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) telling = true;
    else if (!isLetter(code) && !isDigit(code) && code !== 95) break;
  }
  const next = text.charCodeAt(i);
  if (!telling || i < at + 3 || (next !== SPACE && next !== OPEN_GROUP)) return -1;
  const limit = Math.min(end, at + MAX_REPR);
  let depth = 0;
  for (i = at; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === OPEN_ANGLE) depth++;
    else if (code === CLOSE_ANGLE && --depth === 0) return i + 1;
  }
  return -1;
}

/** `['git', 'log']`, `["a"]`, `[b'x']`: a list of quoted texts, its bracket at `at`. */
export function endOfQuotedList(text: string, at: number, end: number): number {
  const first = at + (text.charCodeAt(at + 1) === 98 ? 2 : 1);
  const code = text.charCodeAt(first);
  if (text.charCodeAt(at) !== OPEN_LIST || (code !== QUOTE && code !== APOSTROPHE)) return -1;
  const limit = Math.min(end, at + MAX_REPR);
  for (let i = first; i < limit; i++) {
    const sign = text.charCodeAt(i);
    if (sign === QUOTE || sign === APOSTROPHE) i = endOfText(text, i, limit);
    else if (sign === CLOSE_LIST) {
      const after = text.charCodeAt(i + 1);
      return i + 1 >= end || classOf(after) === SEPARATOR || after === DOT ? i + 1 : -1;
    } else if (isLetter(sign) && sign !== 98) return -1;
  }
  return -1;
}
