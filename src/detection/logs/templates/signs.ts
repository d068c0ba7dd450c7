import { classOf, DIGIT } from "../../../log-lines/chars.ts";
import type { TokenShape } from "./masks.ts";
import { push } from "./push-token.ts";
import { FLAG, type TokenLine } from "./token-line.ts";
import { hashWord } from "./words.ts";

const SIGNS = new Set("=> <= -> <- >> << > < + ++ +++ -- --- ~ !".split(" "));
const LONGEST_SIGN = 3;

/** `=> `, `<- `, `++ `: a sign with which a sentence begins says where it goes, as a word would. What follows begins after it. */
export function afterSign(line: TokenLine, start: number, end: number): number {
  const { text } = line;
  if (line.count > 0 || classOf(text.charCodeAt(start)) === DIGIT) return start;
  let i = start;
  while (i < end && i - start <= LONGEST_SIGN && text.charCodeAt(i) > 32) i++;
  if (i === start || i - start > LONGEST_SIGN || text.charCodeAt(i) !== 32 || !SIGNS.has(text.slice(start, i)))
    return start;
  push(line, hashWord(text, start, i), start, i, FLAG.event);
  return i;
}

/** Signs of a ruled line, at least. */
const MIN_RULE = 5;
/** What every ruled line counts as. */
export const RULE = hashWord("-----", 0, MIN_RULE);

/** `----------`: one sign over and over, however often. */
export function isRule({ letters, digits, length }: TokenShape, text: string, from: number, to: number): boolean {
  if (letters + digits > 0 || length < MIN_RULE) return false;
  for (let i = from + 1; i < to; i++) if (text.charCodeAt(i) !== text.charCodeAt(from)) return false;
  return true;
}
