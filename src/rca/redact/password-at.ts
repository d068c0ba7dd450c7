import { isQuote } from "./marks.ts";
import type { Span } from "./span.ts";
import { plainEnd } from "./value-end.ts";

const dash = 45;
const slash = 47;
const colon = 58;
const lessThan = 60;

/** The password that begins here, in quotes or not; a placeholder in angle brackets is none. */
export function passwordAt(text: string, at: number): Span | undefined {
  const from = isQuote(text.charCodeAt(at)) ? at + 1 : at;
  const to = plainEnd(text, from, "password", false);
  return to > from && text.charCodeAt(from) !== lessThan ? { from, to, kind: "password" } : undefined;
}

/** The password of `user:password`, quoted or not. */
export function passwordBehindUser(text: string, at: number): Span | undefined {
  let i = isQuote(text.charCodeAt(at)) ? at + 1 : at;
  for (const limit = i + 64; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === colon) return i > at ? passwordAt(text, i + 1) : undefined;
    // Nor past the end of the text.
    if (!(code >= dash) || isQuote(code) || code === slash) return undefined;
  }
  return undefined;
}
