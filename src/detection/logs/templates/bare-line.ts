import { isDigit, isLetter } from "../../../log-lines/chars.ts";
import { push } from "./push-token.ts";
import { FLAG, MAX_TOKENS, type TokenLine, WILD } from "./token-line.ts";
import { hashWord } from "./words.ts";

const QUESTION = 63;
const FRAME = hashWord("<frame>", 0, 7);
const MAYBE_FRAME = hashWord("? <frame>", 0, 9);

/** `do_fault+0x191/0x570`: a frame of the kernel's stack, offset and size of the function. */
function isFrame(text: string, from: number, to: number): boolean {
  const plus = text.indexOf("+0x", from);
  return plus > from && plus < to && text.startsWith("/0x", text.indexOf("/", plus));
}

/**
 * A line without any word: its first token's leading letters stand in, so that `core.2275` and `jetty-6` stay apart. A
 * name with a number and nothing else (`app0`) is such a line. Frames of the kernel's stack are all alike.
 */
export function nameBareLine(line: TokenLine): void {
  const isSoft = ((line.flags[0] ?? 0) & FLAG.soft) !== 0;
  if (line.count === 1 && isSoft && isDigit(line.text.charCodeAt((line.end[0] ?? 1) - 1))) {
    line.hash[0] = WILD;
    line.words = 0;
  }
  if (line.words > 0 || line.count === 0 || line.count >= MAX_TOKENS) return;
  const from = line.start[0] ?? 0;
  const to = line.end[0] ?? 0;
  if (line.count === 1 && isFrame(line.text, from, to)) {
    push(line, line.text.charCodeAt(from - 2) === QUESTION ? MAYBE_FRAME : FRAME, from, from, 0);
    return;
  }
  let i = from;
  while (i < to && isLetter(line.text.charCodeAt(i))) i++;
  if (i - from < 2) return;
  push(line, hashWord(line.text, from, i), i, i, 0);
}
