import { classOf, isDigit, isLetter, LOWER, skipDigits, skipLetters, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { finish, type Step } from "./header-cursor.ts";
import { afterPart, afterTag, detailRank } from "./header-parts.ts";
import { afterFatalError, FATAL, letterRank, levelRank } from "./level.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";
import { afterLoggerName } from "./wrapped-line.ts";

/** How a header states its level: a word, a letter, or what one language writes instead. */

const COMMA = 44;
const COLON = 58;
const OPEN = 91;
const BAR = 124;

const time: TimeScan = { end: 0, kind: 0 };

/** `Config loaded`, `Fail to open`: words of sentences that are levels too, when they are written as a sentence begins. */
const ORDINARY = new Set(
  "Alert Audit Config Critical Fail Failure Fine Log Note Notice Statement Success Trace".split(" "),
);
const LONGEST_ORDINARY = 9;

function isOrdinary(text: string, from: number, to: number): boolean {
  return (
    to - from <= LONGEST_ORDINARY &&
    classOf(text.charCodeAt(from)) === UPPER &&
    text.charCodeAt(to) === 32 &&
    ORDINARY.has(text.slice(from, to))
  );
}

/** Shortest date with a clock. */
const MIN_STAMP = 14;

/** `info  [2026-11-20 22:27:36.933 Z] `, `debug 2026-11-20T22:27:36Z `: a level in any case is one when a time follows. */
function isBeforeTime(text: string, at: number, end: number): boolean {
  const next = skipSpaces(text, at, end);
  const from = text.charCodeAt(next) === OPEN ? next + 1 : next;
  if (next === at || !isDigit(text.charCodeAt(from)) || !scanTime(text, from, end, time)) return false;
  return time.end - from >= MIN_STAMP;
}

/** Words that mean the same as a level and in a sentence. */
const PLAIN = new Set(["error", "fatal", "warn", "warning"]);

/** `error opening shelf 7`: a level in small letters, one space and a plain word are how a sentence begins. */
function isWordOfSentence(text: string, at: number, to: number, end: number): boolean {
  if (classOf(text.charCodeAt(at + 1)) === UPPER || text.charCodeAt(to) !== 32) return false;
  const next = to + 1;
  const stop = skipLetters(text, next, end);
  const isPlain = classOf(text.charCodeAt(next)) === LOWER && (stop >= end || text.charCodeAt(stop) === 32);
  return isPlain && text.charCodeAt(stop + 1) !== OPEN && !text.startsWith(": [", stop + 1);
}

/**
 * A level that is stated in words, once for a line: where a sentence begins with such a word, the word is the
 * sentence's.
 */
export const takeLevel: Step = (text, end, header, c) => {
  if (header.level > 0) return false;
  // Python's name of a level without one.
  if (c.timed && c.word - c.at === 5 && text.startsWith("Level ", c.at) && isDigit(text.charCodeAt(c.word + 1))) {
    header.level = 1;
    c.at = skipDigits(text, c.word + 1, end);
    return true;
  }
  const fatal = c.timed ? afterFatalError(text, c.at) : -1;
  if (fatal > 0) {
    header.level = FATAL;
    return finish(c, fatal);
  }
  let letters = c.at;
  while (letters < c.word && isLetter(text.charCodeAt(letters))) letters++;
  const next = text.charCodeAt(letters);
  const stops = letters === c.word || next === COLON || next === COMMA || next === BAR || next === OPEN;
  const stated =
    c.timed || next === COLON || classOf(text.charCodeAt(c.at + 1)) === UPPER || isBeforeTime(text, letters, end);
  // `08:15:02.1: Notice `, as Falco writes it.
  const isTold =
    c.timed &&
    header.kind === TIME.clock &&
    c.components + c.numbers + c.brackets === 0 &&
    text.startsWith(": ", c.at - 2);
  const rank =
    stops && stated && (isTold || !isOrdinary(text, c.at, letters))
      ? levelRank(text, c.at, letters) || (c.timed && next === COLON ? detailRank(text, c.at, letters) : 0)
      : 0;
  if (rank > 0 && c.timed && isWordOfSentence(text, c.at, letters, end)) {
    // `error opening shelf 7` keeps its words; `trace id is 7` and `alert manager started` state no level.
    if (PLAIN.has(text.slice(c.at, letters).toLowerCase())) header.level = rank;
    return finish(c, c.at);
  }
  if (rank > 0) {
    header.level = rank;
    // A level and nothing else is what the line says.
    if (skipSpaces(text, letters, end) >= end) return finish(c, c.at);
    // `time:WARNING:name:sentence`; of `time:INFO:name:thread: sentence` all is header.
    const isParted = !c.timed || (text.charCodeAt(c.at - 1) === COLON && text.charCodeAt(c.word - 1) !== COLON);
    const name = next === COLON && isParted ? afterLoggerName(text, letters + 1, end) : -1;
    if (name > 0) return finish(c, name);
    c.at = next === COLON || next === COMMA ? letters + 1 : letters;
    return next === COLON && c.timed && c.brackets > 0
      ? finish(c, afterPart(text, skipSpaces(text, c.at, end), end))
      : true;
  }
  if (!c.timed || c.word - c.at !== 1 || letterRank(c.code) === 0) return false;
  // `time I | part: `
  if (text.startsWith(" | ", c.word)) {
    header.level = letterRank(c.code);
    return finish(c, afterTag(text, c.word + 3, end));
  }
  // `[time] I [file:line] part: `
  if (c.numbers === 0) {
    if (text.charCodeAt(c.word) !== 32 || text.charCodeAt(c.word + 1) !== OPEN) return false;
    header.level = letterRank(c.code);
    c.at = c.word;
    return true;
  }
  header.level = letterRank(c.code);
  return finish(c, afterTag(text, skipSpaces(text, c.word, end), end));
};

/** Kinds of errors of PHP whose first word is no level (https://www.php.net/manual/en/errorfunc.constants.php): 4 warn, 5 error. */
const KINDS: ReadonlyMap<string, number> = new Map([
  ["Parse error", 5],
  ["Recoverable fatal error", 5],
  ["Deprecated", 4],
  ["Strict Standards", 4],
]);
const LONGEST_KIND = 40;

/** `PHP Warning:  `, `PHP Fatal error:  `: the level of PHP, behind its time if there is one. */
export const takePhp: Step = (text, end, header, c) => {
  if (header.level > 0 || !text.startsWith("PHP ", c.at)) return false;
  const colon = text.indexOf(":  ", c.at);
  const kind = colon > 0 && colon - c.at < LONGEST_KIND ? text.slice(c.at + 4, colon) : "";
  const word = skipLetters(kind, 0, kind.length);
  const rank = KINDS.get(kind) ?? levelRank(kind, 0, word);
  if (rank === 0) return false;
  header.level = rank;
  return finish(c, skipSpaces(text, colon + 1, end));
};

/** `I, [2026-11-20T22:27:36.1 #7]  INFO -- program: `, as Ruby writes it: the letter, then the time. */
export const takeLetter: Step = (text, _end, header, c) => {
  if (c.timed || header.level > 0 || c.word - c.at !== 2 || text.charCodeAt(c.at + 1) !== COMMA) return false;
  if (text.charCodeAt(c.word + 1) !== OPEN || letterRank(c.code) === 0) return false;
  c.at = c.word;
  return true;
};

/** ` 2(1178) DEBUG: `: the number of a process before a stated level. */
export const takeProcess: Step = (text, end, header, c) => {
  if (c.timed || header.level > 0 || !isDigit(c.code)) return false;
  const digits = skipDigits(text, c.at, c.word);
  const inBrackets = text.charCodeAt(digits) === 40 ? skipDigits(text, digits + 1, c.word) + 1 : digits;
  const level = skipSpaces(text, c.word, end);
  const stop = skipWord(text, level, end) - 1;
  if (inBrackets !== c.word || text.charCodeAt(stop) !== COLON || classOf(text.charCodeAt(level + 1)) !== UPPER)
    return false;
  header.level = levelRank(text, level, stop);
  if (header.level > 0) c.at = stop + 1;
  return header.level > 0;
};
