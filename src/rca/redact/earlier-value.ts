import { isBlank, isLetterOrDigit, isQuote } from "./marks.ts";
import type { Span } from "./span.ts";

const maxValue = 256;
const maxBetween = 40;
const newline = 10;
const values = new Set(["value", "val", "default"]);

/** What may stand between two pairs of one object: a line, a comma, quotes. A dash begins the next item, a brace ends the object. */
const between = (code: number) =>
  isBlank(code) || code === newline || code === 13 || code === 44 || isQuote(code) || code === 92;

/**
 * The value of a pair that is written before its name: `value: x` over `name: DB_PASSWORD`, `value="x" key="DbPassword"`.
 * `from` is where the word `name` begins. Reads no more than the pair itself.
 */
export function earlierValue(text: string, from: number): Span | undefined {
  let i = from - 1;
  const limit = Math.max(0, from - maxBetween);
  while (i >= limit && between(text.charCodeAt(i))) i--;
  if (i < limit || from - 1 - i < 1) return undefined;
  const to = i + 1;
  // With a quote, the value reaches back to the one that opens it.
  const quote = text.charCodeAt(to);
  const quoted = isQuote(quote);
  const first = Math.max(0, to - maxValue);
  while (i >= first) {
    const code = text.charCodeAt(i);
    if (code === newline || (quoted ? code === quote : isBlank(code) || code === 61 || isQuote(code))) break;
    i--;
  }
  if (i < first || i + 1 >= to) return undefined;
  return namedValue(text, i) ? { from: i + 1, to, kind: "password" } : undefined;
}

/** Whether what ends at `at` is `value:`, `"default"=` or their like, with one separator. */
function namedValue(text: string, at: number): boolean {
  let i = at;
  let separators = 0;
  while (i >= 0 && at - i < 11) {
    const code = text.charCodeAt(i);
    if (code === 58 || code === 61) separators++;
    else if (!(isBlank(code) || isQuote(code) || code === 92)) break;
    i--;
  }
  const nameTo = i + 1;
  while (i >= 0 && nameTo - i < 9 && isLetterOrDigit(text.charCodeAt(i))) i--;
  return separators === 1 && values.has(text.slice(i + 1, nameTo).toLowerCase());
}
