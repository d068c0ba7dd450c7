import { classOf, DIGIT, isDigit, isLetter, isSpace, LOWER, skipDigits, skipSpaces, skipWord, UPPER } from "./chars.ts";
import type { Header } from "./header.ts";
import { levelRank } from "./level.ts";
import { beginsSentence } from "./sentence-subject.ts";

/** Pieces of line headers, each recognised by one bounded forward scan. Offsets are UTF-16 units. */

/** Longest bracketed context ([thread], [request id ...]) that is still a header. */
const MAX_BRACKET = 320;
const MAX_TAG = 128;

const QUOTE = 34;
const DOT = 46;
const EQUALS = 61;
const DASH = 45;
const COLON = 58;
const BAR = 124;
const OPEN = 91;
const CLOSE = 93;

/** A level found ahead; reused. */
export interface LevelAhead {
  level: number;
  end: number;
}

/** Offset of the bracket that closes the one at `open`, or -1. */
export function closeBracket(text: string, open: number, end: number): number {
  const limit = Math.min(end, open + MAX_BRACKET);
  let depth = 0;
  for (let i = open; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) return i;
  }
  return -1;
}

/** `-` or an upper-case word or a number first, and seconds since 1970 among the next columns (super-computer logs). */
export function epochColumn(text: string, start: number, end: number): number {
  const code = text.charCodeAt(start);
  if (code !== DASH && !isDigit(code) && (code < 65 || code > 90)) return -1;
  let i = skipWord(text, start, end);
  // Most lines end here: a date is no number.
  if (isDigit(code) && skipDigits(text, start, i) < i) return -1;
  if (code >= 65 && code <= 90) {
    for (let j = start; j < i; j++) if ((classOf(text.charCodeAt(j)) & (UPPER | DIGIT)) === 0) return -1;
  }
  const columns = isDigit(code) ? 5 : 1;
  for (let column = 0; column < columns; column++) {
    const at = skipSpaces(text, i, end);
    i = skipWord(text, at, end);
    if (i - at === 10 && text.charCodeAt(at) === 49 && skipDigits(text, at, end) === i) return at;
  }
  return -1;
}

const DETAILS = new Set(["DETAIL", "HINT", "CONTEXT", "QUERY", "LOCATION"]);

/** `DETAIL:`, `HINT:`: what PostgreSQL adds to the line before, in the place of a level; 0 for any other word. */
export function detailRank(text: string, from: number, to: number): number {
  return to - from < 9 && DETAILS.has(text.slice(from, to)) ? 3 : 0;
}

/** Levels that are nouns as well. */
const NOUNS = new Set("ALERT AUDIT EMERGENCY FAILURE LOG NOTE NOTICE PANIC STATEMENT SUCCESS TRACE".split(" "));

/** `SERVICE ALERT: `, `PRICE NOTICE: `: does a noun in capitals end what text[at, from) begins, of capitals alone? */
function endsTitle(text: string, at: number, from: number, to: number): boolean {
  if (!NOUNS.has(text.slice(from, to))) return false;
  for (let i = at; i < from; i++) if ((classOf(text.charCodeAt(i)) & (LOWER | DIGIT)) !== 0) return false;
  return true;
}

/** Upper-case level within the next columns (`node RAS KERNEL INFO`); false when there is none. Stops at ordinary words. */
export function levelAhead(text: string, at: number, end: number, out: LevelAhead): boolean {
  let i = at;
  for (let column = 0; column < 4; column++) {
    const word = skipWord(text, i, end);
    if (column > 0) {
      const stop = text.charCodeAt(word - 1) === COLON ? word - 1 : word;
      const rank = levelRank(text, i, stop) || (stop < word ? detailRank(text, i, stop) : 0);
      if (rank > 0 && (classOf(text.charCodeAt(i + 1)) & UPPER) !== 0) {
        if (stop < word && endsTitle(text, at, i, stop)) return false;
        out.level = rank;
        out.end = word;
        return true;
      }
    }
    let plain = true;
    for (let j = i; j < word && plain; j++) plain = (classOf(text.charCodeAt(j)) & LOWER) !== 0;
    // `main INFO `: a thread without brackets is followed by the level.
    if (plain && column > 0) return false;
    i = skipSpaces(text, word, end);
    if (plain && levelRank(text, i, skipWord(text, i, end)) === 0) return false;
  }
  return false;
}

