import { isDigit, isLetter, skipDigits, skipSpaces, skipWord } from "./chars.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";

/** Most characters of the short name of a month with its dot: `сент.`. */
const LONGEST_NAME = 5;
const SPACE = 32;
const DOT = 46;
const COLON = 58;
/** `月`, behind the number of a month. */
const MONTH = 0x6708;

/** `mai`, `déc.`, `апр`, `3月`. */
function isMonth(text: string, from: number, to: number): boolean {
  const digits = skipDigits(text, from, to);
  if (digits > from) return digits === to - 1 && text.charCodeAt(digits) === MONTH;
  const stop = text.charCodeAt(to - 1) === DOT ? to - 1 : to;
  for (let i = from; i < stop; i++) if (!isLetter(text.charCodeAt(i))) return false;
  return stop - from > 1;
}

/**
 * `mai 02 10:14:38 host program[7]: `: the time of syslog with the name of the month in any language, as journalctl writes it. It is told by
 * its shape: a short word, a day, a clock, a host and a tag.
 * @param word where the word at `at` ends
 */
export function scanLocalTime(text: string, at: number, word: number, end: number, out: TimeScan): boolean {
  if (word - at > LONGEST_NAME || text.charCodeAt(word) !== SPACE) return false;
  const day = text.charCodeAt(word + 1) === SPACE ? word + 2 : word + 1;
  if (!isDigit(text.charCodeAt(day)) || !isMonth(text, at, word)) return false;
  const stop = skipDigits(text, day, end);
  if (stop - day > 2 || !scanTime(text, stop + 1, end, out) || out.kind !== TIME.clock) return false;
  const host = skipSpaces(text, out.end, end);
  const tag = skipSpaces(text, skipWord(text, host, end), end);
  const last = skipWord(text, tag, end) - 1;
  out.kind = TIME.syslog;
  return host === out.end + 1 && last > tag && text.charCodeAt(last) === COLON;
}
