/** Small signs around names and values: quotes at any depth of escaping, colours of a terminal. Every look ahead is bounded. */

const escapeCode = 27;
const backslash = 92;
const doubleQuote = 34;
const singleQuote = 39;
const backtick = 96;
const ampersand = 38;

/** JSON in JSON in JSON in JSON: each level doubles the backslashes before a quote and adds one. */
const maxBackslashes = 15;
const htmlQuotes = ["&quot;", "&#34;", "&#39;", "&apos;"] as const;

/** Space or tab; line ends are none, as values end with their line. */
export const isBlank = (code: number) => code === 32 || code === 9;
/** Of ASCII: `"`, `'` and the backtick. */
export const isQuote = (code: number) => code === doubleQuote || code === singleQuote || code === backtick;

/** The end of a colour code that starts at `at` (ECMA-48: `ESC [ 36 m`); `at` when none does. */
export function afterColour(text: string, at: number): number {
  if (text.charCodeAt(at) !== escapeCode || text.charCodeAt(at + 1) !== 91) return at;
  let i = at + 2;
  while (i - at < 16) {
    const code = text.charCodeAt(i);
    if ((code >= 48 && code <= 57) || code === 59) i++;
    else return code >= 64 && code <= 126 ? i + 1 : at;
  }
  return at;
}

/** How many backslashes stand at `at`. */
function backslashes(text: string, at: number): number {
  let count = 0;
  while (count < maxBackslashes && text.charCodeAt(at + count) === backslash) count++;
  return count;
}

/** The quote that opens a value, as it is written; undefined when none does. */
export interface Opening {
  readonly length: number;
  /** The mark that closes it, when it is more than one character of its own. */
  readonly mark?: string;
  readonly quote: number;
  readonly depth: number;
}

/**
 * Undefined when none stands there: backslashes alone are none. Depth is the number of backslashes before the quote.
 */
export function openingAt(text: string, at: number): Opening | undefined {
  const code = text.charCodeAt(at);
  if (isQuote(code)) return { length: 1, quote: code, depth: 0 };
  if (code === ampersand) {
    const mark = htmlQuotes.find((one) => text.startsWith(one, at));
    return mark === undefined ? undefined : { length: mark.length, mark, quote: 0, depth: 0 };
  }
  if (code !== backslash) return undefined;
  const depth = backslashes(text, at);
  const quote = text.charCodeAt(at + depth);
  if (isQuote(quote)) return { length: depth + 1, quote, depth };
  const mark = "\\u0022";
  return text.startsWith(mark, at) ? { length: mark.length, mark, quote: 0, depth: 0 } : undefined;
}

/** Where a quoted value ends: at a quote of its own depth, or, where that is missing, at one of a text around it. */
export function closingOf(text: string, from: number, opening: Opening, limit: number): number {
  if (opening.mark !== undefined) {
    const end = text.slice(from, limit).indexOf(opening.mark);
    return end < 0 ? limit : from + end;
  }
  for (let i = from; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === opening.quote && opening.depth === 0) {
      // SQL and CSV write a quote within as two.
      if (i === from || text.charCodeAt(i + 1) !== code) return i;
      i++;
      continue;
    }
    if (code !== backslash) continue;
    if (opening.depth === 0) {
      i++;
      continue;
    }
    const run = backslashes(text, i);
    if (run <= opening.depth && text.charCodeAt(i + run) === opening.quote) return i;
    i += run - 1;
  }
  return limit;
}

/** Past what closes a name: `"`, `\\"`, `]`, `&quot;`, an end of colour. */
export function afterName(text: string, at: number): number {
  let i = at;
  for (let k = 0; k < 4; k++) {
    const opening = openingAt(text, i);
    if (opening) i += opening.length;
    else if (text.charCodeAt(i) === 93) i++;
    else {
      const coloured = afterColour(text, i);
      if (coloured === i) break;
      i = coloured;
    }
  }
  return i;
}

/** What names and words are made of; `_` counts as a letter. */
export function isLetterOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}
