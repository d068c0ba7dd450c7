import { classOf, isDigit, isLetter, skipLetters, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { levelRank } from "./level.ts";
import { scanTime, type TimeScan } from "./scan-time.ts";

/** The name that Compose, a supervisor or a platform writes before the line of a service. */

const BAR = 124;
const OPEN = 91;
const CLOSE = 93;
const OPEN_OBJECT = 123;
const LONGEST_SERVICE = 64;

const time: TimeScan = { end: 0, kind: 0 };

/** `[2026-11-20 …`, `[INFO] `, `INFO `, `{"…`, a time: does a line of its own begin here? */
function beginsLine(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  if (code === OPEN_OBJECT || scanTime(text, at, end, time)) return true;
  const isBracket = code === OPEN;
  const from = isBracket ? at + 1 : at;
  if (isBracket && scanTime(text, from, end, time)) return true;
  const stop = skipLetters(text, from, end);
  if (levelRank(text, from, stop) === 0) return false;
  if (isBracket) return text.charCodeAt(stop) === CLOSE;
  // `INFO | ` is one of several fields between bars.
  const isPlain = text.charCodeAt(skipSpaces(text, stop, end)) !== BAR;
  return isPlain && classOf(code) === UPPER && classOf(text.charCodeAt(at + 1)) === UPPER;
}

/** `0|shop     | `, as pm2 tells which process wrote a line. */
const NUMBERED = /\d{1,4}\|[A-Za-z][\w.-]{0,63} +\| /y;

/** ` stdout | ` behind the name, as a log of supervisord's programs has it. */
function afterStreamName(text: string, word: number): number {
  return text.startsWith(" stdout | ", word) || text.startsWith(" stderr | ", word) ? word + 10 : -1;
}

/** Where the line of a service begins behind its name: `carts-1  | 2026-11-20 …`; `from` when there is none, or none that is known. */
export function afterService(text: string, from: number, end: number): number {
  const code = text.charCodeAt(from);
  if (isDigit(code)) {
    const second = text.charCodeAt(from + 1);
    if (second !== BAR && !isDigit(second)) return from;
    NUMBERED.lastIndex = from;
    return NUMBERED.test(text) && NUMBERED.lastIndex < end ? NUMBERED.lastIndex : from;
  }
  if (!isLetter(code)) return from;
  const word = skipWord(text, from, Math.min(end, from + LONGEST_SERVICE));
  const named = afterStreamName(text, word);
  if (named > 0 && named < end) return named;
  const bar = skipSpaces(text, word, end);
  const isNamed = bar > from && text.charCodeAt(bar) === BAR && text.charCodeAt(bar + 1) === 32;
  if (!isNamed || levelRank(text, from, word) > 0) return from;
  return beginsLine(text, bar + 2, end) ? bar + 2 : from;
}

/** `app[3d8e2d46] ams [info]`, `app[web.1]: `, as fly.io and Heroku have it behind the time; fly.io's level is that of its last group. */
const PLATFORM = / (?:app|runner|proxy|health|heroku)\[[\w.-]{1,64}\](?:: | [a-z]{3} \[([a-z]{4,7})\] ?)/y;

/** What a platform wrote behind the time of a line; reused. */
export const platform = { end: 0, level: 0 };

/** Did a platform write the time that ends at `at`? Then `platform` tells where the program's own line begins. */
export function followsPlatform(text: string, at: number, end: number): boolean {
  const open = text.charCodeAt(at) === 32 ? skipLetters(text, at + 1, end) : at;
  if (open - at < 4 || text.charCodeAt(open) !== OPEN) return false;
  PLATFORM.lastIndex = at;
  const match = PLATFORM.exec(text);
  if (match === null || PLATFORM.lastIndex >= end) return false;
  platform.end = PLATFORM.lastIndex;
  platform.level = levelRank(match[1] ?? "", 0, match[1]?.length ?? 0);
  return true;
}
