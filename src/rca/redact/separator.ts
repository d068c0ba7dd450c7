import { isBlank, openingAt } from "./marks.ts";

const newline = 10;
const equals = 61;
const colon = 58;
const dash = 45;
const slash = 47;
const greater = 62;
const less = 60;
const comma = 44;
const dollar = 36;
const backslash = 92;
const ampersand = 38;

export interface Separator {
  /**
   * `flag`: a value beside its flag, in a command or in a list of arguments. `tag`: the text of an element. `quote`: a quoted
   * value with nothing between, as SQL has it.
   */
  readonly type: "equals" | "colon" | "flag" | "tag" | "quote";
  /** Where the value may begin. */
  readonly end: number;
}

/** As Java's Gson and HTML write them. */
const written = [
  ["\\u003d", "equals"],
  ["\\u003D", "equals"],
  ["\\u003a", "colon"],
  ["&#61;", "equals"],
  ["&#x3D;", "equals"],
] as const;

const isNamePart = (code: number) =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  (code >= 45 && code <= 46) ||
  code === 95;

/** Whether the word at `from` names an element: `<password`, `<wsse:Password`, and not `</password`. */
function opensTag(text: string, from: number): boolean {
  let at = from - 1;
  if (text.charCodeAt(at) === colon) {
    at--;
    while (from - at < 30 && isNamePart(text.charCodeAt(at))) at--;
  }
  return text.charCodeAt(at) === less && text.charCodeAt(from) !== slash;
}

/** `<password …>` before its `>`: where the text of the element begins. */
function tagEnd(text: string, from: number, to: number, at: number): number | undefined {
  const before = from > 0 ? text.charCodeAt(from - 1) : 0;
  if (before !== less && before !== colon) return undefined;
  const ends = text.charCodeAt(at) === greater;
  if ((!ends && !isBlank(text.charCodeAt(to))) || text.charCodeAt(to - 1) === slash) return undefined;
  if (!opensTag(text, from)) return undefined;
  if (ends) return at + 1;
  for (let i = to; i - to < 200; i++) {
    const code = text.charCodeAt(i);
    if (code === less) return undefined;
    if (code === greater) return text.charCodeAt(i - 1) === slash ? undefined : i + 1;
  }
  return undefined;
}

/** `=`, `==`, `=>`, `==>`. */
function equalsSign(text: string, i: number): Separator {
  const next = text.charCodeAt(i + 1);
  if (next === equals && text.charCodeAt(i + 2) === greater) return { type: "equals", end: i + 3 };
  return { type: "equals", end: next === equals || next === greater ? i + 2 : i + 1 };
}

/** `:`, `:=`, and `:: ` of LDIF (RFC 2849); not that of `://`. */
function colonSign(text: string, i: number): Separator | undefined {
  const next = text.charCodeAt(i + 1);
  if (next === slash && text.charCodeAt(i + 2) === slash) return undefined;
  const double = next === equals || (next === colon && isBlank(text.charCodeAt(i + 2)));
  return { type: "colon", end: double ? i + 2 : i + 1 };
}

/** ` ->`. */
const arrow = (text: string, i: number): Separator | undefined =>
  text.charCodeAt(i + 1) === greater ? { type: "equals", end: i + 2 } : undefined;

/** An equals sign or a colon as JSON and HTML escape them. */
function writtenSign(text: string, i: number): Separator | undefined {
  const known = written.find(([sign]) => text.startsWith(sign, i));
  return known && { type: known[1], end: i + known[0].length };
}

/** Behind a flag: a blank, the comma of `["--password", "…"]`, or the next item of a list of YAML: `- --password` over `- …`. */
function behindFlag(text: string, at: number, i: number): Separator | undefined {
  if (i > at) return { type: "flag", end: i };
  const code = text.charCodeAt(i);
  if (code === comma) return { type: "flag", end: i + 1 };
  const item = code === newline ? /^\n[ \t]{0,40}-[ \t]{1,4}/.exec(text.slice(i, i + 48)) : undefined;
  return item ? { type: "flag", end: i + item[0].length } : undefined;
}

/** Whether a quoted value begins at `i`, as SQL has it: `'…'`, `$$…$$`. */
const opensQuote = (text: string, i: number) =>
  (text.charCodeAt(i) === dollar && text.charCodeAt(i + 1) === dollar) || openingAt(text, i) !== undefined;

function afterBlanks(text: string, at: number): number {
  let i = at;
  while (i - at < 4 && i < text.length && isBlank(text.charCodeAt(i))) i++;
  return i;
}

/** What stands between the name `from`..`to`, whose closing marks end at `at`, and its value. */
export function separatorAfter(text: string, from: number, to: number, at: number): Separator | undefined {
  const isFlag = text.charCodeAt(from) === dash && text.charCodeAt(from + 1) === dash;
  const i = afterBlanks(text, at);
  const code = i < text.length ? text.charCodeAt(i) : 0;
  const tag = tagEnd(text, from, to, at);
  if (tag !== undefined) return { type: "tag", end: tag };
  // Most words are followed by a blank and another word.
  if (!isFlag && isNamePart(code) && code !== dash) return undefined;
  if (code === equals) return equalsSign(text, i);
  if (code === colon) return colonSign(text, i);
  const rare =
    i > at && code === dash
      ? arrow(text, i)
      : code === backslash || code === ampersand
        ? writtenSign(text, i)
        : undefined;
  if (rare) return rare;
  const flagged = isFlag ? behindFlag(text, at, i) : undefined;
  if (flagged || (isFlag && code === newline)) return flagged;
  return i > to && i > at && opensQuote(text, i) ? { type: "quote", end: i } : undefined;
}
