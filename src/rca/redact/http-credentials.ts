import { isBlank, isLetterOrDigit } from "./marks.ts";
import { plainEnd } from "./value-end.ts";

// What stands behind `Authorization:` and its like (RFC 9110, section 11): a scheme, and a credential or pairs.

const newline = 10;
const maxDigest = 2_000;

/** `Bearer xyz`, `Basic xyz`: the second word is the credential. */
export function afterScheme(text: string, at: number): number {
  const first = text.charCodeAt(at) | 32;
  if (!(first < 128) || beginsScheme[first] === 0) return at;
  const match = /^(?:bearer|basic|token|digest|api[-_]?key|negotiate|hawk|oauth|signature)[ \t]+/i.exec(
    text.slice(at, at + 24),
  );
  return match ? at + match[0].length : at;
}
const beginsScheme = new Uint8Array(128);
for (const char of "btdanhos") beginsScheme[char.charCodeAt(0)] = 1;

/** A scheme of somebody's own, then what it is about: `Authorization: Splunk 1b2c…`. Another header's name is none of it. */
export function withCredentials(text: string, start: number, end: number): number {
  if (!/^[A-Za-z][\w-]{0,30}$/.test(text.slice(start, Math.min(end, start + 40)))) return end;
  let i = end;
  while (i - end < 4 && isBlank(text.charCodeAt(i))) i++;
  if (i === end || !isLetterOrDigit(text.charCodeAt(i))) return end;
  const last = plainEnd(text, i, "token", false);
  const second = text.slice(i, last);
  // "authorization: failed for ann" is a sentence.
  return /^[\w-]{1,40}:/.test(second) || !/[\dA-Z]/.test(second) ? end : last;
}

/** `Digest username="a", …, response="…"`, `Hawk …`, `OAuth …`: the answer stands among other pairs; all of them go. */
export function digestEnd(text: string, at: number, end: number): number {
  if (!/^(?:digest|hawk|oauth|signature)[ \t]/i.test(text.slice(at, at + 10))) return end;
  let i = end;
  while (i < text.length && i - at < maxDigest && text.charCodeAt(i) !== newline) i++;
  return i;
}
