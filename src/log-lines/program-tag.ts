import { isLetter, isSpace, skipDigits, skipLetters, skipSpaces, skipWord } from "./chars.ts";
import type { Header } from "./header.ts";
import { closeBracket } from "./header-parts.ts";
import { afterFatalError, FATAL, levelRank } from "./level.ts";
import { afterSourcePlace } from "./source-place.ts";
import { endsNumbered } from "./syslog-host.ts";

/** What a program or the kernel writes between its own name and the sentence: process, level, uptime. */

/** Columns between host and level, at most. */
const MAX_COLUMNS = 4;
const MAX_TAG = 128;

const COLON = 58;
const DOT = 46;
const CLOSE = 93;
const OPEN = 91;
const OPEN_ANGLE = 60;
const CLOSE_ANGLE = 62;
const LETTER_S = 115;

/** `[    1.234567] `, `[12.345s]`: seconds since the start; where what follows begins, `at` when there are none. */
export function afterUptime(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) !== OPEN) return at;
  const from = skipSpaces(text, at + 1, end);
  const dot = skipDigits(text, from, end);
  const fraction = skipDigits(text, dot + 1, end);
  if (dot === from || text.charCodeAt(dot) !== DOT || fraction === dot + 1) return at;
  const close = text.charCodeAt(fraction) === LETTER_S ? fraction + 1 : fraction;
  return text.charCodeAt(close) === CLOSE ? skipSpaces(text, close + 1, end) : at;
}

/** `<info> `, `<Notice>: `: a level in angle brackets, told to `out`; where what follows begins, `at` when there is none. */
export function afterAngleLevel(text: string, at: number, end: number, out: Header): number {
  if (text.charCodeAt(at) !== OPEN_ANGLE) return at;
  const close = skipLetters(text, at + 1, end);
  const rank = text.charCodeAt(close) === CLOSE_ANGLE ? levelRank(text, at + 1, close) : 0;
  if (rank === 0) return at;
  out.level = rank;
  return skipSpaces(text, text.charCodeAt(close + 1) === COLON ? close + 2 : close + 1, end);
}

/** `[26931:0] info: `: a process in brackets and the level, told to `out`; where what follows begins, -1 when there is none. */
export function afterBracketLevel(text: string, at: number, end: number, out: Header): number {
  const close = text.charCodeAt(at) === OPEN ? closeBracket(text, at, end) : -1;
  if (close < 0) return -1;
  const level = skipSpaces(text, close + 1, end);
  const fatal = afterFatalError(text, level);
  if (fatal > 0) {
    out.level = FATAL;
    return fatal;
  }
  const stop = skipLetters(text, level, end);
  const rank = text.startsWith(": ", stop) ? levelRank(text, level, stop) : 0;
  if (rank === 0) return -1;
  out.level = rank;
  return skipSpaces(text, stop + 1, end);
}

/** `debug1: `, `<info>  [1795286142.3] `, `[    1.2] `, `[7:0] info: `: what a program or the kernel itself writes before its sentence. */
export function afterDetail(text: string, at: number, end: number, out: Header): number {
  const stated = afterBracketLevel(text, at, end, out);
  if (stated > 0) return stated;
  const level = afterAngleLevel(text, at, end, out);
  const uptime = afterUptime(text, level, end);
  if (uptime > at) return uptime < end ? uptime : at;
  const letters = skipLetters(text, at, end);
  const digits = skipDigits(text, letters, end);
  const isDetail = digits === letters + 1 && text.charCodeAt(digits) === COLON && levelRank(text, at, letters) > 0;
  return isDetail && isSpace(text.charCodeAt(digits + 1)) ? skipSpaces(text, digits + 1, end) : at;
}

/** Rank of the level text[from, to), which may stand in angle brackets. */
const rankOf = (text: string, from: number, to: number) =>
  text.charCodeAt(from) === OPEN_ANGLE && text.charCodeAt(to - 1) === CLOSE_ANGLE
    ? levelRank(text, from + 1, to - 1)
    : levelRank(text, from, to);

/** `program [7] (function) 	info: `: columns that end with a level, one of them in brackets at least; where the message begins, or -1. */
export function afterStatedLevel(text: string, at: number, end: number, out: Header): number {
  let i = at;
  let brackets = 0;
  for (let column = 0; column < MAX_COLUMNS; column++) {
    const stop = skipWord(text, i, end);
    const last = text.charCodeAt(stop - 1);
    if (last === COLON) {
      const rank = brackets > 0 ? rankOf(text, i, stop - 1) : 0;
      if (rank > 0) out.level = rank;
      return rank > 0 ? skipSpaces(text, stop, end) : -1;
    }
    if (last === CLOSE || last === 41) brackets++;
    i = skipSpaces(text, stop, end);
  }
  return -1;
}

/** `at open_ledger(): ` behind a place; where what follows begins, `at` when there is none. */
function afterCaller(text: string, at: number, end: number): number {
  if (!text.startsWith("at ", at)) return at;
  const stop = skipWord(text, at + 3, end);
  return text.startsWith("():", stop - 3) ? skipSpaces(text, stop, end) : at;
}

/**
 * `program[7:0] info: `, `program[7] <WARNING>: `, `program[7] store.c:24 at open_ledger(): DEBUG: `, `program[7]: `: a process without a
 * host before it, and the level behind it, if there is one. A word with a number in brackets and neither colon nor
 * level begins a sentence.
 * @param word where the word at `at` ends
 * @returns the offset of the message, or -1
 */
export function afterProgramTag(text: string, at: number, word: number, end: number, out: Header): number {
  const isEnded = text.charCodeAt(word - 1) === COLON;
  const stop = isEnded ? word - 1 : word;
  if (text.charCodeAt(stop - 1) !== CLOSE || !isLetter(text.charCodeAt(at)) || word - at > MAX_TAG) return -1;
  const next = skipSpaces(text, word, end);
  if (next >= end || !endsNumbered(text, at, stop) || levelRank(text, at, skipLetters(text, at, stop)) > 0) return -1;
  const place = afterSourcePlace(text, next, end, 1);
  const level = place > 0 ? afterCaller(text, place, end) : next;
  const fatal = afterFatalError(text, level);
  if (fatal > 0) {
    out.level = FATAL;
    return fatal;
  }
  const close = skipWord(text, level, end);
  const rank = text.charCodeAt(close - 1) === COLON ? rankOf(text, level, close - 1) : 0;
  if (rank > 0) {
    out.level = rank;
    return skipSpaces(text, close, end);
  }
  return isEnded ? afterDetail(text, next, end, out) : -1;
}
