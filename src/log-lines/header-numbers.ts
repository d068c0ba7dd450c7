import { classOf, isDigit, isLetter, LOWER, skipDigits, skipLetters, skipSpaces, skipWord, UPPER } from "./chars.ts";
import type { Header } from "./header.ts";
import type { Step } from "./header-cursor.ts";
import { dots, isProcess } from "./header-parts.ts";
import { letterRank, levelRank } from "./level.ts";
import { scanTime, type TimeScan } from "./scan-time.ts";
import { afterSourcePlace } from "./source-place.ts";

/** Numbers of processes and threads in a header, and numbers with which a sentence begins. */

const MAX_NUMBERS = 3;

const HASH = 35;
const OPEN_GROUP = 40;
const STAR = 42;
const DASH = 45;
const COLON = 58;
const LESS = 60;
const OPEN = 91;
const OPEN_OBJECT = 123;
const BAR = 124;

/** Longest number that begins a sentence before a colon (`404: gone`), with its colon; longer ones are processes. */
const LONGEST_COUNT = 4;
/** A status of HTTP. */
const STATUS = /^[2-5][0-3]\d$/;

const time: TimeScan = { end: 0, kind: 0 };

const opens = (code: number) =>
  code === OPEN || code === OPEN_GROUP || code === LESS || code === OPEN_OBJECT || code === BAR;

/** `-`, `---`, `:`, `#`: a sign between two fields, or with which Redis marks a line. */
function isSign(text: string, at: number, word: number): boolean {
  const code = text.charCodeAt(at);
  if (code === DASH) return /^-{1,3}$/.test(text.slice(at, word));
  return word === at + 1 && (code === COLON || code === HASH || code === STAR);
}

/** `INFO `, `[warn] `, `E `: does text[at, word) state a level that is not known yet? */
function statesLevel(text: string, at: number, word: number, header: Header): boolean {
  if (header.level > 0) return false;
  const code = text.charCodeAt(at);
  if (word === at + 1) return letterRank(code) > 0;
  const letters = skipLetters(text, at, word);
  const next = classOf(text.charCodeAt(word + 1));
  const isStated = classOf(text.charCodeAt(at + 1)) === UPPER || next === UPPER || text.charCodeAt(letters) === COLON;
  return isStated && (letters === word || text.charCodeAt(letters) === COLON) && levelRank(text, at, letters) > 0;
}

/** `shop.web.Shelf `, `shop::shelf `, `Shelf: `, `shop.Shelf - `: does text[at, word) name who wrote the line? */
function namesPart(text: string, at: number, word: number, end: number): boolean {
  if (text.charCodeAt(word - 1) === COLON) return true;
  const colons = text.indexOf("::", at);
  if ((colons > at && colons < word) || dots(text, at, word) > 1) return true;
  const sign = skipSpaces(text, word, end);
  return sign > word && sign < end && isSign(text, sign, skipWord(text, sign, end));
}

/** The number text[from, to) is that of a process when more of a header follows; otherwise the sentence begins with it. */
function isBeforeHeader(text: string, from: number, to: number, end: number, header: Header): boolean {
  const next = skipSpaces(text, to, end);
  if (next >= end) return false;
  // A column of its own.
  if (next > to + 1 || text.charCodeAt(to) !== 32) return true;
  const code = text.charCodeAt(next);
  const word = skipWord(text, next, end);
  if (opens(code)) return code !== OPEN_GROUP || !STATUS.test(text.slice(from, to));
  if (isSign(text, next, word)) return true;
  if (isDigit(code)) {
    if (scanTime(text, next, end, time)) return true;
    return skipDigits(text, next, word) === word && isBeforeHeader(text, next, word, end, header);
  }
  if (!isLetter(code)) return false;
  if (statesLevel(text, next, word, header) || namesPart(text, next, word, end)) return true;
  if (afterSourcePlace(text, next, end, 1) > 0) return true;
  // `404 Not Found` is a status; `4711 Shelf opened` may be either.
  return classOf(code) !== LOWER && !STATUS.test(text.slice(from, to));
}

/** Process and thread numbers. */
export const takeNumber: Step = (text, end, header, c) => {
  if (c.numbers >= MAX_NUMBERS || c.components > 0 || !isDigit(c.code)) return false;
  const digits = skipDigits(text, c.at, c.word);
  if (digits < c.word && !isProcess(text, digits, c.word)) return false;
  // `7#7:` is no word of a sentence; `12`, `5GB`, `12:` and `08:15` may be, but not `08:15:02 panic `.
  const mark = text.charCodeAt(digits);
  const next = skipSpaces(text, c.word, end);
  const isLed = header.level === 0 && mark === COLON && levelRank(text, next, skipWord(text, next, end)) > 0;
  const isLong = mark === COLON && c.word === digits + 1 && c.word - c.at > LONGEST_COUNT;
  if (mark !== HASH && !isLed && !isLong && !isBeforeHeader(text, c.at, c.word, end, header)) return false;
  c.numbers++;
  c.at = c.word;
  return true;
};
