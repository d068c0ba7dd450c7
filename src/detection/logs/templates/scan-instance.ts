import { classOf, isHexDigit, isLetter, isNameChar, skipWord, UPPER } from "../../../log-lines/chars.ts";
import { endOfString } from "../../../log-lines/end-of-string.ts";
import { isRaised } from "../../../log-lines/raised-name.ts";
import { endOfGroup } from "./scan-value.ts";

/** Objects as programs print them: a name, and what it holds in brackets that follow it directly. */

const OPEN_GROUP = 40;
const OPEN_LIST = 91;
const CLOSE_GROUP = 41;
const OPEN_OBJECT = 123;
const EQUALS = 61;
const QUOTE = 34;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const SHORTEST_IDENTIFIER = 16;

/** `083a45eb-8e68-40f7-9bdc-fe1506d817c2)`: hexadecimal digits and dashes, and enough of them. */
function holdsIdentifier(text: string, from: number, end: number): boolean {
  let i = from;
  while (i < end && (isHexDigit(text.charCodeAt(i)) || text.charCodeAt(i) === DASH)) i++;
  return i - from >= SHORTEST_IDENTIFIER && text.charCodeAt(i) === CLOSE_GROUP;
}

/** `shop/main-db)`: the names of a namespace and an object. */
function holdsObject(text: string, from: number, end: number): boolean {
  let slash = -1;
  let i = from;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === SLASH && slash < 0 && i > from) slash = i;
    else if (!isNameChar(code) && code !== DASH && code !== DOT) break;
  }
  return slash > 0 && i > slash + 1 && text.charCodeAt(i) === CLOSE_GROUP;
}

/** `{a,AVAILABLE}{/a.war}` after `Context@4b9e25`: what an object holds, its first bracket at `at`; `at` when it holds nothing. */
export function endOfGroups(text: string, at: number, end: number): number {
  let stop = at;
  while (text.charCodeAt(stop) === OPEN_OBJECT || text.charCodeAt(stop) === OPEN_LIST) {
    const close = endOfGroup(text, stop, end);
    if (close < 0) break;
    stop = close;
  }
  return stop;
}

/** `--dir="/a b"`, `-Dfile.encoding=UTF-8`: an option of a command with its value, its name text[from, to). */
export function endOfOption(text: string, from: number, to: number, end: number): number {
  if (text.charCodeAt(from) !== DASH || text.charCodeAt(to) !== EQUALS || to - from < 3) return -1;
  if (text.charCodeAt(to + 1) === QUOTE) return Math.min(end, endOfString(text, to + 2, end) + 1);
  return skipWord(text, to, end);
}

/**
 * `Socket[unconnected]`, `OSError('no route')`, `src:pad(0x7f2a)`, `pod_a(083a45eb-8e68-40f7)`,
 * `Cluster(shop/main-db)`: where the object text[from, to) with its brackets ends,
 * or -1. A name in lower case before parentheses is what is called (`open(7)`), and stays a word.
 */
export function endOfInstance(text: string, from: number, to: number, end: number): number {
  const open = text.charCodeAt(to);
  if (open === OPEN_LIST) {
    // Go prints `map[a:1 b:2]`.
    if (to - from === 3 && text.startsWith("map", from)) return endOfGroup(text, to, end);
    const isName = classOf(text.charCodeAt(from)) === UPPER && isLetter(text.charCodeAt(to - 1));
    return isName && isLetter(text.charCodeAt(to + 1)) ? endOfGroup(text, to, end) : -1;
  }
  if (open !== OPEN_GROUP) return -1;
  if (classOf(text.charCodeAt(from)) === UPPER && holdsObject(text, to + 1, end)) return text.indexOf(")", to) + 1;
  const isAddress = text.startsWith("0x", to + 1) && text.lastIndexOf(":", to) > from;
  if (holdsIdentifier(text, to + 1, end)) return text.indexOf(")", to) + 1;
  return isAddress || isRaised(text, from, to) ? endOfGroup(text, to, end) : -1;
}
