import { isDigit, isSpace, skipDigits, skipLetters, skipSpaces, skipWord } from "./chars.ts";
import type { Header } from "./header.ts";
import { closeBracket } from "./header-parts.ts";
import { levelRank } from "./level.ts";
import { afterBracketLevel, afterDetail, afterProgramTag, afterStatedLevel } from "./program-tag.ts";
import { isHost, isTag } from "./syslog-host.ts";

/** What stands between time and message in lines of syslog, of the kernel and of programs that write as it does. */

const MAX_TAG = 128;

const COLON = 58;
const CLOSE = 93;
const OPEN = 91;
const TAB = 9;

/** Words between a number in brackets and a level. */
const MAX_NAMES = 3;

/** `[24] host program notice  [PART ] `, `[pid 7] `: no host comes first, but a bracket; where the message begins. */
function afterBracket(text: string, at: number, end: number, out: Header): number {
  const stated = afterBracketLevel(text, at, end, out);
  if (stated > 0) return stated;
  const close = closeBracket(text, at, end);
  if (close < 0) return at;
  const rank = levelRank(text, at + 1, close);
  const next = skipSpaces(text, close + 1, end);
  if (rank > 0) {
    out.level = rank;
    return next;
  }
  let i = next;
  for (let name = 0; name < MAX_NAMES; name++) {
    const stop = skipWord(text, i, end);
    const level = name > 0 ? levelRank(text, i, stop) : 0;
    const part = skipSpaces(text, stop, end);
    if (level > 0 && part > stop + 1) {
      out.level = level;
      const closePart = text.charCodeAt(part) === OPEN ? closeBracket(text, part, end) : -1;
      return closePart > 0 ? skipSpaces(text, closePart + 1, end) : part;
    }
    i = part;
  }
  return next;
}

/** `(2481) `: a process in parentheses; where what follows begins, `at` when there is none. */
export function afterProcess(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) !== 40) return at;
  const close = skipDigits(text, at + 1, end);
  const next = skipSpaces(text, close + 1, end);
  return close > at + 1 && text.charCodeAt(close) === 41 && next < end ? next : at;
}

const FACILITIES = new Set(
  "auth authpriv cron daemon ftp kern local0 local1 local2 local3 local4 local5 local6 local7 lpr mail news syslog user uucp".split(
    " ",
  ),
);

/** `daemon.err `: facility and severity, as BusyBox writes them behind the host; where what follows begins, `at` when there are none. */
function afterFacility(text: string, at: number, end: number, out: Header): number {
  const stop = skipWord(text, at, end);
  const dot = text.indexOf(".", at);
  const rank = dot > at && dot < stop && stop < end ? levelRank(text, dot + 1, stop) : 0;
  if (rank === 0 || !FACILITIES.has(text.slice(at, dot))) return at;
  out.severity = rank;
  return skipSpaces(text, stop, end);
}

/** `daemon.err program[7]: ` behind a date and clock without a host, as OpenWrt's `logread` writes it; where the message begins, or -1. */
export function afterFacilityAndTag(text: string, at: number, end: number, out: Header): number {
  const tag = afterFacility(text, at, end, out);
  if (tag === at) return -1;
  const stop = skipWord(text, tag, end);
  return text.charCodeAt(stop - 1) === COLON ? afterDetail(text, skipSpaces(text, stop, end), end, out) : tag;
}

/** `portmanager	info	`: columns with tabs between them, of which the second is the level; where the message begins, or -1. */
function afterTabs(text: string, name: number, end: number, out: Header): number {
  const level = name + 1;
  const stop = skipLetters(text, level, end);
  if (text.charCodeAt(name) !== TAB || text.charCodeAt(stop) !== TAB) return -1;
  const rank = levelRank(text, level, stop);
  if (rank > 0) out.level = rank;
  return rank > 0 ? stop + 1 : -1;
}

/**
 * What follows the time of syslog: `host tag[pid]: `, `host program [pid] (function) level: ` or a number in brackets.
 * @returns the offset of the message
 */
export function afterSyslogTime(text: string, at: number, end: number, out: Header): number {
  if (text.charCodeAt(at) === OPEN) return afterBracket(text, at, end, out);
  const process = afterProcess(text, at, end);
  if (process > at) return process;
  const host = skipWord(text, at, end);
  const columns = afterTabs(text, host, end, out);
  if (columns > 0) return columns;
  const rank = text.charCodeAt(host - 1) === COLON ? levelRank(text, at, host - 1) : 0;
  if (rank > 0) {
    out.level = rank;
    return skipSpaces(text, host, end);
  }
  const tag = isTag(text, at, host) ? at : afterFacility(text, skipSpaces(text, host, end), end, out);
  const stated = afterStatedLevel(text, tag, end, out);
  if (stated > 0) return stated;
  const limit = Math.min(end, tag + MAX_TAG);
  let words = 0;
  for (let i = tag; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON && (i + 1 >= end || isSpace(text.charCodeAt(i + 1))))
      return afterDetail(text, skipSpaces(text, i + 1, end), end, out);
    if (isSpace(code) && (++words > 2 || (words === 1 && !continuesTag(text, i + 1)))) break;
  }
  return out.severity > 0 || isHost(text, at, host, end) ? tag : at;
}

/** `host program[7]: ` after a time in the way of RFC 3339, as rsyslog writes it, or `program[7] info: `; the offset of the message, or -1. */
export function afterHostAndTag(text: string, at: number, end: number, out: Header): number {
  const host = skipWord(text, at, end);
  const own = afterProgramTag(text, at, host, end, out);
  if (own > 0) return own;
  const tag = skipSpaces(text, host, end);
  const stop = skipWord(text, tag, end);
  if (text.charCodeAt(stop - 1) !== COLON || text.charCodeAt(host - 1) === COLON || stop - tag > MAX_TAG) return -1;
  const open = text.indexOf("[", tag);
  const isNumbered = open > tag && open < stop && skipDigits(text, open + 1, end) === stop - 2;
  const isTag = text.startsWith("kernel:", tag) || (isNumbered && text.charCodeAt(stop - 2) === CLOSE);
  return isTag ? afterDetail(text, skipSpaces(text, stop, end), end, out) : -1;
}

/** A tag may hold one space: before a version (`syslogd 1.4.1:`) or inside a program's name (`Some App[12]:`). */
function continuesTag(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isDigit(code) || code === 40 || (code >= 65 && code <= 90);
}
