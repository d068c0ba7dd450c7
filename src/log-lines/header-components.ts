import { classOf, isDigit, isLetter, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { type Cursor, finish, type Step } from "./header-cursor.ts";
import { dots, isComponent } from "./header-parts.ts";
import { letterInBrackets, levelRank } from "./level.ts";
import { isRaised } from "./raised-name.ts";
import { isAddress, isCapitalised, isDeed, isFile } from "./sentence-subject.ts";
import { afterSourcePlace } from "./source-place.ts";

/** Who wrote a line: a class, a daemon, a column, a place in the source. */

const COMMA = 44;
const DASH = 45;
const COLON = 58;
const ARROW = 62;
const OPEN = 91;
const CLOSE = 93;
const OPEN_OBJECT = 123;
const TAB = 9;
const SPACE = 32;

/** `Store.java:12 - `, `store.go:7 > `: where what follows the sign behind a place begins; `at` when there is none. */
function afterSign(text: string, at: number, end: number): number {
  const word = skipWord(text, at, end);
  return word - at < 3 && /^(?:--?|>)$/.test(text.slice(at, word)) ? skipSpaces(text, word, end) : at;
}

/** `main.go:7: INFO: `, `main.go:7: [warn] `, `[W] `, `main.go:7: WARN `: the level text[at, word) behind a place; 0 when it is none. */
function levelBehindPlace(text: string, at: number, word: number): number {
  const last = text.charCodeAt(word - 1);
  if (last === COLON) return levelRank(text, at, word - 1);
  if (text.charCodeAt(at) === OPEN) {
    if (word - at === 3) return letterInBrackets(text.charCodeAt(at + 1));
    return last === CLOSE ? levelRank(text, at + 1, word - 1) : 0;
  }
  const isCapital = classOf(text.charCodeAt(at)) === UPPER && classOf(text.charCodeAt(at + 1)) === UPPER;
  return isCapital ? levelRank(text, at, word) : 0;
}

/** `[673ab1f2] ` behind a letter: whose request it was. */
const REQUEST = /\[[0-9a-f]{6,16}\] (?=\S)/y;

/** The file and line that wrote it. */
export const takePlace: Step = (text, end, header, c) => {
  if (c.components > 0) return false;
  const message = afterSourcePlace(text, c.at, end, header.level === 0 ? 1 : 2);
  if (message < 0) return false;
  const word = skipWord(text, message, end);
  const sentence = afterSign(text, message, end);
  if (sentence > message) return finish(c, sentence);
  const rank = header.level === 0 ? levelBehindPlace(text, message, word) : 0;
  if (rank === 0) return finish(c, message);
  header.level = rank;
  const next = skipSpaces(text, word, end);
  REQUEST.lastIndex = next;
  return finish(c, word - message === 3 && REQUEST.test(text) ? REQUEST.lastIndex : next);
};

/** `shop-akka.actor.default-dispatcher-14 - ` behind a class. */
const isThreadBeforeDash = (text: string, at: number, word: number) =>
  text.startsWith(" - ", word) && isDigit(text.charCodeAt(word - 1)) && text.lastIndexOf("-", word - 1) > at;

/** The level within `production.ERROR:` (Monolog), `util.py[ERROR]:` (cloud-init), `host/ERROR/shop:` (Locust); 0 when it states none. */
function levelInside(text: string, at: number, colon: number): number {
  if (text.charCodeAt(colon - 1) === CLOSE) return levelRank(text, text.lastIndexOf("[", colon) + 1, colon - 1);
  const dot = text.lastIndexOf(".", colon);
  const rank = dot > at ? levelRank(text, dot + 1, colon) : 0;
  const close = rank > 0 ? -1 : text.lastIndexOf("/", colon);
  const open = close > at ? text.lastIndexOf("/", close - 1) : -1;
  return open > at && classOf(text.charCodeAt(open + 2)) === UPPER ? levelRank(text, open + 1, close) : rank;
}

/**
 * `Disconnected      peer=12`, `Stalled      shelf: 12, left: 3`, `Port      : 7`: a sentence of one word that is padded before what belongs
 * to it, or before nothing; behind a class words follow.
 */
function isBeforePairs(text: string, at: number, end: number): boolean {
  if (at >= end || text.charCodeAt(at) === COLON) return true;
  const word = skipWord(text, at, end);
  const sign = text.indexOf("=", at);
  if (sign > at && sign < word && isLetter(text.charCodeAt(at))) return true;
  if (text.charCodeAt(word - 1) !== COLON || word - at < 2) return false;
  const value = skipWord(text, skipSpaces(text, word, end), end);
  return value >= end || text.charCodeAt(value - 1) === COMMA;
}

/** `[4711:main] Shelf -- `, `shop::shelf > `: where what follows the sign at `at` behind a name begins; 0 when there is none. */
function afterNameAndSign(text: string, at: number, end: number, c: Cursor): number {
  const code = text.charCodeAt(at);
  const isSigned =
    (code === DASH && c.threads > 0 && text.startsWith("-- ", at)) ||
    (code === ARROW && text.startsWith("> ", at) && text.slice(c.at, c.word).includes("::"));
  const sentence = isSigned ? skipSpaces(text, skipWord(text, at, end), end) : end;
  return at > c.word && sentence < end ? sentence : 0;
}

/** `pkg.Class: `: a name with its colon, and perhaps the place. */
const takeNamed: Step = (text, end, header, c) => {
  const colon = c.word - 1;
  if (!isComponent(text, c.at, colon) || isRaised(text, c.at, colon) || isFile(text, c.at, colon)) return false;
  header.component = c.at;
  if (header.level === 0) header.level = levelInside(text, c.at, colon);
  const next = skipSpaces(text, c.word, end);
  const place = afterSourcePlace(text, next, end, 1);
  return finish(c, place > 0 ? place : next);
};

/** A dash of its own. */
const isLoneDash = (text: string, at: number) => text.charCodeAt(at) === DASH && text.charCodeAt(at + 1) === SPACE;

/** `[time] [LEVEL] category - `, as log4js writes it; `Failed - ` begins a sentence, but none is padded. */
const takeCategory: Step = (text, end, header, c) => {
  const next = skipSpaces(text, c.word, end);
  if (!c.timed || next === c.word || !isLoneDash(text, next)) return false;
  if (isAddress(text, c.at, c.word) || isDeed(text, c.at, c.word)) return false;
  if (c.brackets <= c.threads && next === c.word + 1 && isCapitalised(text, c.at, c.word)) return false;
  header.component = c.at;
  const after = skipSpaces(text, next + 1, end);
  const place = afterSourcePlace(text, after, end, 1);
  return finish(c, place > 0 ? afterSign(text, place, end) : after);
};

/** `pkg.Class:`, and without a colon only where a level stood before and something that ends a header comes after. */
export const takeComponent: Step = (text, end, header, c) => {
  // `(thread) [core] a.b.Class `
  if (c.components === 1 && isThreadBeforeDash(text, c.at, c.word)) return finish(c, c.word + 3);
  if (c.components > 0 && (c.components > 1 || c.threads === 0 || dots(text, c.at, c.word) < 2)) return false;
  if (text.charCodeAt(c.word - 1) === COLON) return takeNamed(text, end, header, c);
  if (header.level === 0) return false;
  if (takeCategory(text, end, header, c)) return true;
  const next = skipSpaces(text, c.word, end);
  if (next - c.word > 2 && classOf(c.code) === UPPER) return !isBeforePairs(text, next, end) && finish(c, next);
  const signed = afterNameAndSign(text, next, end, c);
  if (signed > 0) return finish(c, signed);
  const mark = text.charCodeAt(next);
  const dotted = dots(text, c.at, c.word);
  if (dotted === 0 || (dotted === 1 && mark !== OPEN && mark !== DASH && mark !== COLON)) return false;
  c.components++;
  c.at = c.word;
  return true;
};

/** Daemons of Quagga and FRRouting, whose names stand between time and message. */
const DAEMONS = new Set(
  "BABEL BFD BGP EIGRP FABRIC ISIS LDP MGMTD NHRP OSPF OSPF6 PATH PBR PIM PIM6 RIP RIPNG SHARP STATIC VRRP WATCHFRR ZEBRA".split(
    " ",
  ),
);
const LONGEST_DAEMON = 8;

/** `BGP: ` directly after the time. Other words in capitals (`TLS: `, `FAILED: `) are message. */
export const takeDaemon: Step = (text, end, header, c) => {
  const last = c.word - 1;
  if (header.level > 0 || c.components + c.numbers + c.brackets > 0 || last - c.at > LONGEST_DAEMON) return false;
  if (text.charCodeAt(last) !== COLON || c.word >= end || !DAEMONS.has(text.slice(c.at, last))) return false;
  header.component = c.at;
  return finish(c, skipSpaces(text, c.word, end));
};

/** Words of a column. */
const MAX_WORDS = 3;

/** Where the column at `at` ends with a tab, when it has a few words only; -1 when it does not. */
function endOfColumn(text: string, at: number, end: number): number {
  let stop = skipWord(text, at, end);
  for (let words = 1; words < MAX_WORDS && text.charCodeAt(stop) === SPACE; words++)
    stop = skipWord(text, stop + 1, end);
  return text.charCodeAt(stop) === TAB ? stop : -1;
}

/** `info\tcontrollers.App\t`: a column between tabs after the level. */
export const takeColumn: Step = (text, end, header, c) => {
  if (header.level === 0 || c.components > 0 || text.charCodeAt(c.at - 1) !== TAB) return false;
  const stop = endOfColumn(text, c.at, end);
  const next = skipSpaces(text, stop, end);
  if (stop < 0 || next >= end || text.charCodeAt(next) === OPEN_OBJECT) return false;
  // `sentence\tthread=7`
  if (stop !== c.word && text.slice(next, skipWord(text, next, end)).includes("=")) return false;
  c.components++;
  if (text.charCodeAt(next) === OPEN) return finish(c, next);
  c.at = stop;
  return true;
};
