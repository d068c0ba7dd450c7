import { isBlank, openingAt } from "./marks.ts";

const newline = 10;
const equals = 61;
const colon = 58;
const dash = 45;
const slash = 47;
const greater = 62;
const less = 60;
const comma = 44;

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
  const before = text.charCodeAt(from - 1);
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

/** What stands between the name `from`..`to`, whose closing marks end at `at`, and its value. */
export function separatorAfter(text: string, from: number, to: number, at: number): Separator | undefined {
  const flag = text.charCodeAt(from) === dash && text.charCodeAt(from + 1) === dash;
  let i = at;
  while (i - at < 4 && isBlank(text.charCodeAt(i))) i++;
  const code = text.charCodeAt(i);
  const tag = tagEnd(text, from, to, at);
  if (tag !== undefined) return { type: "tag", end: tag };
  // Most words are followed by a blank and another word.
  if (!flag && isNamePart(code) && code !== dash) return undefined;
  const next = text.charCodeAt(i + 1);
  if (code === equals) {
    const arrow =
      next === equals && text.charCodeAt(i + 2) === greater ? 3 : next === equals || next === greater ? 2 : 1;
    return { type: "equals", end: i + arrow };
  }
  if (code === colon) {
    if (next === slash && text.charCodeAt(i + 2) === slash) return undefined;
    // `name:: value` of LDIF (RFC 2849).
    const double = next === equals || (next === colon && isBlank(text.charCodeAt(i + 2)));
    return { type: "colon", end: double ? i + 2 : i + 1 };
  }
  if (code === dash && next === greater && i > at) return { type: "equals", end: i + 2 };
  if (code === 92 || code === 38) {
    const known = written.find(([sign]) => text.startsWith(sign, i));
    if (known) return { type: known[1], end: i + known[0].length };
  }
  if (flag && i > at) return { type: "flag", end: i };
  // `["--password", "…"]`, and a list of YAML: `- --password` over `- …`.
  if (flag && code === comma) return { type: "flag", end: i + 1 };
  if (flag && code === newline) {
    const item = /^\n[ \t]{0,40}-[ \t]{1,4}/.exec(text.slice(i, i + 48));
    return item ? { type: "flag", end: i + item[0].length } : undefined;
  }
  const dollars = code === 36 && next === 36;
  if (i > to && i > at && (dollars || openingAt(text, i))) return { type: "quote", end: i };
  return undefined;
}
