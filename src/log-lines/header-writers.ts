import { classOf, isDigit, isLetter, LOWER, skipLetters, skipSpaces, skipWord } from "./chars.ts";
import type { Cursor, Step } from "./header-cursor.ts";
import { afterPart, isComponent } from "./header-parts.ts";
import { levelRank } from "./level.ts";
import { afterSeparatedField, endOfEnclosed } from "./separated-field.ts";
import { afterSpans } from "./tracing-span.ts";

/** Who wrote a line, where a sign or parentheses tell it. */

const DASH = 45;
const COLON = 58;
const OPEN = 91;
const CLOSE = 93;
const OPEN_GROUP = 40;
const OPEN_OBJECT = 123;

/** Threads and spans of Rust's `tracing` behind the level. */
export const takeSpans: Step = (text, end, header, c) => {
  if (header.level === 0 || c.components > 0) return false;
  const next = afterSpans(text, c.at, end);
  if (next === c.at || next >= end) return false;
  c.at = next;
  return true;
};

/** Fields that are taken for the sign that parts them. */
const MAX_SEPARATED = 4;

/** `orders-1 | main | INFO | `: is one of the fields a level? Without one they are what the line tells (`ann | login | done`). */
function leadsToLevel(text: string, at: number, end: number, separator: number): boolean {
  let i = at;
  for (let field = 0; field <= MAX_SEPARATED && i > 0; field++) {
    const from = isLetter(text.charCodeAt(i)) ? i : i + 1;
    if (levelRank(text, from, skipLetters(text, from, end)) > 0) return true;
    i = afterSeparatedField(text, i, end, separator, true);
  }
  return false;
}

/** Fields between dashes before the level that make a layout of the ones behind it. */
const MANY = 2;

/** `name - 46 - INFO - sentinel - `: where many fields are parted by dashes, a word in small letters is one as well. */
export const isPlainField = (text: string, at: number, c: Cursor) =>
  c.separator === DASH && c.components >= MANY && classOf(text.charCodeAt(at)) === LOWER;

/** `main | `, `[pool 7] - `: one more field before the sign that parted the ones before. */
export const takeSeparated: Step = (text, end, header, c) => {
  if (c.separator === 0 || c.components >= MAX_SEPARATED) return false;
  const isNamed = header.level === 0 || isPlainField(text, c.at, c);
  const next = afterSeparatedField(text, c.at, end, c.separator, isNamed);
  if (next < 0 || (header.level === 0 && !leadsToLevel(text, c.at, end, c.separator))) return false;
  const isEnclosed = c.code === OPEN || c.code === OPEN_GROUP;
  if (header.level === 0 && isEnclosed) header.level = levelRank(text, c.at + 1, skipLetters(text, c.at + 1, end));
  c.components++;
  c.at = next;
  return true;
};

/** `(main) `, `(Scheduler Task) [part] `: who wrote it, in parentheses directly behind the time or the level. */
export const takeEnclosed: Step = (text, end, header, c) => {
  if (c.code !== OPEN_GROUP || c.components > 0) return false;
  const stop = endOfEnclosed(text, c.at, end);
  const colon = stop > 0 && text.charCodeAt(stop) === COLON ? stop + 1 : stop;
  const next = skipSpaces(text, colon, end);
  if (stop < 0 || next === colon || next >= end) return false;
  const isWord = skipWord(text, c.at, stop) === stop;
  const word = skipWord(text, next, end);
  const isNamed = isComponent(text, next, text.charCodeAt(word - 1) === COLON ? word - 1 : word);
  const isEnded = header.level > 0 && colon > stop;
  if (!isWord && !isNamed && !isEnded && text.charCodeAt(next) !== OPEN && text.charCodeAt(next) !== OPEN_GROUP)
    return false;
  if (header.level === 0) header.level = levelRank(text, c.at + 1, stop - 1);
  c.at = next;
  return true;
};

/** `(Boot Thread 7) `, `(Thread-3 (netty)) ` behind a part in brackets; where what follows begins, `at` when there is none. */
function afterThread(text: string, at: number, end: number): number {
  const close = text.charCodeAt(at) === OPEN_GROUP ? endOfEnclosed(text, at, end) : -1;
  if (close < 0 || text.charCodeAt(close) !== 32) return at;
  const next = skipSpaces(text, close, end);
  return next < end ? next : at;
}

/** `(http_trans) ` after the level: the part that wrote it. */
export const takeTag: Step = (text, end, header, c) => {
  if (header.level === 0 || c.components > 0) return false;
  const next = c.threads > 0 ? afterThread(text, c.at, end) : afterPart(text, c.at, end);
  if (next === c.at) return false;
  c.components++;
  c.at = next;
  return true;
};

/** `vpxd[27059] [opID=7] `: the process behind the level, before what it does it for. */
export const takeNumbered: Step = (text, _end, header, c) => {
  if (header.level === 0 || c.components > 0 || text.charCodeAt(c.word - 1) !== CLOSE) return false;
  const open = text.indexOf("[", c.at);
  const isName = open > c.at && open < c.word && isLetter(c.code) && isDigit(text.charCodeAt(open + 1));
  if (!isName || text.charCodeAt(c.word) !== 32 || text.charCodeAt(c.word + 1) !== OPEN) return false;
  c.components++;
  c.at = c.word;
  return true;
};

/** Longest context in brackets. */
const MAX_CONTEXT = 320;

/**
 * `[opID=7 sub=Default] [tid: 7] {trace=7} `: pairs in brackets with which a message would begin; where it does, `at` when there are
 * none.
 */
export function afterContexts(text: string, at: number, end: number): number {
  let i = at;
  while (text.charCodeAt(i) === OPEN || text.charCodeAt(i) === OPEN_OBJECT) {
    const held = text.slice(i, Math.min(end, i + MAX_CONTEXT));
    const close = held.indexOf(text.charCodeAt(i) === OPEN ? "]" : "}");
    const next = skipSpaces(text, i + close + 1, end);
    if (close < 0 || next === i + close + 1 || next >= end || !isContext(held.slice(1, close))) break;
    i = next;
  }
  return i;
}

/** A key and its sign come first, and another key behind a name. */
const isContext = (held: string) => /^(?:[\w.@-]+ )?[\w.-]+=|^(?:tid|timeMillis|levelValue|Tags): /.test(held);
