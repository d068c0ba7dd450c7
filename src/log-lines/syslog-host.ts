import { classOf, isDigit, isLetter, isSpace, skipDigits, skipLetters, skipSpaces, skipWord, UPPER } from "./chars.ts";
import { levelRank } from "./level.ts";
import { scanTime, type TimeScan } from "./scan-time.ts";

/** Is the first word behind a time of syslog a host, where no tag follows that tells so? */

const DASH = 45;
const DOT = 46;
const COLON = 58;
const OPEN_ANGLE = 60;
const OPEN = 91;
const CLOSE = 93;

const time: TimeScan = { end: 0, kind: 0 };

/** `node-3`, `web.example.com`, `localhost`: no capital first, and a digit, dash or dot within. */
function isHostName(text: string, from: number, to: number): boolean {
  if (text.startsWith("localhost", from)) return true;
  if (classOf(text.charCodeAt(from)) === UPPER) return false;
  let marks = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code) || code === DASH || (code === DOT && i < to - 1)) marks++;
    else if (!isLetter(code)) return false;
  }
  return marks > 0;
}

/** `program[7]`, `program[7:0]`: a process and perhaps its thread. */
export function endsNumbered(text: string, from: number, to: number): boolean {
  if (text.charCodeAt(to - 1) !== CLOSE || !isDigit(text.charCodeAt(to - 2))) return false;
  const open = text.lastIndexOf("[", to);
  const digits = skipDigits(text, open + 1, to);
  return open > from && (digits === to - 1 || skipDigits(text, digits + 1, to) === to - 1);
}

/** `program[7]: `, `program[7:0] `, `program: `: a tag that no host precedes. A word with a capital and a colon begins a sentence. */
export function isTag(text: string, from: number, to: number): boolean {
  const last = text.charCodeAt(to - 1);
  if (last === CLOSE) return endsNumbered(text, from, to);
  return last === COLON && (classOf(text.charCodeAt(from)) !== UPPER || endsNumbered(text, from, to - 1));
}

/** A level in capitals or in brackets, or a time. */
function beginsHeader(text: string, at: number, end: number): boolean {
  const from = text.charCodeAt(at) === OPEN ? at + 1 : at;
  const isLoud = from > at || classOf(text.charCodeAt(at + 1)) === UPPER;
  return (isLoud && levelRank(text, from, skipLetters(text, from, end)) > 0) || scanTime(text, from, end, time);
}

/** What the daemon itself says of its host. */
const OWN_WORDS = /(?:--- |-- )?(?:last message|message) repeated |-- MARK --/y;

/**
 * `host last message repeated 3 times`, `host program[7] words`, `host ERROR words`: otherwise a sentence begins with the word, because
 * programs write this time before it themselves.
 * @param at where the word begins; @param to where it ends
 */
export function isHost(text: string, at: number, to: number, end: number): boolean {
  const next = skipSpaces(text, to, end);
  if (next >= end) return false;
  // A priority comes first, or the frame of an event follows: then a daemon wrote it.
  if (text.charCodeAt(0) === OPEN_ANGLE || text.startsWith("CEF:", next) || text.startsWith("LEEF:", next)) return true;
  if (isHostName(text, at, to) || endsNumbered(text, next, skipWord(text, next, end))) return true;
  OWN_WORDS.lastIndex = next;
  return OWN_WORDS.test(text) || (isSpace(text.charCodeAt(to)) && beginsHeader(text, next, end));
}
