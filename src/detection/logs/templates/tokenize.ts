import { measureToken } from "./measure-token.ts";
import { MAX_STEPS, passSeparators } from "./pass-separators.ts";
import { afterSign } from "./signs.ts";
import {
  takeCodeName,
  takeLastText,
  takeLongValue,
  takeMark,
  takePair,
  takePayload,
  takeUnit,
  takeValue,
} from "./take-value.ts";
import { takeGoal, takeMethod, takeRule, takeSql, takeWord } from "./take-word.ts";
import { createTokenCursor, putCursor, shape, type TokenStep } from "./token-cursor.ts";
import { MAX_TOKENS, type TokenLine } from "./token-line.ts";

const COLON = 58;
const EQUALS = 61;

const cursor = createTokenCursor();

/** What is seen before the token is measured, in this order. */
const BEFORE: readonly TokenStep[] = [takePayload, takeLastText, takeCodeName, takeLongValue];
/** What the token may be, in this order. */
const MEASURED: readonly TokenStep[] = [
  takeMark,
  takeRule,
  takeValue,
  takeUnit,
  takePair,
  takeMethod,
  takeSql,
  takeGoal,
  takeWord,
];

function takeOne(steps: readonly TokenStep[], line: TokenLine): boolean {
  for (const step of steps) if (step(line, cursor)) return true;
  return false;
}

/**
 * Splits text[start, end) into words and masked values and appends them to `line`. One forward pass; each character is
 * looked at once or twice. Punctuation separates and is not compared, so `user=7`, `user 7` and `user (7)` are alike.
 */
export function tokenize(line: TokenLine, start: number, end: number): void {
  const { text } = line;
  putCursor(cursor, start, end);
  cursor.at = afterSign(line, start, end);
  while (!cursor.done && cursor.at < end && line.count < MAX_TOKENS && cursor.steps++ < MAX_STEPS) {
    if (!passSeparators(line, cursor) || takeOne(BEFORE, line)) continue;
    const from = cursor.at;
    const sign = text.charCodeAt(from - 1);
    cursor.from = from;
    cursor.assigned = from > start && sign === EQUALS;
    cursor.attached = sign === COLON && cursor.previousWord !== 0;
    cursor.at = measureToken(text, from, end, shape);
    takeOne(MEASURED, line);
  }
}
