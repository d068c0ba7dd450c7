import { classOf, isDigit, isLetter, LOWER, skipDigits, skipLetters, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { takeBracket, takeHalfBracket, takeHeldTime, takeLetterBracket } from "./header-brackets.ts";
import { type Cursor, finish, noteTime, type Step } from "./header-cursor.ts";
import { takeLetter, takeLevel, takePhp, takeProcess } from "./header-levels.ts";
import { afterBars, dots } from "./header-parts.ts";
import { isPlainField } from "./header-writers.ts";
import { levelRank } from "./level.ts";
import { afterAngleLevel, afterUptime } from "./program-tag.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";
import { afterSeparatedField, partsFields } from "./separated-field.ts";
import { afterSourcePlace } from "./source-place.ts";
import { afterFacilityAndTag, afterProcess, afterSyslogTime } from "./syslog-header.ts";

const SPACE = 32;
const COMMA = 44;
const DASH = 45;
const DOT = 46;
const UNDERSCORE = 95;
const COLON = 58;
const OPEN = 91;
const LETTER_A = 65;
const LETTER_M = 77;
const LETTER_P = 80;
const EQUALS = 61;
const CLOSE = 93;
const BAR = 124;

const time: TimeScan = { end: 0, kind: 0 };

/** ` ::1`, ` ::ffff:10.0.0.7`: how addresses of IPv6 may begin. */
const ADDRESS = /^ ?::[0-9a-f]/;

/** `2026-11-20 22:27:36 -> `, and a sign before a place in the source (`22:27:36.9 _ store.go:12 `). */
function isSignBehindTime(text: string, end: number, c: Cursor): boolean {
  if (!c.timed || c.components + c.numbers + c.brackets > 0 || isLetter(c.code) || isDigit(c.code)) return false;
  const size = c.word - c.at;
  const next = skipSpaces(text, c.word, end);
  if (size === 2) return text.startsWith("->", c.at) && !isDigit(text.charCodeAt(next));
  return size === 1 && (c.code === DOT || c.code === UNDERSCORE) && afterSourcePlace(text, next, end, 1) > 0;
}

const takeMark: Step = (text, end, _header, c) => {
  // Logback's own `|-ERROR in `.
  if (c.code === BAR && text.charCodeAt(c.at + 1) === DASH && isLetter(text.charCodeAt(c.at + 2))) {
    c.at += 2;
    return true;
  }
  if (isSignBehindTime(text, end, c)) {
    c.at = c.word;
    return true;
  }
  if (c.code !== BAR && c.code !== COLON && !(c.code === COMMA && c.word === c.at + 1)) return false;
  // An address of IPv6.
  if (c.code === COLON && ADDRESS.test(text.slice(c.at - 1, c.at + 3))) return false;
  if (c.code !== COMMA && partsFields(text, c.at, c.code)) c.separator = c.code;
  c.at++;
  return true;
};

/**
 * `- shop.ledger - 46 - INFO - sentinel - `, `INFO -  - `, `WARN - shop.web.Ledger - `: does another field follow the dash behind the level,
 * perhaps an empty one? Without dashes before it, only a class does.
 */
function isBeforeField(text: string, at: number, end: number, c: Cursor): boolean {
  if (c.separator !== DASH && dots(text, at, skipWord(text, at, end)) < 2) return false;
  if (c.separator === DASH && text.charCodeAt(at) === DASH && text.charCodeAt(at + 1) === SPACE) return true;
  return afterSeparatedField(text, at, end, DASH, isPlainField(text, at, c)) > 0;
}

/** `-` separates, and after the level it ends the header; `--` and `---` only separate. */
const takeDash: Step = (text, end, header, c) => {
  const size = c.word - c.at;
  if (c.code !== DASH || (size > 1 && (size > 3 || text.charCodeAt(c.at + 1) !== DASH))) return false;
  if (!c.timed && header.level === 0) return finish(c, c.at);
  const next = skipSpaces(text, c.word, end);
  if (header.level > 0 && size === 1 && !isBeforeField(text, next, end, c)) return finish(c, next);
  if (size === 1) c.separator = DASH;
  c.at = c.word;
  return true;
};

/** Do two capital letters stand at `at`? */
const isCapital = (text: string, at: number) =>
  classOf(text.charCodeAt(at)) === UPPER && classOf(text.charCodeAt(at + 1)) === UPPER;

/** Shortest date with a clock. */
const MIN_STAMP = 14;

/** ` is full` behind a day: it is a word of the sentence. */
const isDayOfSentence = (text: string, at: number) =>
  (time.kind === TIME.iso || time.kind === TIME.short) &&
  text.charCodeAt(at) === SPACE &&
  classOf(text.charCodeAt(at + 1)) === LOWER;

const takeTime: Step = (text, end, header, c) => {
  if (!scanTime(text, c.at, end, time) || (c.timed && time.kind === TIME.clock)) return false;
  if ((c.timed || header.level > 0) && time.end - c.at < MIN_STAMP && isDayOfSentence(text, time.end)) return false;
  if (!c.timed) noteTime(header, c.at, time);
  c.timed = true;
  c.at = time.end;
  const next = text.charCodeAt(c.at);
  if (time.kind === TIME.syslog && next === 32) {
    const host = skipSpaces(text, c.at, end);
    // `Oct 03 15:58:15.112 ERROR `: no daemon of syslog, but `tracing` in its older form.
    if (isCapital(text, host) && levelRank(text, host, skipWord(text, host, end)) > 0) return true;
    // A date with its year is `date`'s or ctime's: no host follows.
    const isDated = isDigit(text.charCodeAt(c.at - 4)) && text.charCodeAt(c.at - 5) === 32;
    const message = isDated ? afterFacilityAndTag(text, host, end, header) : -1;
    if (message > 0) {
      header.wrapped = true;
      return finish(c, message);
    }
    if (isDated && text.charCodeAt(host) !== OPEN) {
      c.at = afterProcess(text, host, end);
      return true;
    }
    header.wrapped = true;
    return finish(c, afterSyslogTime(text, host, end, header));
  }
  return next === BAR ? finish(c, afterBars(text, c.at, end, header)) : true;
};

/** `[    1.234567] ` at the beginning. */
const takeUptime: Step = (text, end, header, c) => {
  const next = c.timed || header.level > 0 || c.brackets > 0 ? c.at : afterUptime(text, c.at, end);
  if (next === c.at || next >= end) return false;
  c.timed = true;
  c.at = next;
  return true;
};

/** `shop.orders (MergeTask): `: whose part speaks, as ClickHouse writes it behind the level. */
const TABLE = /[\w.`-]{1,200} \([\w:.-]{1,128}\): (?=\S)/y;

/** `<Notice> `: a level in angle brackets. */
const takeAngleLevel: Step = (text, end, header, c) => {
  const next = header.level > 0 ? c.at : afterAngleLevel(text, c.at, end, header);
  if (next === c.at || next >= end) return false;
  TABLE.lastIndex = next;
  if (TABLE.test(text)) return finish(c, TABLE.lastIndex);
  c.at = next;
  return true;
};

/** `10:04AM INF `: time and level as zerolog writes them for people. */
const takeKitchenTime: Step = (text, end, header, c) => {
  if (c.timed || header.level > 0 || !isDigit(c.code)) return false;
  const colon = skipDigits(text, c.at, end);
  const half = colon + 3;
  const isTime = colon - c.at < 3 && text.charCodeAt(colon) === COLON && skipDigits(text, colon + 1, end) === half;
  const letter = text.charCodeAt(half);
  if (!isTime || (letter !== LETTER_A && letter !== LETTER_P) || text.charCodeAt(half + 1) !== LETTER_M) return false;
  const level = skipSpaces(text, half + 2, end);
  const stop = skipWord(text, level, end);
  header.level = classOf(text.charCodeAt(level + 1)) === UPPER ? levelRank(text, level, stop) : 0;
  if (header.level === 0) return false;
  c.timed = true;
  c.at = stop;
  return stop - level > 3 || finish(c, skipSpaces(text, stop, end));
};

function holdsPair(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === EQUALS) return true;
  return false;
}

/** Pairs that are looked at before a level. */
const MAX_PAIRS = 8;

/**
 * `request_id=7 user=ann [error] `, `pid=1 tid=abc INFO: `: pairs between the time and a level, as Elixir and Sidekiq write them, and
 * behind one before a bracket: `INFO traceId=7, sampled=true [a.B] `.
 */
const takePairs: Step = (text, end, header, c) => {
  if (!c.timed || !isLetter(c.code) || c.components > 0 || !holdsPair(text, c.at, c.word)) return false;
  let i = c.at;
  for (let pair = 0; pair < MAX_PAIRS && text.slice(i, skipWord(text, i, end)).includes("="); pair++)
    i = skipSpaces(text, skipWord(text, i, end), end);
  if (i > c.at && header.level > 0 && text.charCodeAt(i) === OPEN) {
    c.at = i;
    return true;
  }
  if (header.level > 0) return false;
  const from = text.charCodeAt(i) === OPEN ? i + 1 : i;
  const close = skipLetters(text, from, end);
  const isClosed = text.charCodeAt(close) === (from > i ? CLOSE : COLON);
  const rank = i > c.at && isClosed ? levelRank(text, from, close) : 0;
  if (rank === 0) return false;
  header.level = rank;
  return finish(c, skipSpaces(text, close + 1, end));
};

/** The fields with which a header may begin, and which may stand anywhere in it; the first that takes the field wins. */
export const openings: readonly Step[] = [
  takeMark,
  takeDash,
  takeTime,
  takeUptime,
  takeAngleLevel,
  takeHeldTime,
  takeLetterBracket,
  takeHalfBracket,
  takeBracket,
  takeLevel,
  takeProcess,
  takeLetter,
  takePhp,
  takeKitchenTime,
  takePairs,
];
