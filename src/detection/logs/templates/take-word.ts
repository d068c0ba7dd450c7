import { isDigit, isNameChar, skipSpaces, skipWord } from "../../../log-lines/chars.ts";
import { isEventWord } from "./event-words.ts";
import { flagsOf } from "./judge-token.ts";
import { KIND } from "./masks.ts";
import { push, pushValue } from "./push-token.ts";
import { beginsSql, isRequestLine, leadsTarget } from "./requests.ts";
import { isQuote } from "./scan-quoted.ts";
import { isRule, RULE } from "./signs.ts";
import { isCode } from "./take-value.ts";
import { shape, type TokenCursor, type TokenStep } from "./token-cursor.ts";
import { FLAG, type TokenLine, WILD } from "./token-line.ts";
import { hashWord, isMethodHash, isSlotWord, isTo, leadsState, leadsVerb, METHOD, REQUEST } from "./words.ts";

const COLON = 58;
const EQUALS = 61;
const CLOSE_ANGLE = 62;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;

/** `Options.write_buffer_size: 64`: is what ends at `at` the name of a single value with which the line ends? That of `shop: opened` is none. */
function isSetting(text: string, at: number, end: number): boolean {
  const sign = skipSpaces(text, at, end);
  if (text.charCodeAt(sign) !== COLON || text.charCodeAt(sign + 1) !== 32) return false;
  const from = skipSpaces(text, sign + 1, end);
  const stop = skipWord(text, from, end);
  return skipSpaces(text, stop, end) >= end && !isEventWord(hashWord(text, from, stop), text, from, stop);
}

/** `status: 200 len: 190 time: 0.03`: is what ends at `at` the name of a number behind another pair? */
function isChained({ text, count, hash, flags }: TokenLine, at: number): boolean {
  if (text.charCodeAt(at) !== COLON || text.charCodeAt(at + 1) !== 32 || !isDigit(text.charCodeAt(at + 2)))
    return false;
  return count > 0 && hash[count - 1] === WILD && ((flags[count - 1] ?? 0) & FLAG.named) !== 0;
}

/**
 * `pending -> paid`: does an arrow lead to the word at `from`? Then the word it comes from is a value as well. Of `10.0.0.1:7: -> QUIT` it says
 * what is told.
 */
function followsArrow(line: TokenLine, from: number): boolean {
  const { text } = line;
  const arrow = from - 3;
  if (line.words < 2 || text.charCodeAt(from - 1) !== 32) return false;
  if (!text.startsWith("->", arrow) && !text.startsWith("=>", arrow)) return false;
  if (text.charCodeAt(arrow - 2) === COLON) return false;
  const last = line.count - 1;
  if (line.hash[last] !== WILD && line.end[last] === arrow - 1) {
    line.hash[last] = WILD;
    line.words--;
  }
  return true;
}

/** `----------` */
export const takeRule: TokenStep = (line, c) => {
  if (!isRule(shape, line.text, c.from, c.at)) return false;
  push(line, RULE, c.from, c.at, 0);
  return true;
};

/** `GET /items`: every method counts as one word, but for the request of an access line where that is asked for. */
export const takeMethod: TokenStep = (line, c) => {
  const { text } = line;
  if (c.kind !== KIND.constant) return false;
  if (!isMethodHash(shape.hash) && !isRequestLine(text, c.from, c.end)) return false;
  if (!leadsTarget(text, c.at, c.end) || (line.keepsMethods && isRequestLine(text, c.from, c.end))) return false;
  const method = isQuote(text.charCodeAt(c.from - 1)) ? REQUEST : METHOD;
  push(line, method, c.from, c.at, c.named | FLAG.kind);
  c.previousWord = 0;
  return true;
};

/** A statement of SQL, to the end. */
export const takeSql: TokenStep = (line, c) => {
  if (c.kind !== KIND.constant || line.words === 0 || !beginsSql(line.text, c.from)) return false;
  pushValue(line, c.from, c.end, c.named);
  c.done = true;
  return true;
};

/** What something turned into. */
export const takeGoal: TokenStep = (line, c) => {
  if (c.separator !== CLOSE_ANGLE || !followsArrow(line, c.from)) return false;
  pushValue(line, c.from, c.at, c.named);
  c.previousWord = 0;
  return true;
};

/** `conn=7 op=1 MOD dn="ou=people"`: a word in capitals behind a pair and before another says what is done. */
function isOperation({ text, count, hash, flags }: TokenLine, { kind, separator, at, end }: TokenCursor): boolean {
  if (kind !== KIND.constant || separator !== 0 || count < 2 || hash[count - 1] !== WILD) return false;
  if (((flags[count - 2] ?? 0) & FLAG.key) === 0) return false;
  const from = skipSpaces(text, at, end);
  let to = from;
  while (to < end && isNameChar(text.charCodeAt(to))) to++;
  return to > from && from > at && text.charCodeAt(to) === EQUALS;
}

/** Everything else is a word of the sentence. */
export const takeWord: TokenStep = (line, c) => {
  const { text } = line;
  const { from, at, separator, previousWord } = c;
  const slot = separator === 0 && previousWord !== 0 && isSlotWord(previousWord) ? FLAG.slot : 0;
  const alone = separator === OPEN_LIST && text.charCodeAt(at) === CLOSE_LIST ? FLAG.soft : 0;
  const isKey =
    text.charCodeAt(at) === EQUALS ||
    isChained(line, at) ||
    ((line.words === 0 || separator === COLON) && isSetting(text, at, c.end));
  const isVerb =
    c.kind === KIND.text &&
    separator === 0 &&
    (leadsVerb(previousWord, line.hash[line.count - 2] ?? WILD) ||
      (isTo(previousWord) && text.startsWith(" the ", at)));
  const isState = separator === 0 && leadsState(previousWord, line.hash[line.count - 2] ?? WILD);
  const told = isState || isVerb || isCode(line, c) || isOperation(line, c) ? FLAG.event : 0;
  const marks = c.named | slot | alone | (isKey ? FLAG.key : 0) | told;
  push(line, shape.hash, from, at, marks | flagsOf(text, shape, from, at, c.kind));
  c.previousWord = shape.hash;
  return true;
};
