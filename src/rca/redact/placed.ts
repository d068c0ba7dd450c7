import { callArgument, mayCall } from "./call-arguments.ts";
import { linePair, mayBePair } from "./line-pair.ts";
import { leastPathChars, pathSecret } from "./path-secret.ts";
import type { Span } from "./span.ts";

/** What may stand right behind a word that its place gives away: `(`, a blank, a tab, a comma, a quote. */
const behind = new Uint8Array(128);
for (const char of '( \t,"') behind[char.charCodeAt(0)] = 1;

/** The last of them by its code: the quick answer to most words. */
export const lastBehindPlaced = 44;

/** What only the place of a word gives away: a link that is a secret itself, a column of a line, the arguments of a call. */
export function placed(
  text: string,
  { from, to, slash }: { readonly from: number; readonly to: number; readonly slash: boolean },
  mayLook: (at: number) => boolean,
): Span | undefined {
  if (slash && to - from >= leastPathChars) return pathSecret(text, from, to);
  const code = text.charCodeAt(to);
  if (!(code < 128) || behind[code] === 0) return undefined;
  if (mayCall(text, to)) return mayLook(to) ? callArgument(text, from, to) : undefined;
  return mayBePair(text, from, to) ? linePair(text, from, to, mayLook) : undefined;
}
