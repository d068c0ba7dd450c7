import { FLAG, type TokenLine, WILD } from "./token-line.ts";

const COLON = 58;
const TOLD = FLAG.told | FLAG.spaced;

/** Appends a value. Neighbouring values with only punctuation between them are one (`10.0.0.1:80`, `[3, 4, 5]`). */
export function pushValue(line: TokenLine, start: number, end: number, flags: number): void {
  const last = line.count - 1;
  if (last >= 0 && line.hash[last] === WILD) line.end[last] = end;
  else push(line, WILD, start, end, flags);
}

/** Appends a token; how it is set off from what stands before it is added to its marks. */
export function push(line: TokenLine, hash: number, start: number, end: number, marks: number): void {
  const at = line.count++;
  const { text } = line;
  const before = start > 0 ? text.charCodeAt(start - 1) : 0;
  const flags = before !== 32 ? marks : text.charCodeAt(start - 2) === COLON ? marks | TOLD : marks | FLAG.spaced;
  line.hash[at] = hash;
  line.start[at] = start;
  line.end[at] = end;
  line.flags[at] = flags;
  if (hash !== WILD) line.words++;
}

export function markFrom(line: TokenLine, from: number, flag: number): void {
  for (let i = from; i < line.count; i++) line.flags[i] = (line.flags[i] ?? 0) | flag;
}

export function markLast(line: TokenLine, flag: number): void {
  const last = line.count - 1;
  line.flags[last] = (line.flags[last] ?? 0) | flag;
}
