import { isValue } from "./is-value.ts";
import { looksChosen } from "./looks-chosen.ts";
import { isBlank } from "./marks.ts";
import { type NameKind, secretName } from "./secret-names.ts";
import type { Span } from "./span.ts";

// A name at the start of its line and its value in the next column: `DB_PASSWORD<tab>…`, `password | …`, `bindpw …`.

const newline = 10;
const tab = 9;
const bar = 124;
const blank = 32;
const comma = 44;
const quote = 34;
const maxIndent = 40;
const rest = /[ \t]{0,60}\|?[ \t]{0,60}(?:["'`]([^"'`\n]{1,200})["'`]|(\S{1,200}))([^\n]{0,200})/y;
/** The second of two cells, the last of its line: `DB_PASSWORD,…`. */
const cell = /,[ \t]?(?:"([^"\n]{4,200})"|([^\s,"]{4,200}))[ \t]{0,20}(?:\r?\n|$)/y;
/** Names of objects and programs, which columns begin with. */
const objectName = /^[a-z0-9]+(?:-[a-z0-9]+)+$/;
const age = /^(?:\d+[ydhms])+$/;

function isVariable(text: string, from: number, to: number): boolean {
  let joined = false;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === 95) joined = true;
    else if (code > 90) return false;
  }
  return joined;
}

/** How many signs of a quote stand between the name and the comma behind it; undefined where none follows. */
function commaBehind(text: string, to: number): 0 | 1 | undefined {
  const next = text.charCodeAt(to);
  if (next === comma) return 0;
  return next === quote && text.charCodeAt(to + 1) === comma ? 1 : undefined;
}

/** Whether a word at the start of its line is followed by another column, or by a blank: the quick answer to most words. */
export function mayBePair(text: string, from: number, to: number): boolean {
  const next = text.charCodeAt(to);
  const quotes = commaBehind(text, to);
  if (quotes !== undefined) {
    const before = text.charCodeAt(from - 1 - quotes);
    const begins = from === quotes || before === newline;
    return begins && to - from >= 5 && to - from <= 80 && (quotes === 0 || text.charCodeAt(from - 1) === quote);
  }
  if ((next !== blank && next !== tab) || to - from < 5 || to - from > 80) return false;
  let i = from - 1;
  while (i >= 0 && from - i < maxIndent && isBlank(text.charCodeAt(i))) i--;
  const code = text.charCodeAt(i);
  // In a table between bars only names of variables are told: words of its head are none.
  if (code === bar && isVariable(text, from, to)) return i === 0 || text.charCodeAt(i - 1) === newline;
  return i < 0 || code === newline;
}

/** The value beside the name `from`..`to`. `mayLook` bounds how many of them are read. */
export function linePair(text: string, from: number, to: number, mayLook: (at: number) => boolean): Span | undefined {
  const written = text.slice(from, to);
  const name = written.slice(Math.max(written.lastIndexOf("."), written.lastIndexOf("/")) + 1);
  const kind = secretName(name);
  if (!kind || objectName.test(written) || !mayLook(to)) return undefined;
  const quotes = commaBehind(text, to);
  if (quotes !== undefined) return secondCell(text, to + quotes, kind, isVariable(text, from, to));
  rest.lastIndex = to;
  const found = rest.exec(text);
  const value = found?.[1] ?? found?.[2];
  if (!found || value === undefined || !isValue(value, kind, false)) return undefined;
  const behind = found[3] ?? "";
  const gap = text.slice(to, to + 2);
  const isColumn = gap.includes("\t") || gap === "  " || gap === " |";
  if (!(isColumn ? endsColumn.test(behind) : isAllOfLine(behind, kind, name))) return undefined;
  const drawn = looksChosen(value, isColumn || kind === "password" ? "said" : "beside");
  if (!drawn || age.test(value)) return undefined;
  const at = to + found[0].length - behind.length - value.length - (found[1] === undefined ? 0 : 1);
  return { from: at, to: at + value.length, kind: "pair" };
}

const endsColumn = /^["']?(?:\s*$|\t|\s{2}|\s*\|)/;

/** With one blank between, the two words must be all, and the second must look drawn unless the first says `password`. */
const isAllOfLine = (behind: string, kind: NameKind, name: string) =>
  behind.trim() === "" && !(kind === "password" && /[A-Z]{2}/.test(name));

function secondCell(text: string, at: number, kind: NameKind, isSure: boolean): Span | undefined {
  cell.lastIndex = at;
  const found = cell.exec(text);
  const value = found?.[1] ?? found?.[2];
  if (value === undefined || !isValue(value, kind, false) || !looksChosen(value, isSure ? "said" : "beside"))
    return undefined;
  const from = text.indexOf(value, at + 1);
  return { from, to: from + value.length, kind: "pair" };
}
