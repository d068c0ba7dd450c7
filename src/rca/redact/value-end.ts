import { isBlank } from "./marks.ts";
import type { NameKind } from "./secret-names.ts";

/** No value of any length is looked through to its end. */
export const maxValue = 8_192;
const newline = 10;
const carriageReturn = 13;
const escapeCode = 27;

const stops = new Uint8Array(128);
for (const char of " \t\r\n,;&\"'`)}]<>|") stops[char.charCodeAt(0)] = 1;
stops[escapeCode] = 1;

const isNameChar = (code: number) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;

/** Passwords hold signs that elsewhere end a value: it goes on where what follows is no next pair and no next sentence. */
function goesOn(text: string, at: number): boolean {
  if (isBlank(text.charCodeAt(at)) || !isNameChar(text.charCodeAt(at + 1))) return false;
  let i = at + 1;
  while (i - at < 40 && (isNameChar(text.charCodeAt(i)) || text.charCodeAt(i) === 45 || text.charCodeAt(i) === 46)) i++;
  while (i - at < 44 && isBlank(text.charCodeAt(i))) i++;
  const next = text.charCodeAt(i);
  return next !== 61 && next !== 58;
}

/** Where a value without quotes ends; no further than `most` characters away. */
export function plainEnd(text: string, from: number, kind: NameKind, wholeLine: boolean, most = maxValue): number {
  const limit = Math.min(text.length, from + most);
  let i = from;
  for (; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === newline || code === carriageReturn || code === escapeCode) break;
    if (wholeLine || code >= 128 || stops[code] === 0) continue;
    if (kind !== "password" || i === from || !goesOn(text, i)) break;
  }
  return i;
}

/** Indented lines below `name: |`. */
export function blockEnd(
  text: string,
  at: number,
  nameAt: number,
): { readonly from: number; readonly to: number } | undefined {
  // Only an indicator such as `|`, `|-`, `>+2` may stand between the name and the end of its line.
  let i = at + 1;
  while (i - at < 6 && i < text.length && text.charCodeAt(i) !== newline) i++;
  if (text.charCodeAt(i) !== newline) return undefined;
  let lineAt = nameAt;
  while (lineAt > 0 && nameAt - lineAt < 200 && text.charCodeAt(lineAt - 1) !== newline) lineAt--;
  let indent = 0;
  while (text.charCodeAt(lineAt + indent) === 32) indent++;
  const from = i + 1;
  const limit = Math.min(text.length, from + maxValue);
  let to = from;
  let lineStart = from;
  while (lineStart < limit) {
    let depth = 0;
    while (text.charCodeAt(lineStart + depth) === 32) depth++;
    let end = lineStart + depth;
    while (end < limit && text.charCodeAt(end) !== newline) end++;
    if (depth <= indent && end > lineStart + depth) break;
    if (end > lineStart + depth) to = end;
    lineStart = end + 1;
  }
  return to > from ? { from, to } : undefined;
}

const signed = /^(?:[,;] ?\w{1,16}=[^\s,;"']{1,400})+/;
/** `Stripe-Signature: t=…,v1=…`: pairs that belong to one signature. */
export const signatureEnd = (text: string, end: number) =>
  end + (signed.exec(text.slice(end, end + 2_000))?.[0].length ?? 0);

/** Words drawn from a list: `passphrase: correct horse battery staple`. Words of a sentence are none. */
const phrase = /^(?: [a-z]{2,12}){2,24}(?=["'\s,;]|$)/;
const sentence = /\b(?:not|be|is|was|for|the|to|of|from|in|on|and|or|has|must|required|empty|wrong|incorrect)\b/;
/** `from`..`end`: the first word. `end` itself when what follows is no such phrase; at most 300 characters further. */
export function phraseEnd(text: string, from: number, end: number): number {
  const words = phrase.exec(text.slice(end, end + 300))?.[0] ?? "";
  return /^[a-z]+$/.test(text.slice(from, end)) && !sentence.test(words) ? end + words.length : end;
}

/** An environment's value goes on to the end of its line where no other pair follows. */
export function restOfLine(text: string, at: number): number {
  if (!isBlank(text.charCodeAt(at))) return at;
  let end = at;
  while (end < text.length && end - at < 300 && text.charCodeAt(end) !== newline) end++;
  return /[=:"']/.test(text.slice(at, end)) ? at : end;
}
