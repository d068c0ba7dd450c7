import { classOf, DIGIT, isDigit, isLetter, isSpace, LOWER, skipDigits, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { letterRank, levelRank } from "./level.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";

/** What precedes the message of a plain line. `message` is its offset; `level` a rank of level.ts, 0 when unstated. */
export interface Header {
  message: number;
  level: number;
  /** Kind of the first time stamp; with `columns` the format of the line. */
  kind: number;
  columns: boolean;
  /** Bounds of the first time stamp, -1 when there is none. */
  timeStart: number;
  timeEnd: number;
}

/** More fields than this are message, whatever they look like. */
const MAX_FIELDS = 12;
/** Longest bracketed context ([thread], [request id ...]) that is still a header. */
const MAX_BRACKET = 160;
const MAX_TAG = 128;

const DASH = 45;
const COLON = 58;
const BAR = 124;
const OPEN = 91;
const CLOSE = 93;

const time: TimeScan = { end: 0, kind: 0 };

export function createHeader(): Header {
  return { message: 0, level: 0, kind: 0, columns: false, timeStart: -1, timeEnd: -1 };
}

function closeBracket(text: string, open: number, end: number): number {
  const limit = Math.min(end, open + MAX_BRACKET);
  let depth = 0;
  for (let i = open; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) return i;
  }
  return -1;
}

/** `-` or an upper-case word or a number first, and seconds since 1970 among the next columns (super-computer logs). */
function epochColumn(text: string, start: number, end: number): number {
  const code = text.charCodeAt(start);
  if (code !== DASH && !isDigit(code) && (code < 65 || code > 90)) return -1;
  let i = skipWord(text, start, end);
  if (code >= 65 && code <= 90) {
    for (let j = start; j < i; j++) if ((classOf(text.charCodeAt(j)) & (UPPER | DIGIT)) === 0) return -1;
  }
  const columns = isDigit(code) ? 5 : 1;
  for (let column = 0; column < columns; column++) {
    const at = skipSpaces(text, i, end);
    i = skipWord(text, at, end);
    if (i - at === 10 && text.charCodeAt(at) === 49 && skipDigits(text, at, end) === i) return at;
  }
  return -1;
}

/** Upper-case level within the next columns (`node RAS KERNEL INFO`); its end, or -1. Stops at ordinary words. */
function levelAhead(text: string, at: number, end: number, header: Header): number {
  let i = at;
  for (let column = 0; column < 4; column++) {
    const word = skipWord(text, i, end);
    if (column > 0) {
      const rank = levelRank(text, i, word);
      if (rank > 0 && (classOf(text.charCodeAt(i + 1)) & UPPER) !== 0) {
        header.level = rank;
        return word;
      }
    }
    let plain = true;
    for (let j = i; j < word && plain; j++) plain = (classOf(text.charCodeAt(j)) & LOWER) !== 0;
    if (plain) return -1;
    i = skipSpaces(text, word, end);
  }
  return -1;
}

/** Syslog after its time: `host tag[pid]: `; the offset of the message. */
function afterSyslogTime(text: string, at: number, end: number): number {
  const host = skipWord(text, at, end);
  const tag = skipSpaces(text, host, end);
  const limit = Math.min(end, tag + MAX_TAG);
  let words = 0;
  for (let i = tag; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON && (i + 1 >= end || isSpace(text.charCodeAt(i + 1)))) return skipSpaces(text, i + 1, end);
    if (isSpace(code) && (++words > 2 || (words === 1 && !continuesTag(text, i + 1)))) break;
  }
  return tag;
}

/** A tag may hold one space: before a version (`syslogd 1.4.1:`) or inside a program's name (`Some App[12]:`). */
function continuesTag(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isDigit(code) || code === 40 || (code >= 65 && code <= 90);
}

/** Does text[at, end) name a component: dots, dollar, slash, hash, underscore, double colon, or a hump in its letters? */
function isComponent(text: string, at: number, end: number): boolean {
  let humps = 0;
  let marks = 0;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    const kind = classOf(code);
    if (kind === UPPER && i > at && classOf(text.charCodeAt(i - 1)) === LOWER) humps++;
    else if (code === 46 || code === 36 || code === 47 || code === 35 || code === 95 || code === 64) marks++;
    else if (code === COLON && i + 1 < end) marks++;
    else if (code === DASH) marks++;
    else if ((kind & (UPPER | LOWER | DIGIT)) === 0 && code !== OPEN && code !== CLOSE) return false;
  }
  return humps + marks > 0;
}

