import { isDigit, isLetter, skipDigits, skipWord } from "./chars.ts";
import { levelRank } from "./level.ts";

/** How a line writes its time; lines with different kinds come from different programs. */
export const TIME = {
  none: 0,
  iso: 1,
  syslog: 2,
  klog: 3,
  epoch: 4,
  short: 5,
  compact: 6,
  clock: 7,
  access: 8,
} as const;

/** End of the last stamp found and its kind; reused, because this runs once or more for every line. */
export interface TimeScan {
  end: number;
  kind: number;
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const DAYS = "MonTueWedThuFriSatSun";
/** Before the seconds since 1970, where Abseil does not know the time zone yet. */
const NO_TIME = "0000 00:00:1";
const COLON = 58;
const DOT = 46;
const DASH = 45;
const SLASH = 47;
const SPACE = 32;

/** @param joined may a digit follow directly? */
function isName(text: string, at: number, names: string, joined = false): boolean {
  const first = text.charCodeAt(at);
  if (first < 65 || first > 90) return false;
  for (let i = 0; i < names.length; i += 3) {
    if (
      names.charCodeAt(i) === first &&
      names.charCodeAt(i + 1) === text.charCodeAt(at + 1) &&
      names.charCodeAt(i + 2) === text.charCodeAt(at + 2)
    ) {
      return joined ? isDigit(text.charCodeAt(at + 3)) : !isLetter(text.charCodeAt(at + 3));
    }
  }
  return false;
}

/** `hh:mm[:ss][.,:fraction][Z|+hh:mm| UTC]`; the end, or -1. */
function scanClock(text: string, at: number, end: number): number {
  let i = skipDigits(text, at, end);
  if (i === at || i - at > 2 || (i - at === 2 && text.charCodeAt(at) > 50)) return -1;
  const separator = text.charCodeAt(i);
  if ((separator !== COLON && separator !== DOT) || i + 2 >= end) return -1;
  const minutes = skipDigits(text, i + 1, end);
  if (text.charCodeAt(minutes) !== separator) return separator === COLON && minutes - i === 3 ? minutes : -1;
  const seconds = skipDigits(text, minutes + 1, end);
  // Some writers do not pad: 22:5:0:151.
  if (minutes === i + 1 || minutes - i > 3 || seconds === minutes + 1 || seconds - minutes > 3) return -1;
  i = seconds;
  const mark = text.charCodeAt(i);
  if ((mark === DOT || mark === 44 || mark === COLON) && isDigit(text.charCodeAt(i + 1)))
    i = skipDigits(text, i + 1, end);
  return scanZone(text, i, end);
}

/** `AM` or `PM`. */
function isHalf(text: string, at: number): boolean {
  const first = text.charCodeAt(at) | 32;
  return (
    (first === 97 || first === 112) && (text.charCodeAt(at + 1) | 32) === 109 && !isLetter(text.charCodeAt(at + 2))
  );
}

/** `CEST]`, `EST>`: the name of a zone where a bracket closes behind it, so that it is no word of the line. */
function endOfZoneName(text: string, at: number): number | undefined {
  let i = at;
  while (i - at < 5 && text.charCodeAt(i) >= 65 && text.charCodeAt(i) <= 90) i++;
  const close = text.charCodeAt(i);
  // `[22:27:36 INF] ` states a level.
  return i - at >= 3 && (close === 93 || close === 62) && levelRank(text, at, i) === 0 ? i : undefined;
}

function scanZone(text: string, at: number, end: number): number {
  const code = text.charCodeAt(at);
  // JFrog writes `L` for the local time.
  if (code === 90 || (code === 76 && text.charCodeAt(at + 1) === SPACE)) return at + 1;
  if (code === SPACE && isHalf(text, at + 1)) return scanZone(text, at + 3, end);
  if (code === SPACE && text.charCodeAt(at + 1) === 90) return isLetter(text.charCodeAt(at + 2)) ? at : at + 2;
  const signAt = code === SPACE ? at + 1 : at;
  const sign = text.charCodeAt(signAt);
  if ((sign === 43 || sign === DASH) && isDigit(text.charCodeAt(signAt + 1)) && isDigit(text.charCodeAt(signAt + 2))) {
    let i = skipDigits(text, signAt + 1, end);
    if (text.charCodeAt(i) === COLON && isDigit(text.charCodeAt(i + 1))) i = skipDigits(text, i + 1, end);
    const size = i - signAt;
    return size === 5 || size === 6 || size === 3 ? i : at;
  }
  if (code !== SPACE) return at;
  if (text.startsWith("UTC", at + 1) || text.startsWith("GMT", at + 1)) return at + 4;
  return endOfZoneName(text, at + 1) ?? at;
}

function found(out: TimeScan, end: number, kind: number): boolean {
  out.end = end;
  out.kind = kind;
  return true;
}

/** `Dec 10 06:55:46`, `Dec 10 06:55:46 2005`, `Sun Dec 04 04:47:44 2005`. */
function scanNamed(text: string, at: number, end: number, out: TimeScan): boolean {
  let i = at;
  if (isName(text, i, DAYS)) i += text.charCodeAt(i + 3) === 44 ? 5 : 4;
  if (!isName(text, i, MONTHS)) return false;
  i += 4;
  if (text.charCodeAt(i) === SPACE) i++;
  const day = skipDigits(text, i, end);
  if (day === i || day - i > 2) return false;
  if (text.charCodeAt(day) === 44) {
    // `Nov 20, 2026 10:27:36 PM`
    const stop = text.charCodeAt(day + 1) === SPACE ? skipDigits(text, day + 2, end) : -1;
    const clock = stop - day === 6 ? scanClock(text, text.charCodeAt(stop) === 44 ? stop + 2 : stop + 1, end) : -1;
    return clock > 0 && found(out, clock, TIME.short);
  }
  if (text.charCodeAt(day) !== SPACE) return false;
  i = scanClock(text, day + 1, end);
  if (i < 0) return false;
  const year = skipDigits(text, i + 1, end);
  return found(out, text.charCodeAt(i) === SPACE && year - i === 5 ? year : i, TIME.syslog);
}

/** `2005-06-03`, with a clock after `T`, space, `-` or `_` when there is one; `2005-6-3 10:22:36` with a clock only. */
function scanIso(text: string, at: number, end: number, out: TimeScan): boolean {
  const mark = text.charCodeAt(at + 4);
  // `4353d45d39d5` is an identifier.
  if (isLetter(mark)) return false;
  const month = skipDigits(text, at + 5, end);
  if (month === at + 5 || month > at + 7 || text.charCodeAt(month) !== mark) return false;
  const day = skipDigits(text, month + 1, end);
  if (day === month + 1 || day > month + 3) return false;
  const clock = scanClock(text, day + 1, end);
  if (clock < 0 && day < at + 10) return false;
  return found(out, clock > 0 ? clock : day, TIME.iso);
}

/** Stamps whose first number has one or two digits. */
function scanShort(text: string, at: number, first: number, end: number, out: TimeScan): boolean {
  const mark = text.charCodeAt(first);
  const clock = mark === COLON ? scanClock(text, at, end) : -1;
  if (clock > 0) return clock - at >= 8 && found(out, clock, TIME.clock);
  if (mark === DOT && text.charCodeAt(at) === 49 && first === at + 1) {
    // `1.792000000933e+09`: seconds since 1970, as zap writes them.
    const fraction = skipDigits(text, first + 1, end);
    if (fraction - first > 2 && text.startsWith("e+09", fraction)) return found(out, fraction + 4, TIME.epoch);
  }
  if (mark === SPACE && isName(text, first + 1, MONTHS)) {
    // `21 Nov 13:28:30`, `21 Nov 2026 13:28:30`
    const year = skipDigits(text, first + 5, end);
    if (year === first + 5) return false;
    const i = scanClock(text, text.charCodeAt(year) === COLON ? first + 5 : year + 1, end);
    return i > 0 && found(out, i, TIME.short);
  }
  if ((mark === SLASH || mark === DASH) && isName(text, first + 1, MONTHS)) {
    const year = skipDigits(text, first + 5, end);
    const i = year - first === 9 ? scanClock(text, year + 1, end) : -1;
    return i > 0 && found(out, i, TIME.access);
  }
  if (isName(text, first, MONTHS, true)) {
    // `20Nov2026 22:27:36`
    const year = skipDigits(text, first + 3, end);
    const i = year - first === 7 ? scanClock(text, year + 1, end) : -1;
    return i > 0 && found(out, i, TIME.short);
  }
  if (mark !== SLASH && mark !== DASH && mark !== DOT) return false;
  let i = skipDigits(text, first + 1, end);
  if (i === first + 1 || i - first > 3) return false;
  if (text.charCodeAt(i) === mark) {
    const third = skipDigits(text, i + 1, end);
    if (third === i + 1) return false;
    i = third;
  }
  const gap = text.charCodeAt(i);
  if (gap !== SPACE && gap !== 44 && gap !== 84) return false;
  // `21/11/2026 -- 18:35:42`
  i = scanClock(text, gap === 44 ? i + 2 : text.startsWith(" -- ", i) ? i + 4 : i + 1, end);
  return i > 0 && found(out, i, TIME.short);
}

/** Does text[at] begin a time stamp that is written with the name of a month or a day? */
export function scanNamedTime(text: string, at: number, end: number, out: TimeScan): boolean {
  return scanNamed(text, at, end, out);
}

/** What may stand behind seconds since 1970: a space, a bar, or a colon and a space. */
function isAfterRun(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code <= SPACE || code === 124 || (code === COLON && text.charCodeAt(at + 1) === SPACE);
}

/** A run of digits: seconds or milliseconds since 1970, `20171223-22:15:29:606`, or `081109 203615`. */
function scanRun(text: string, at: number, first: number, end: number, out: TimeScan): boolean {
  const size = first - at;
  if (size === 10 || size === 13) {
    if (text.charCodeAt(at) !== 49) return false;
    const mark = text.charCodeAt(first);
    const stop = mark === DOT ? skipDigits(text, first + 1, end) : first;
    return (stop >= end || isAfterRun(text, stop)) && found(out, stop, TIME.epoch);
  }
  if (size === 8) {
    const mark = text.charCodeAt(first);
    const clock = mark === DASH || mark === SPACE || mark === 84 ? scanClock(text, first + 1, end) : -1;
    return clock > 0 && found(out, clock, TIME.compact);
  }
  if (size !== 6 || text.charCodeAt(first) !== SPACE) return false;
  const second = skipDigits(text, first + 1, end);
  return second - first === 7 && text.charCodeAt(second) === SPACE && found(out, second, TIME.compact);
}

/**
 * Looks for a time stamp exactly at `at`. Forward-only, no backtracking: at most some forty characters are read.
 * @returns true and fills `out` when there is one
 */
export function scanTime(text: string, at: number, end: number, out: TimeScan): boolean {
  const code = text.charCodeAt(at);
  if (!isDigit(code)) {
    if (code < 65 || code > 90) return false;
    if (isDigit(text.charCodeAt(at + 1))) {
      const day = skipDigits(text, at + 1, end);
      // glog writes the year as well, of two or four digits; PyTorch a month of one.
      if ((day !== at + 4 && day !== at + 5 && day !== at + 7 && day !== at + 9) || text.charCodeAt(day) !== SPACE)
        return false;
      if (text.startsWith(NO_TIME, at + 1)) return found(out, skipWord(text, at + 1 + NO_TIME.length, end), TIME.klog);
      const clock = scanClock(text, day + 1, end);
      return clock > 0 && found(out, clock, TIME.klog);
    }
    return scanNamed(text, at, end, out);
  }
  const first = skipDigits(text, at, end);
  if (first - at === 4) return scanIso(text, at, end, out);
  if (first - at <= 2) return scanShort(text, at, first, end, out);
  return scanRun(text, at, first, end, out);
}
