import { isDigit, isLetter, skipDigits, skipSpaces } from "./chars.ts";
import { endOfString } from "./end-of-string.ts";

/** Longest fields of one span. */
const MAX_SPAN = 512;
const MAX_SPANS = 16;
const MAX_NAME = 64;

const QUOTE = 34;
const COLON = 58;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const UNDERSCORE = 95;
const THREAD = "ThreadId(";

function endOfName(text: string, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_NAME);
  let i = at;
  while (
    i < limit &&
    (isLetter(text.charCodeAt(i)) || isDigit(text.charCodeAt(i)) || text.charCodeAt(i) === UNDERSCORE)
  )
    i++;
  return i;
}

/** Offset after the brace that closes the one at `open`, or -1. */
function endOfFields(text: string, open: number, end: number): number {
  const limit = Math.min(end, open + MAX_SPAN);
  let depth = 0;
  for (let i = open; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i + 1, limit);
    else if (code === OPEN_OBJECT) depth++;
    else if (code === CLOSE_OBJECT && --depth === 0) return i + 1;
  }
  return -1;
}

/**
 * `ThreadId(01) request{id=7 path="/a"}:query{q=1}: `: in which thread and for what, as Rust's `tracing` writes it after the level
 * (https://docs.rs/tracing-subscriber/latest/tracing_subscriber/fmt/format/struct.Full.html). A span without fields counts where another has
 * some.
 * @returns where what follows begins, `at` when there is none
 */
export function afterSpans(text: string, at: number, end: number): number {
  let i = at;
  if (text.startsWith(THREAD, i)) {
    const close = skipDigits(text, i + THREAD.length, end);
    if (text.charCodeAt(close) === 41) i = skipSpaces(text, close + 1, end);
  }
  const from = i;
  let held = false;
  for (let span = 0; span < MAX_SPANS; span++) {
    const name = endOfName(text, i, end);
    const hasFields = name > i && text.charCodeAt(name) === OPEN_OBJECT;
    const stop = hasFields ? endOfFields(text, name, end) : name;
    if (stop <= i || text.charCodeAt(stop) !== COLON || text.charCodeAt(stop + 1) === COLON) break;
    held ||= hasFields;
    i = stop + 1;
    if (text.charCodeAt(i) === 32) break;
  }
  return held ? skipSpaces(text, i, end) : from;
}
