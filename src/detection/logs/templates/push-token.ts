import { isDigit } from "../../../log-lines/chars.ts";
import { FLAG, type TokenLine, WILD } from "./token-line.ts";

const ARROWS = new Set(["=>", "->", "<-"]);

const SPACE = 32;
const OPEN_GROUP = 40;
const COLON = 58;
const OPEN_LIST = 91;
const TOLD = FLAG.told | FLAG.spaced;

/**
 * `GET /a => 200`, `10.0.0.1:7: <- 250`: does an arrow lead from the value that ends at `from` to the number at `to`? It tells what came of
 * it, or what a peer answered.
 */
const leadsOn = (text: string, from: number, to: number) =>
  (to - from === 4 || (to - from === 5 && text.charCodeAt(from) === COLON)) &&
  isDigit(text.charCodeAt(to)) &&
  ARROWS.has(text.slice(to - 3, to - 1));

/** Appends a value. Neighbouring values with only punctuation between them are one (`10.0.0.1:80`, `[3, 4, 5]`), but for an arrow. */
export function pushValue(line: TokenLine, start: number, end: number, flags: number): void {
  const last = line.count - 1;
  if (last >= 0 && line.hash[last] === WILD && !leadsOn(line.text, line.end[last] ?? 0, start)) line.end[last] = end;
  else push(line, WILD, start, end, flags);
}

/** Appends a token; how it is set off from what stands before it is added to its marks. */
export function push(line: TokenLine, hash: number, start: number, end: number, marks: number): void {
  const at = line.count++;
  const { text } = line;
  const before = start > 0 ? text.charCodeAt(start - 1) : 0;
  // `unreachable: [Errno 111] refused`
  const gap = before === OPEN_LIST || before === OPEN_GROUP ? start - 2 : start - 1;
  const isSpaced = text.charCodeAt(gap) === SPACE;
  const isTold = isSpaced && text.charCodeAt(gap - 1) === COLON;
  const flags = isTold ? marks | TOLD : isSpaced && before === SPACE ? marks | FLAG.spaced : marks;
  line.hash[at] = hash;
  line.start[at] = start;
  line.end[at] = end;
  line.flags[at] = flags;
  if (hash !== WILD) line.words++;
}

/** Adds the mark to all tokens from this number on, those of values included; it takes none away. */
export function markFrom(line: TokenLine, from: number, flag: number): void {
  for (let i = from; i < line.count; i++) line.flags[i] = (line.flags[i] ?? 0) | flag;
}

/** Adds the mark to the newest token; a line without tokens has none to mark. */
export function markLast(line: TokenLine, flag: number): void {
  const last = line.count - 1;
  line.flags[last] = (line.flags[last] ?? 0) | flag;
}