function dots(text: string, at: number, end: number): number {
  let count = 0;
  for (let i = at; i < end; i++) if (text.charCodeAt(i) === 46 && isLetter(text.charCodeAt(i + 1))) count++;
  return count;
}

/** Level, thread, component and process columns after the time; stops at the first thing that reads like a message. */
function scanFields(text: string, from: number, end: number, header: Header): number {
  let i = from;
  let numbers = 0;
  let brackets = 0;
  let components = 0;
  let timed = header.kind !== TIME.none;
  if (header.kind === TIME.klog) {
    const close = text.indexOf("]", i);
    return close > 0 && close - i < MAX_TAG ? skipSpaces(text, close + 1, end) : i;
  }
  for (let field = 0; field < MAX_FIELDS && i < end; field++) {
    i = skipSpaces(text, i, end);
    const code = text.charCodeAt(i);
    const word = skipWord(text, i, end);
    if (code === BAR || code === COLON || (code === 44 && word === i + 1)) {
      i++;
      continue;
    }
    if (code === DASH && (word === i + 1 || (text.charCodeAt(i + 1) === DASH && word - i <= 3))) {
      if (!timed && header.level === 0) return i;
      i = word;
      if (header.level > 0 && word === i && text.charCodeAt(word - 2) !== DASH) return skipSpaces(text, word, end);
      continue;
    }
    if (scanTime(text, i, end, time) && (!timed || time.kind !== TIME.clock)) {
      if (!timed) noteTime(header, i);
      timed = true;
      i = time.end;
      if (time.kind === TIME.syslog && text.charCodeAt(i) === 32)
        return afterSyslogTime(text, skipSpaces(text, i, end), end);
      if (text.charCodeAt(i) === BAR) return afterBars(text, i, end);
      continue;
    }
    if (code === OPEN) {
      const close = closeBracket(text, i, end);
      if (close < 0) return i;
      const inside = skipSpaces(text, i + 1, close);
      let insideEnd = inside;
      while (insideEnd < close && isLetter(text.charCodeAt(insideEnd))) insideEnd++;
      const rank = header.level === 0 ? levelRank(text, inside, insideEnd) : 0;
      if (scanTime(text, inside, close, time)) {
        if (!timed) noteTime(header, inside);
        timed = true;
        const rest = skipSpaces(text, time.end, close);
        const restEnd = skipWord(text, rest, close);
        if (header.level === 0) header.level = levelRank(text, rest, restEnd);
      } else if (rank > 0) {
        header.level = rank;
      } else if ((timed || header.level > 0) && brackets < 3) {
        if (skipWord(text, inside, close) < close && (header.level === 0 || brackets > 0)) return i;
        brackets++;
      } else {
        return i;
      }
      i = close + 1;
      continue;
    }
    if (header.level === 0) {
      let letters = i;
      while (letters < word && isLetter(text.charCodeAt(letters))) letters++;
      const next = text.charCodeAt(letters);
      const stops = letters === word || next === COLON || next === 44 || next === BAR || next === OPEN;
      const rank =
        stops && (timed || next === COLON || (classOf(text.charCodeAt(i + 1)) & UPPER) !== 0)
          ? levelRank(text, i, letters)
          : 0;
      if (rank > 0) {
        header.level = rank;
        // A level and nothing else is what the line says.
        if (skipSpaces(text, letters, end) >= end) return i;
        i = next === COLON || next === 44 ? letters + 1 : letters;
        if (next === COLON && timed && brackets > 0) return skipSpaces(text, i, end);
        continue;
      }
      if (timed && word - i === 1 && numbers > 0 && letterRank(code) > 0) {
        header.level = letterRank(code);
        return afterTag(text, skipSpaces(text, word, end), end);
      }
    }
    if (!timed && header.level === 0) return i;
    if (numbers < 3 && isDigit(code) && components === 0) {
      const digits = skipDigits(text, i, end);
      if (digits === word || (digits < word && isProcess(text, digits, word))) {
        numbers++;
        i = word;
        continue;
      }
    }
    if (header.level === 0) {
      const ahead = components === 0 ? levelAhead(text, i, end, header) : -1;
      if (ahead > 0) {
        i = ahead;
        if (header.columns) return skipSpaces(text, i, end);
        continue;
      }
      const dash = programDash(text, i, word, end);
      if (dash > 0) return dash;
    }
    if (components > 0) return i;
    if (text.charCodeAt(word - 1) === COLON) {
      return isComponent(text, i, word - 1) ? skipSpaces(text, word, end) : i;
    }
    const next = skipSpaces(text, word, end);
    const mark = text.charCodeAt(next);
    const aligned = next - word > 2 && header.level > 0 && (classOf(code) & UPPER) !== 0;
    const dotted = dots(text, i, word);
    if (
      aligned ||
      (dotted > 0 && header.level > 0 && (dotted > 1 || mark === OPEN || mark === DASH || mark === COLON))
    ) {
      components++;
      i = word;
      if (aligned) return next;
      continue;
    }
    return i;
  }
  return i;
}

