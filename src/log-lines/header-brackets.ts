import { classOf, isDigit, isLetter, skipDigits, skipLetters, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { type Cursor, finish, noteTime, type Step } from "./header-cursor.ts";
import { closeBracket } from "./header-parts.ts";
import { letterInBrackets, letterRank, levelRank } from "./level.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";
import { separatorAt } from "./separated-field.ts";
import { afterSourcePlace } from "./source-place.ts";

/** What headers hold in brackets: a level, a time, a thread, a request, or several of these. */

const MAX_BRACKETS = 5;
const INFO = 3;

const OPEN = 91;
const CLOSE = 93;
const OPEN_GROUP = 40;
const CLOSE_GROUP = 41;
const TAB = 9;
const SPACE = 32;
const COLON = 58;
const COMMA = 44;
const SLASH = 47;

const time: TimeScan = { end: 0, kind: 0 };

/** Parts of a bracket that are looked at for a level. */
const MAX_PARTS = 8;

/** Level of `[module:level]` (Apache) or `[process:thread:time:LEVEL:file(line)]` (Chromium); 0 when it is not that. */
function levelOfParts(text: string, inside: number, close: number): number {
  if (skipWord(text, inside, close) < close) return 0;
  let from = inside;
  for (let part = 0; part < MAX_PARTS && from < close; part++) {
    const colon = text.indexOf(":", from);
    const to = colon < 0 || colon > close ? close : colon;
    let letters = from;
    while (letters < to && isLetter(text.charCodeAt(letters))) letters++;
    const isLast = to === close;
    const isStated = isLast || classOf(text.charCodeAt(from)) === UPPER;
    // VERBOSE1, trace2
    if (part > 0 && isStated && skipDigits(text, letters, to) === to) {
      const rank = levelRank(text, from, letters);
      if (rank > 0) return rank;
    }
    from = to + 1;
  }
  return 0;
}

/** Where the word at `from` ends: before `/process`, or with the word itself. */
function endOfStated(text: string, from: number, close: number): number {
  const letters = skipLetters(text, from, close);
  return text.charCodeAt(letters) === SLASH ? letters : skipWord(text, from, close);
}

/** `[Server thread/INFO]`: the level in capitals behind the last slash; 0 when there is none. */
function levelBehindSlash(text: string, inside: number, close: number): number {
  const slash = text.lastIndexOf("/", close);
  const isStated =
    slash > inside && classOf(text.charCodeAt(slash + 1)) === UPPER && classOf(text.charCodeAt(slash + 2)) === UPPER;
  return isStated ? levelRank(text, slash + 1, close) : 0;
}

/** ` [MainThread] [shop.Ledger] [INFO] `: where the last of the brackets that stand between spaces begins. */
function afterBrackets(text: string, from: number, end: number): number {
  let last = from;
  for (let bracket = 0; bracket < MAX_BRACKETS; bracket++) {
    const open = skipSpaces(text, last, end);
    const close = open > last && text.charCodeAt(open) === OPEN ? closeBracket(text, open, end) : -1;
    if (
      close < 0 ||
      levelRank(text, skipSpaces(text, open + 1, close), skipLetters(text, skipSpaces(text, open + 1, close), close)) >
        0
    )
      return last;
    last = close + 1;
  }
  return last;
}

/** `[app] 2026-11-20 22:27:36`: does the time stand directly behind? */
function isBeforeTime(text: string, from: number, end: number): boolean {
  const sign = separatorAt(text, from, end);
  const next = skipSpaces(text, from, end);
  const at = sign === 0 || sign === TAB ? next : skipSpaces(text, next + 1, end);
  return isDigit(text.charCodeAt(at)) && scanTime(text, at, end, time);
}

/** `[shelf-manager] time="…" level=error msg="…"`: a line of pairs behind the name of its process. */
const PAIRS = / {1,4}(?:time|ts|t|level|lvl)=\S/y;
function isBeforePairs(text: string, from: number): boolean {
  PAIRS.lastIndex = from;
  return PAIRS.test(text);
}

/** `[ET_NET 1] NOTE: `, `[pool thread 7] INFO `, `[pool thread 7] - [INFO] `: does a level in capitals stand directly behind? */
function isBeforeLevel(text: string, from: number, end: number): boolean {
  const sign = separatorAt(text, from, end);
  let at = skipSpaces(text, from, end);
  if (sign !== 0) at = skipSpaces(text, at + Number(text.charCodeAt(at) === sign), end);
  if (text.charCodeAt(at) === OPEN) at++;
  if (classOf(text.charCodeAt(at)) !== UPPER || classOf(text.charCodeAt(at + 1)) !== UPPER) return false;
  return levelRank(text, at, skipLetters(text, at, end)) > 0;
}

/** `[shop] ` behind a place: the part that speaks. */
const PART = /\[[\w.-]{1,32}(?: - \w{1,8})?\] (?=\S)/y;

/**
 * `[I 2026-11-20 22:27:36.123 LabApp] `, `[W 261120 22:27:36 web:12] `, as Jupyter and Tornado write, `[W store.cpp:12] `, as PyTorch
 * does: a letter before the time or the place.
 */
export const takeLetterBracket: Step = (text, end, header, c) => {
  if (c.code !== OPEN || header.level > 0 || text.charCodeAt(c.at + 2) !== 32) return false;
  const rank = letterRank(text.charCodeAt(c.at + 1));
  const close = rank === 0 ? -1 : closeBracket(text, c.at, end);
  if (close < 0) return false;
  if (!isDigit(text.charCodeAt(c.at + 3))) {
    const place = afterSourcePlace(text, c.at + 3, end, 1);
    if (place < close) return false;
    header.level = rank;
    PART.lastIndex = place;
    return finish(c, PART.test(text) ? PART.lastIndex : place);
  }
  if (c.timed) return false;
  // `261120 22:27:36`: the clock alone is read.
  const day = skipDigits(text, c.at + 3, close);
  const from = day === c.at + 9 && text.charCodeAt(day) === 32 ? day + 1 : c.at + 3;
  if (!scanTime(text, from, close, time)) return false;
  noteTime(header, from, time);
  c.timed = true;
  header.level = rank;
  return finish(c, skipSpaces(text, close + 1, end));
};

/** `[error    [] `: the level of Airflow's lines, whose colours are half taken away. */
export const takeHalfBracket: Step = (text, end, header, c) => {
  if (c.code !== OPEN || header.level > 0) return false;
  const letters = skipLetters(text, c.at + 1, end);
  const half = skipSpaces(text, letters, end);
  const rank = half > letters && text.startsWith("[] ", half) ? levelRank(text, c.at + 1, letters) : 0;
  if (rank === 0) return false;
  header.level = rank;
  return finish(c, skipSpaces(text, half + 2, end));
};

/** The level that a bracket states in any of the usual ways, 0 when it states none; its first word is text[inside, letters). */
function levelInside(text: string, inside: number, letters: number, close: number, c: Cursor): number {
  const rank = levelRank(text, inside, letters) || levelOfParts(text, inside, close);
  if (rank > 0 || !c.timed) return rank;
  // MySQL's word for what is neither an error nor a note.
  if (text.startsWith("System] [MY-", inside)) return INFO;
  if (close === inside + 1) return letterInBrackets(text.charCodeAt(inside));
  // `[shop.ledger#critical]`, as Twisted writes it.
  const hash = text.lastIndexOf("#", close);
  return (hash > inside ? levelRank(text, hash + 1, close) : 0) || levelBehindSlash(text, inside, close);
}

/** The first bracket behind the level, or a name and its number directly behind another bracket: `[host][PID 4711][ThreadId 12]`. */
function isThreadBehind(text: string, close: number, c: Cursor): boolean {
  if (c.threads === 0) return true;
  if (text.charCodeAt(c.at - 1) !== CLOSE || !isDigit(text.charCodeAt(close - 1))) return false;
  const space = skipWord(text, c.at, close);
  return space < close && skipWord(text, space + 1, close) === close;
}

/** `[time level module]`, `[module:level]`, `[level]`, and after a time or level `[thread]`, `[request id]`. */
export const takeBracket: Step = (text, end, header, c) => {
  if (c.code !== OPEN) return false;
  const close = closeBracket(text, c.at, end);
  if (close < 0) return finish(c, c.at);
  const inside = skipSpaces(text, c.at + 1, close);
  let letters = inside;
  while (letters < close && isLetter(text.charCodeAt(letters))) letters++;
  const rank = header.level === 0 ? levelInside(text, inside, letters, close, c) : 0;
  if (scanTime(text, inside, close, time)) {
    if (!c.timed) noteTime(header, inside, time);
    c.timed = true;
    if (header.level === 0 && time.kind === TIME.klog) header.level = letterRank(text.charCodeAt(inside));
    // `[time: LEVEL/process]`, as Celery writes it.
    const mark = text.charCodeAt(time.end);
    const rest = skipSpaces(text, mark === COLON || mark === COMMA ? time.end + 1 : time.end, close);
    const stop = endOfStated(text, rest, close);
    // `[time I 7 8]`: a letter among other fields.
    const letter = stop === rest + 1 && stop < close ? letterRank(text.charCodeAt(rest)) : 0;
    if (header.level === 0) header.level = letter || levelRank(text, rest, stop);
  } else if (rank > 0) {
    header.level = rank;
  } else {
    const spaced = skipSpaces(text, skipWord(text, inside, close), close) < close;
    const isBefore =
      header.level === 0 &&
      (isBeforeTime(text, close + 1, end) ||
        isBeforePairs(text, close + 1) ||
        isBeforeLevel(text, afterBrackets(text, close + 1, end), end));
    const isContext = (c.timed || header.level > 0 || isBefore) && c.brackets < MAX_BRACKETS;
    // `[node] [gc][5301] overhead`: brackets of a sentence.
    const isChain = text.charCodeAt(close + 1) === OPEN && c.threads > 0 && text.charCodeAt(c.at - 1) === SPACE;
    if (isChain) return finish(c, c.at);
    // Words in brackets are a thread's name directly before the time or the level, and once directly after it; anywhere else they are message.
    const isThread = header.level > 0 ? isThreadBehind(text, close, c) : isBefore;
    if (!isContext || (spaced && !isThread)) return finish(c, c.at);
    c.brackets++;
    if (header.level > 0) c.threads++;
  }
  c.at = close + 1;
  return true;
};

/** `E [08/Jun/2026:11:28:58 -0700] `, `(Tue Mar 31 06:03:46 2026) [part] `: the time in brackets of its own, as CUPS and SSSD write it. */
export const takeHeldTime: Step = (text, end, header, c) => {
  if (c.timed || header.level > 0) return false;
  const isLetter = c.word === c.at + 1 && text.charCodeAt(c.at + 2) === OPEN;
  const open = isLetter ? c.at + 2 : c.at;
  const sign = text.charCodeAt(open);
  const rank = isLetter ? letterRank(c.code) : 0;
  if (isLetter ? rank === 0 : sign !== OPEN_GROUP) return false;
  if (!scanTime(text, open + 1, end, time)) return false;
  const close = skipSpaces(text, time.end, end);
  if (text.charCodeAt(close) !== (sign === OPEN ? CLOSE : CLOSE_GROUP)) return false;
  noteTime(header, open + 1, time);
  header.level = rank;
  c.timed = true;
  c.at = close + 1;
  return true;
};
