import { classOf, isCloseBracket, isOpenBracket, SEPARATOR } from "../../../log-lines/chars.ts";
import { isAccessTime, takeUser } from "./access-user.ts";
import { endOfMarkedValue } from "./marked-value.ts";
import { markFrom, pushValue } from "./push-token.ts";
import { beginsLastText } from "./take-value.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { FLAG, type TokenLine } from "./token-line.ts";

const COLON = 58;
const EQUALS = 61;
const CLOSE_GROUP = 41;
const OPEN_LIST = 91;
const OPEN_ANGLE = 60;

/** Words, values and signs of one text that are looked at. Longer ones are dumps. */
export const MAX_STEPS = 1_024;

/** `(start)`, `(end)`: do the parentheses that open before token `from` hold a word that says what happened, and nothing else? */
const tellsAlone = ({ count, flags }: TokenLine, from: number, close: number) =>
  close === CLOSE_GROUP && from === count - 1 && ((flags[from] ?? 0) & FLAG.event) !== 0;

function noteBracket(line: TokenLine, c: TokenCursor, code: number): void {
  if (isOpenBracket(code)) {
    if (c.depth++ === 0) c.group = line.count;
  } else if (isCloseBracket(code) && c.depth > 0 && --c.depth === 0 && !tellsAlone(line, c.group, code))
    markFrom(line, c.group, FLAG.inside);
}

/**
 * Moves over space and signs to the next token and notes what leads it. A value that begins with a sign (a list, a quoted text) is
 * taken on the way.
 * @returns whether a token follows
 */
export function passSeparators(line: TokenLine, c: TokenCursor): boolean {
  const { text } = line;
  const { end } = c;
  c.separator = 0;
  for (; c.at < end; c.at++) {
    const code = text.charCodeAt(c.at);
    if (classOf(code) !== SEPARATOR) break;
    if (code <= 32 || c.steps++ >= MAX_STEPS) continue;
    if (code === OPEN_LIST && isAccessTime(text, c.at)) takeUser(line);
    if (code === OPEN_ANGLE && beginsLastText(text, c)) return true;
    const marked = endOfMarkedValue(line, c.at, end, c.separator);
    if (marked > 0) {
      pushValue(line, c.at, marked, FLAG.named);
      c.at = marked;
      c.afterNumber = false;
      c.previousWord = 0;
      return false;
    }
    c.separator = code;
    noteBracket(line, c, code);
  }
  if (c.at >= end) {
    // `id:7 path: ` at the end: the last pair has no value.
    if (c.separator === COLON && c.pairs > 0) pushValue(line, end, end, FLAG.named);
    c.done = true;
    return false;
  }
  // `Job::start` names no value.
  const isScope = c.separator === COLON && text.charCodeAt(c.at - 1) === COLON && text.charCodeAt(c.at - 2) === COLON;
  c.named = (c.separator === EQUALS || c.separator === COLON) && !isScope ? FLAG.named : 0;
  return true;
}