function noteTime(header: Header, start: number): void {
  header.timeStart = start;
  header.timeEnd = time.end;
  header.kind = time.kind;
}

/** `7#7:`, `1:M`, `12,` after a number: process, worker or role. */
function isProcess(text: string, from: number, end: number): boolean {
  if (end - from > 10) return false;
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code) && code !== 35 && code !== COLON && code !== 44 && (code < 65 || code > 90)) return false;
  }
  return true;
}

/** Android after its level: everything up to the colon of the tag. */
function afterTag(text: string, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_TAG);
  for (let i = at; i < limit; i++) {
    if (text.charCodeAt(i) === COLON && (i + 1 >= end || isSpace(text.charCodeAt(i + 1))))
      return skipSpaces(text, i + 1, end);
  }
  return at;
}

/** `|module|id|message`: fields without spaces, each ended by a bar. */
function afterBars(text: string, at: number, end: number): number {
  let i = at + 1;
  for (let field = 0; field < 4; field++) {
    let j = i;
    while (j < end && j - i < 40 && text.charCodeAt(j) !== BAR && !isSpace(text.charCodeAt(j))) j++;
    if (text.charCodeAt(j) !== BAR) return skipSpaces(text, i, end);
    i = j + 1;
  }
  return skipSpaces(text, i, end);
}

/** `program.exe - message` and `program.exe *64 - message` right after a time. */
function programDash(text: string, at: number, word: number, end: number): number {
  let i = word;
  for (let words = 0; words < 2; words++) {
    const next = skipSpaces(text, i, end);
    if (text.charCodeAt(next) === DASH && isSpace(text.charCodeAt(next + 1))) {
      return words === 0 || dots(text, at, word) > 0 ? skipSpaces(text, next + 1, end) : -1;
    }
    i = skipWord(text, next, end);
  }
  return -1;
}

/**
 * Finds where the message of a plain log line starts, whatever its layout: time in any common form, host, process,
 * level, thread, component. A forward scan over char codes with bounded look-ahead; it keeps what it does not know.
 * @param out filled in place, no allocation
 */
export function scanHeader(text: string, start: number, end: number, out: Header): void {
  out.level = 0;
  out.kind = TIME.none;
  out.columns = false;
  out.timeStart = -1;
  out.timeEnd = -1;
  let i = skipSpaces(text, start, end);
  const column = epochColumn(text, i, end);
  if (column >= 0) {
    out.columns = true;
    scanTime(text, column, end, time);
    noteTime(out, column);
    i = skipSpaces(text, time.end, end);
    if (scanTime(text, i, end, time)) {
      i = skipSpaces(text, time.end, end);
      const next = skipSpaces(text, skipWord(text, i, end), end);
      if (scanTime(text, next, end, time)) {
        i = skipSpaces(text, time.end, end);
        if (time.kind === TIME.syslog) {
          out.message = afterSyslogTime(text, i, end);
          return;
        }
      }
    }
  } else if (!scanTime(text, i, end, time) && text.charCodeAt(i) !== OPEN) {
    const word = skipWord(text, i, end);
    const next = skipSpaces(text, word, end);
    if (word - i > 2 && scanTime(text, next, end, time) && (time.kind === TIME.iso || time.kind === TIME.short))
      i = next;
  } else if (time.kind === TIME.klog && text.charCodeAt(i) !== OPEN) {
    noteTime(out, i);
    out.level = letterRank(text.charCodeAt(i));
    i = time.end;
  }
  if (out.columns && text.charCodeAt(i) === DASH && isDigit(text.charCodeAt(i + 1))) i = skipWord(text, i, end);
  out.message = scanFields(text, i, end, out);
}
