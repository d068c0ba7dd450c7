import { classOf, isDigit, isLetter, skipDigits, skipSpaces, skipWord, UPPER } from "./chars.ts";
import type { Header } from "./header.ts";
import {
  afterBars,
  afterSyslogTime,
  afterTag,
  closeBracket,
  dots,
  isComponent,
  isProcess,
  type LevelAhead,
  levelAhead,
  programDash,
} from "./header-parts.ts";
import { letterRank, levelRank } from "./level.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";
import { afterLoggerName } from "./wrapped-line.ts";

/** More fields than this are message, whatever they look like. */
const MAX_FIELDS = 12;
const MAX_NUMBERS = 3;
const MAX_BRACKETS = 3;

const COMMA = 44;
const DASH = 45;
const COLON = 58;
const OPEN = 91;
const BAR = 124;

/** Where the scan stands: `at` its offset, `word` the end of the word there; then what was seen so far. */
interface Cursor {
  at: number;
  word: number;
  code: number;
  numbers: number;
  brackets: number;
  /** Of `brackets`, those after the level. */
  threads: number;
  components: number;
  timed: boolean;
  done: boolean;
}

/** Takes the field at the cursor, if it is of its kind, and moves on; sets `done` when the message follows. */
type Step = (text: string, end: number, header: Header, cursor: Cursor) => boolean;

const time: TimeScan = { end: 0, kind: 0 };
const ahead: LevelAhead = { level: 0, end: 0 };
const cursor: Cursor = {
  at: 0,
  word: 0,
  code: 0,
  numbers: 0,
  brackets: 0,
  threads: 0,
  components: 0,
  timed: false,
  done: false,
};

/** Notes the first time stamp of a line. */
export function noteTime(header: Header, start: number, scan: TimeScan): void {
  header.timeStart = start;
  header.timeEnd = scan.end;
  header.kind = scan.kind;
}

function finish(c: Cursor, at: number): true {
  c.at = at;
  c.done = true;
  return true;
}

const takeMark: Step = (_text, _end, _header, c) => {
  if (c.code !== BAR && c.code !== COLON && !(c.code === COMMA && c.word === c.at + 1)) return false;
  c.at++;
  return true;
};

/** `-` separates, and after the level it ends the header; `--` and `---` only separate. */
const takeDash: Step = (text, end, header, c) => {
  const size = c.word - c.at;
  if (c.code !== DASH || (size > 1 && (size > 3 || text.charCodeAt(c.at + 1) !== DASH))) return false;
  if (!c.timed && header.level === 0) return finish(c, c.at);
  if (header.level > 0 && size === 1) return finish(c, skipSpaces(text, c.word, end));
  c.at = c.word;
  return true;
};

const takeTime: Step = (text, end, header, c) => {
  if (!scanTime(text, c.at, end, time) || (c.timed && time.kind === TIME.clock)) return false;
  if (!c.timed) noteTime(header, c.at, time);
  c.timed = true;
  c.at = time.end;
  const next = text.charCodeAt(c.at);
  if (time.kind === TIME.syslog && next === 32)
    return finish(c, afterSyslogTime(text, skipSpaces(text, c.at, end), end));
  return next === BAR ? finish(c, afterBars(text, c.at, end)) : true;
};

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

/** `[time level module]`, `[module:level]`, `[level]`, and after a time or level `[thread]`, `[request id]`. */
const takeBracket: Step = (text, end, header, c) => {
  if (c.code !== OPEN) return false;
  const close = closeBracket(text, c.at, end);
  if (close < 0) return finish(c, c.at);
  const inside = skipSpaces(text, c.at + 1, close);
  let letters = inside;
  while (letters < close && isLetter(text.charCodeAt(letters))) letters++;
  const rank = header.level === 0 ? levelRank(text, inside, letters) || levelOfParts(text, inside, close) : 0;
  if (scanTime(text, inside, close, time)) {
    if (!c.timed) noteTime(header, inside, time);
    c.timed = true;
    const rest = skipSpaces(text, time.end, close);
    if (header.level === 0) header.level = levelRank(text, rest, skipWord(text, rest, close));
  } else if (rank > 0) {
    header.level = rank;
  } else {
    const spaced = skipWord(text, inside, close) < close;
    const isContext = (c.timed || header.level > 0) && c.brackets < MAX_BRACKETS;
    // Words in brackets are a thread's name once, directly after the level; anywhere else they are message.
    if (!isContext || (spaced && (header.level === 0 || c.threads > 0))) return finish(c, c.at);
    c.brackets++;
    if (header.level > 0) c.threads++;
  }
  c.at = close + 1;
  return true;
};

