/** Character classes of the log scanner, one table look-up a character. Everything above ASCII counts as a letter. */
export const SEPARATOR = 1;
export const DIGIT = 2;
export const UPPER = 4;
export const LOWER = 8;
const SYMBOL = 16;

const table = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (code <= 32 || code === 127) table[code] = SEPARATOR;
  else if (char >= "0" && char <= "9") table[code] = DIGIT;
  else if (char >= "A" && char <= "Z") table[code] = UPPER;
  else if (char >= "a" && char <= "z") table[code] = LOWER;
  else if ("=,;:()[]{}<>\"'|`?!".includes(char)) table[code] = SEPARATOR;
  else table[code] = SYMBOL;
}

/** Class of a UTF-16 code unit: one of SEPARATOR, DIGIT, UPPER, LOWER, SYMBOL. */
export function classOf(code: number): number {
  return code < 128 ? (table[code] ?? SYMBOL) : LOWER;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isHexDigit(code: number): boolean {
  const lower = code | 32;
  return isDigit(code) || (lower >= 97 && lower <= 102);
}

/** `(`, `[` or `{`. */
export function isOpenBracket(code: number): boolean {
  return code === 40 || code === 91 || code === 123;
}

/** `)`, `]` or `}`. */
export function isCloseBracket(code: number): boolean {
  return code === 41 || code === 93 || code === 125;
}

/** Space or tab. A line end is none: lines arrive without theirs. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

/** ASCII letters, and everything above ASCII, as for `classOf`. */
export function isLetter(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || code > 127;
}

/** A letter, a digit or an underscore. */
export function isNameChar(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 95;
}

/** First index at or after `from` that is not a digit. */
export function skipDigits(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  return i;
}

/** First index at or after `from` that is not a letter. */
export function skipLetters(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && isLetter(text.charCodeAt(i))) i++;
  return i;
}

/** First index at or after `from` that is neither space nor tab. */
export function skipSpaces(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && isSpace(text.charCodeAt(i))) i++;
  return i;
}

/** First index at or after `from` that is a space or tab, or `end`. */
export function skipWord(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && !isSpace(text.charCodeAt(i))) i++;
  return i;
}
