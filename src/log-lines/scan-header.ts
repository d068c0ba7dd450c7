import { afterFileName } from "./before-time.ts";
import { classOf, DIGIT, isDigit, isLetter, isOpenBracket, isSpace, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { takeMnemonic } from "./cisco-mnemonic.ts";
import { findOpening, type KnownLayout } from "./find-layout.ts";
import { createHeader, type Header } from "./header.ts";
import { noteTime } from "./header-cursor.ts";
import { scanFields } from "./header-fields.ts";
import { epochColumn } from "./header-parts.ts";
import { letterRank, priorityRank } from "./level.ts";
import { scanLocalTime } from "./local-time.ts";
import { afterProgramTag } from "./program-tag.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";
import { afterService, followsPlatform, platform } from "./service-name.ts";
import { afterSourcePlace } from "./source-place.ts";
import { afterSyslogTime } from "./syslog-header.ts";
import { afterPriority, afterStream, afterStructuredData, afterVersion } from "./wrapped-line.ts";

/** Longest way from a klog time to its closing bracket. */
const MAX_KLOG = 128;
/** Date and clock; a date alone is part of a sentence (`backup 2026-11-20 finished`). */
const MIN_STAMP = 14;
const NEWLINE = 10;
const DASH = 45;
const EQUALS = 61;
const OPEN = 91;

const time: TimeScan = { end: 0, kind: 0 };
const known: KnownLayout = { end: 0, level: 0, ends: false };

/** `E0102 10:00:00.000000       1 reflector.go:138] `: level and time are one word. */
function afterKlog(text: string, start: number, end: number, out: Header): number {
  noteTime(out, start, time);
  out.level = letterRank(text.charCodeAt(start));
  const close = text.indexOf("]", time.end);
  const isNear = close > 0 && close < end && close - time.end < MAX_KLOG;
  if (isNear) return skipSpaces(text, close + 1, end);
  // `W261120 10:00:00.000000 12 core/route.go:12  `
  const place = afterSourcePlace(text, skipSpaces(text, time.end, end), end, 2);
  return place > 0 ? place : skipSpaces(text, time.end, end);
}

/** Seconds since 1970, date, host and a full time again, as super-computers write them; then the usual fields. */
function afterColumns(text: string, column: number, end: number, out: Header): number {
  out.columns = true;
  scanTime(text, column, end, time);
  noteTime(out, column, time);
  let i = skipSpaces(text, time.end, end);
  if (scanTime(text, i, end, time)) {
    i = skipSpaces(text, time.end, end);
    const afterHost = skipSpaces(text, skipWord(text, i, end), end);
    if (scanTime(text, afterHost, end, time)) {
      i = skipSpaces(text, time.end, end);
      if (time.kind === TIME.syslog) return afterSyslogTime(text, i, end, out);
    }
  }
  if (text.charCodeAt(i) === DASH && isDigit(text.charCodeAt(i + 1))) i = skipWord(text, i, end);
  return scanFields(text, i, end, out);
}

/**
 * Finds where the message of a plain log line starts, whatever its layout: time in any common form, host, process,
 * level, thread, component. A forward scan over char codes with bounded look-ahead; it keeps what it does not know.
 * @param out filled in place, no allocation
 */
export function scanHeader(text: string, start: number, end: number, out: Header): void {
  scanLayout(text, start, end, out);
  if (out.wrapped && out.level === 0) scanInner(text, end, out);
  if (out.level === 0) takeMnemonic(text, start, end, out);
  if (out.timeStart >= 0 || out.level > 0) out.message = afterBreak(text, out.message, end);
  // A name and nothing but a value behind it is what the line says.
  if (out.component >= 0 && isValueAlone(text, out.message, end)) out.message = out.component;
  if (out.level > 0) return;
  out.level = out.severity;
  if (out.level > 0) return;
  const priority = afterPriority(text, skipSpaces(text, start, end), end);
  if (priority > 0) out.level = priorityRank(Number(text.slice(text.indexOf("<", start) + 1, priority - 1)));
}

/** `shop-01:3306`, or nothing at all; a pair says itself what its value is. */
function isValueAlone(text: string, at: number, end: number): boolean {
  const word = skipWord(text, at, end);
  if (skipSpaces(text, word, end) < end || isOpenBracket(text.charCodeAt(at))) return false;
  let digits = 0;
  for (let i = at; i < word; i++) {
    const code = text.charCodeAt(i);
    if (code === EQUALS) return false;
    if (isDigit(code)) digits++;
  }
  return digits > 0 || word === at;
}

const inside = createHeader();

/**
 * `host kubelet[7]: I0311 08:15:02.1 7 volume.go:71] `: the header of the program inside that of the daemon, when it tells a level or
 * begins with date and clock, a name before them perhaps.
 */
function scanInner(text: string, end: number, out: Header): void {
  const code = text.charCodeAt(out.message);
  const isCode = (classOf(text.charCodeAt(out.message + 1)) & (UPPER | DIGIT)) !== 0;
  const isLoud = isDigit(code) || code === OPEN || (classOf(code) === UPPER && isCode);
  if (!isLoud && !beginsTimed(text, out.message, end)) return;
  scanLayout(text, out.message, end, inside);
  const isDated = (!isLoud || inside.timeStart === out.message) && inside.timeEnd - inside.timeStart >= MIN_STAMP;
  if (inside.message >= end || (!isDated && (inside.level === 0 || inside.wrapped))) return;
  out.level = inside.level;
  out.message = inside.message;
  out.component = inside.component;
  if (inside.kind !== TIME.iso) return;
  out.timeStart = inside.timeStart;
  out.timeEnd = inside.timeEnd;
}

/** A time that begins with the name of a month or a day, or one behind a word. */
function beginsTimed(text: string, at: number, end: number): boolean {
  if (!isLetter(text.charCodeAt(at))) return false;
  if (scanTime(text, at, end, time)) return true;
  const next = skipWord(text, at, end) + 1;
  return isDigit(text.charCodeAt(next)) && scanTime(text, next, end, time);
}

/** A header that is a line of its own: the sentence stands on the next one, indented, in `[[` where Payara writes it. */
function afterBreak(text: string, at: number, end: number): number {
  const stop = text.startsWith("[[", at) ? at + 2 : at;
  if (text.charCodeAt(stop) !== NEWLINE || !isSpace(text.charCodeAt(stop + 1))) return at;
  const next = skipSpaces(text, stop + 1, end);
  return next < end ? next : at;
}

function scanLayout(text: string, start: number, end: number, out: Header): void {
  out.level = 0;
  out.severity = 0;
  out.component = -1;
  out.kind = TIME.none;
  out.columns = false;
  out.wrapped = false;
  out.timeStart = -1;
  out.timeEnd = -1;
  const priority = afterPriority(text, skipSpaces(text, start, end), end);
  const version = priority < 0 ? -1 : afterVersion(text, priority);
  const first = skipSpaces(text, start, end);
  const from = version > 0 ? version : priority > 0 ? priority : afterService(text, first, end);
  const column = epochColumn(text, from, end);
  if (column >= 0) {
    out.message = afterColumns(text, column, end, out);
    return;
  }
  if (scanTime(text, from, end, time)) {
    const timeEnd = time.end;
    const inner = afterStream(text, timeEnd, end);
    const isPlatform = inner < 0 && followsPlatform(text, timeEnd, end);
    if (inner > 0 || isPlatform) {
      const { level } = platform;
      scanHeader(text, isPlatform ? platform.end : inner, end, out);
      // Of a program that states none the platform's level is all there is.
      if (isPlatform && out.level === 0) out.level = level;
      if (out.timeStart >= 0) return;
      out.timeStart = from;
      out.timeEnd = timeEnd;
      return;
    }
    if (version > 0) {
      noteTime(out, from, time);
      out.wrapped = true;
      out.message = afterStructuredData(text, time.end, end);
      return;
    }
    out.message = time.kind === TIME.klog ? afterKlog(text, from, end, out) : scanFields(text, from, end, out);
    return;
  }
  const word = skipWord(text, from, end);
  if (findOpening(text, from, word, known)) {
    out.level = known.level;
    out.message = known.ends ? known.end : scanFields(text, known.end, end, out);
    return;
  }
  if (scanLocalTime(text, from, word, end, time)) {
    noteTime(out, from, time);
    out.wrapped = true;
    out.message = afterSyslogTime(text, skipSpaces(text, time.end, end), end, out);
    return;
  }
  const tagged = afterProgramTag(text, from, word, end, out);
  // `items[1]: wrong` is about a part of something, and states no level.
  if (tagged > 0 && (out.level > 0 || isLongNumbered(text, word))) {
    out.message = tagged;
    out.wrapped = true;
    return;
  }
  out.message = scanFields(text, text.charCodeAt(from) === OPEN ? from : afterFileName(text, from, end, out), end, out);
}

/** `[12]:`: a number of two digits at least. */
const isLongNumbered = (text: string, word: number) => word - text.lastIndexOf("[", word) > 4;