/** Does text[at, end) name a component: dots, dollar, slash, hash, underscore, double colon, or a hump in its letters? */
export function isComponent(text: string, at: number, end: number): boolean {
  let humps = 0;
  let marks = 0;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    const kind = classOf(code);
    if (kind === UPPER && i > at && classOf(text.charCodeAt(i - 1)) === LOWER) humps++;
    else if (code === 46 || code === 36 || code === 47 || code === 35 || code === 95 || code === 64) marks++;
    else if (code === COLON && i + 1 < end) marks++;
    else if (code === DASH) marks++;
    else if ((kind & (UPPER | LOWER | DIGIT)) === 0 && code !== OPEN && code !== CLOSE) return false;
  }
  return humps + marks > 0;
}

/** `express:router:layer`: words joined by colons, as the name of a part; none of them begins with a digit. */
export function isNamespace(text: string, at: number, end: number): boolean {
  let colons = 0;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    const begins = i === at || text.charCodeAt(i - 1) === COLON;
    if (begins ? !isLetter(code) : code !== COLON && code !== DASH && code !== 95 && !isLetter(code) && !isDigit(code))
      return false;
    if (code === COLON) colons++;
  }
  return colons > 0 && text.charCodeAt(end - 1) !== COLON;
}

/** `(http_trans) `: a name in lower case in parentheses; where what follows begins, `at` when there is none. */
export function afterPart(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) !== 40) return at;
  let i = at + 1;
  while (i < end && isPartChar(text.charCodeAt(i))) i++;
  const next = skipSpaces(text, i + 1, end);
  return i - at > 3 && text.charCodeAt(i) === 41 && next > i + 1 && next < end ? next : at;
}

const isPartChar = (code: number) =>
  code === 95 || code === DASH || code === 46 || isDigit(code) || (code >= 97 && code <= 122);

/** How many parts a dotted name has, less one; 0 for a key with its value (`a.b=7`). */
export function dots(text: string, at: number, end: number): number {
  let count = 0;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === EQUALS) return 0;
    if (code === DOT && isLetter(text.charCodeAt(i + 1))) count++;
  }
  return count;
}

/** `7#7:`, `1:M`, `12,` after a number: process, worker or role. */
export function isProcess(text: string, from: number, end: number): boolean {
  if (end - from > 10) return false;
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code) && code !== 35 && code !== COLON && code !== 44 && (code < 65 || code > 90)) return false;
  }
  return true;
}

/** Android after its level: everything up to the colon of the tag. */
export function afterTag(text: string, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_TAG);
  for (let i = at; i < limit; i++) {
    if (text.charCodeAt(i) === COLON && (i + 1 >= end || isSpace(text.charCodeAt(i + 1))))
      return skipSpaces(text, i + 1, end);
  }
  return at;
}

/** `|module|id|LEVEL|message`: fields without spaces, each ended by a bar; the level is told to `out`. */
export function afterBars(text: string, at: number, end: number, out: Header): number {
  let i = at + 1;
  for (let field = 0; field < 4; field++) {
    let j = i;
    while (j < end && j - i < 40 && text.charCodeAt(j) !== BAR && !isSpace(text.charCodeAt(j))) j++;
    if (text.charCodeAt(j) !== BAR) return skipSpaces(text, i, end);
    if (out.level === 0) out.level = levelRank(text, i, j);
    i = j + 1;
  }
  return skipSpaces(text, i, end);
}

/** `program.exe - message` and `program.exe *64 - message` right after a time. */
export function programDash(text: string, at: number, word: number, end: number): number {
  if (text.charCodeAt(at) === QUOTE) return -1;
  let i = word;
  for (let words = 0; words < 2; words++) {
    const next = skipSpaces(text, i, end);
    if (text.charCodeAt(next) === DASH && isSpace(text.charCodeAt(next + 1))) {
      // `node-1;HTTP;CRITICAL - Socket closed`
      if (text.slice(at, i).includes(";")) return -1;
      return (words === 0 && !beginsSentence(text, at, word)) || dots(text, at, word) > 0
        ? skipSpaces(text, next + 1, end)
        : -1;
    }
    i = skipWord(text, next, end);
  }
  return -1;
}
