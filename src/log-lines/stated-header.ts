import { classOf, isSpace, skipLetters, skipSpaces, UPPER } from "./chars.ts";
import { createHeader } from "./header.ts";
import { levelRank } from "./level.ts";
import { scanHeader } from "./scan-header.ts";
import { scanTime, type TimeScan } from "./scan-time.ts";
import { severityOfWords } from "./severity-words.ts";
import { withoutColours } from "./wrapped-line.ts";

/** A header is looked for in so many characters of a line. */
const MAX_HEADER = 256;
const OPEN = 91;
const CLOSE = 93;
const COLON = 58;
const SPACE = 32;
/** Longer than any word for a level. */
const MAX_LEVEL = 12;
const WARN = 4;
const ERROR = 5;

const header = createHeader();
const time: TimeScan = { end: 0, kind: 0 };

function scan(text: string): void {
  const line = withoutColours(text);
  scanHeader(line, 0, Math.min(line.length, MAX_HEADER), header);
}

/** Does a line begin with a time or its level, in one of the usual ways? Some forty characters are read. */
export function beginsHeaded(line: string): boolean {
  const at = line.charCodeAt(0) === OPEN ? 1 : 0;
  if (scanTime(line, at, Math.min(line.length, MAX_HEADER), time)) return true;
  const word = skipSpaces(line, at, line.length);
  const stop = skipLetters(line, word, word + MAX_LEVEL);
  if (levelRank(line, word, stop) === 0) return false;
  const next = line.charCodeAt(stop);
  const isLoud = classOf(line.charCodeAt(word + 1)) === UPPER;
  return at === 1 ? next === CLOSE || next === SPACE : next === COLON || (isLoud && (isSpace(next) || next === OPEN));
}

/** Does a line begin with a time, or state its level? */
export function isHeaded(line: string): boolean {
  if (beginsHeaded(line)) return true;
  scan(line);
  return header.level > 0 || header.timeStart >= 0;
}

/** Both of them, which no line of a trace has. */
export function isFullyHeaded(line: string): boolean {
  scan(line);
  return header.level > 0 && header.timeStart >= 0;
}

/** `2026-11-20 22:27:36 ERROR [main] o.e.Ledger : ` and nothing behind it. */
export function isHeaderOnly(line: string): boolean {
  const end = line.trimEnd().length;
  if (end > MAX_HEADER || !":]->|)".includes(line.charAt(end - 1))) return false;
  scan(line);
  return (header.level > 0 || header.timeStart >= 0) && skipSpaces(line, header.message, line.length) >= end;
}

/** Java's own logging: time, class and method are a line, level and sentence the next (SimpleFormatter). */
const JAVA_UTIL_HEAD = /^[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d\s[AP]M [\w.$]{1,300} [\w$<>]{1,100}$/;
const JAVA_UTIL_LEVEL = /^[A-Z]{4,7}: /;

/** Whether these two lines are one message of `java.util.logging` in its default form. */
export function isJavaUtil(first: string, second: string): boolean {
  return JAVA_UTIL_LEVEL.test(second) && JAVA_UTIL_HEAD.test(first);
}

/** Rank of the level that a line states; else that of an error, where its words tell of one. */
function rankOf(text: string): number {
  scan(text);
  if (header.level > 0) return header.level;
  const level = severityOfWords(text.slice(0, MAX_HEADER));
  return level === "error" || level === "fatal" ? ERROR : 0;
}

/** A warning or worse, by the level that is stated, else by words of an error in the first 256 characters. */
export function tellsTrouble(text: string): boolean {
  return rankOf(text) >= WARN;
}

/** The same for errors and worse. */
export function tellsError(text: string): boolean {
  return rankOf(text) >= ERROR;
}

const MARKS = /^(?:[✓✔○●▲⚠⨯✗✖✘❌»ℹ]|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \/|[*-] )/;
const LEVEL = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|SEVERE|FATAL)(?: {2}|:|\[)/;
/** Deeper than this, marks are those of a list. */
const MAX_MARGIN = 2;

/** An indented line that is a message all the same, as frameworks write for people: ` ✓ Ready`, `    INFO   Started`. */
export function isOwnIndented(line: string): boolean {
  let from = 0;
  while (isSpace(line.charCodeAt(from))) from++;
  const text = line.slice(from, from + 80);
  return LEVEL.test(text) || (from <= MAX_MARGIN && line.charCodeAt(0) === 32 && MARKS.test(text));
}
