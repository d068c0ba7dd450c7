import type { Draft } from "./line-draft.ts";
import { endOfQuoted, isKeyChar } from "./scan-pairs.ts";

/** Pairs of one line that are looked at. */
const MAX_PAIRS = 64;

/** Reads `key=value` and `key="value"` wherever they stand in text[from..]; returns how many there were. */
export function notePairs(
  text: string,
  from: number,
  draft: Draft,
  note: (draft: Draft, key: string, value: string | number) => void,
): number {
  let pairs = 0;
  let at = text.indexOf("=", from);
  while (at > 0 && pairs < MAX_PAIRS) {
    // `"key"=value`, as klogr writes it.
    const keyEnd = at > from && text.charCodeAt(at - 1) === 34 ? at - 1 : at;
    let start = keyEnd;
    while (start > from && isKeyChar(text.charCodeAt(start - 1))) start--;
    const quoted = text.charCodeAt(at + 1) === 34;
    let end = at + 1;
    if (quoted) end = endOfQuoted(text, at + 2, text.length);
    else while (end < text.length && !" \t,;)]}".includes(text.charAt(end))) end++;
    if (start < keyEnd) {
      const raw = quoted ? unescaped(text.slice(at + 2, end)) : text.slice(at + 1, end);
      note(draft, text.slice(start, keyEnd), raw);
      pairs++;
    }
    at = text.indexOf("=", Math.max(end, at + 1));
  }
  return pairs;
}

/** In one pass: an escaped backslash and an `n` are no line break. */
const ESCAPED = /\\(["\\n])/g;

/** A quoted value as it was before it was quoted. */
export function unescaped(text: string): string {
  return text.includes("\\") ? text.replace(ESCAPED, (_, code: string) => (code === "n" ? "\n" : code)) : text;
}