const takeLevel: Step = (text, end, header, c) => {
  if (header.level > 0) return false;
  // Python's name of a level without one.
  if (c.timed && c.word - c.at === 5 && text.startsWith("Level ", c.at) && isDigit(text.charCodeAt(c.word + 1))) {
    header.level = 1;
    c.at = skipDigits(text, c.word + 1, end);
    return true;
  }
  let letters = c.at;
  while (letters < c.word && isLetter(text.charCodeAt(letters))) letters++;
  const next = text.charCodeAt(letters);
  const stops = letters === c.word || next === COLON || next === COMMA || next === BAR || next === OPEN;
  const stated = c.timed || next === COLON || classOf(text.charCodeAt(c.at + 1)) === UPPER;
  const rank = stops && stated ? levelRank(text, c.at, letters) : 0;
  if (rank > 0) {
    header.level = rank;
    // A level and nothing else is what the line says.
    if (skipSpaces(text, letters, end) >= end) return finish(c, c.at);
    const name = next === COLON && !c.timed ? afterLoggerName(text, letters + 1, end) : -1;
    if (name > 0) return finish(c, name);
    c.at = next === COLON || next === COMMA ? letters + 1 : letters;
    return next === COLON && c.timed && c.brackets > 0 ? finish(c, skipSpaces(text, c.at, end)) : true;
  }
  if (!c.timed || c.word - c.at !== 1 || c.numbers === 0 || letterRank(c.code) === 0) return false;
  header.level = letterRank(c.code);
  return finish(c, afterTag(text, skipSpaces(text, c.word, end), end));
};

/** Process and thread numbers. */
const takeNumber: Step = (text, _end, _header, c) => {
  if (c.numbers >= MAX_NUMBERS || c.components > 0 || !isDigit(c.code)) return false;
  const digits = skipDigits(text, c.at, c.word);
  if (digits < c.word && !isProcess(text, digits, c.word)) return false;
  c.numbers++;
  c.at = c.word;
  return true;
};

/** Before a level is known: columns that lead to one (`node RAS KERNEL INFO`), or `program - `. */
const takeColumns: Step = (text, end, header, c) => {
  if (header.level > 0) return false;
  if (c.components === 0 && levelAhead(text, c.at, end, ahead)) {
    header.level = ahead.level;
    if (header.columns) return finish(c, skipSpaces(text, ahead.end, end));
    c.at = ahead.end;
    return true;
  }
  const dash = programDash(text, c.at, c.word, end);
  return dash > 0 && finish(c, dash);
};

/** `pkg.Class:`, and without a colon only where a level stood before and something that ends a header comes after. */
const takeComponent: Step = (text, end, header, c) => {
  if (c.components > 0) return false;
  const next = skipSpaces(text, c.word, end);
  if (text.charCodeAt(c.word - 1) === COLON) {
    if (!isComponent(text, c.at, c.word - 1)) return false;
    header.component = c.at;
    return finish(c, next);
  }
  if (header.level === 0) return false;
  if (next - c.word > 2 && classOf(c.code) === UPPER) return finish(c, next);
  const mark = text.charCodeAt(next);
  const dotted = dots(text, c.at, c.word);
  if (dotted === 0 || (dotted === 1 && mark !== OPEN && mark !== DASH && mark !== COLON)) return false;
  c.components++;
  c.at = c.word;
  return true;
};

/** In this order; the first that takes the field wins. From `takeNumber` on only after a time or a level. */
const ALWAYS: readonly Step[] = [takeMark, takeDash, takeTime, takeBracket, takeLevel];
const ONCE_KNOWN: readonly Step[] = [takeNumber, takeColumns, takeComponent];

function takeOne(steps: readonly Step[], text: string, end: number, header: Header): boolean {
  for (const step of steps) if (step(text, end, header, cursor)) return true;
  return false;
}

/**
 * Skips the columns of a header from `from` on: time, level, process, thread, component. Stops at the first thing that
 * reads like a message and returns its offset; fills the header in.
 */
export function scanFields(text: string, from: number, end: number, header: Header): number {
  cursor.at = from;
  cursor.numbers = 0;
  cursor.brackets = 0;
  cursor.threads = 0;
  cursor.components = 0;
  cursor.timed = header.kind !== TIME.none;
  cursor.done = false;
  for (let field = 0; field < MAX_FIELDS && cursor.at < end; field++) {
    cursor.at = skipSpaces(text, cursor.at, end);
    cursor.code = text.charCodeAt(cursor.at);
    cursor.word = skipWord(text, cursor.at, end);
    const taken =
      takeOne(ALWAYS, text, end, header) ||
      ((cursor.timed || header.level > 0) && takeOne(ONCE_KNOWN, text, end, header));
    if (!taken || cursor.done) break;
  }
  return Math.min(cursor.at, end);
}
