import { isValue } from "./is-value.ts";
import { secretName } from "./secret-names.ts";
import type { Span } from "./span.ts";

const comma = 44;
const open = 40;
const close = 41;
const quote = 39;
const backslash = 92;
const maxColumns = 1_000;
const maxRows = 4_096;

/** `(name, password) VALUES (`; a column begins and ends with no blank, so no two repetitions can share one. */
const columnList = /\(([\w."`[\], ]{1,1000})\)\s{0,4}values\s{0,4}(?=\()/iy;

/** `('ann', '…'), (…)`: the text of each value with its column, quotes left out. Reads each character once. */
function eachValue(text: string, at: number, limit: number, value: (column: number, from: number, to: number) => void) {
  let depth = 0;
  let column = 0;
  let from = at;
  let quoted = false;
  const end = (to: number) => {
    let [a, b] = [from, to];
    while (a < b && (text.charCodeAt(a) === 32 || text.charCodeAt(a) === quote)) a++;
    while (b > a && (text.charCodeAt(b - 1) === 32 || text.charCodeAt(b - 1) === quote)) b--;
    value(column, a, b);
  };
  let i = at;
  for (; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) quoted = !quoted;
    else if (quoted) {
      if (code === backslash) i++;
    } else if (code === open) {
      if (depth++ === 0) [from, column] = [i + 1, 0];
    } else if (code === close) {
      if (--depth === 0) end(i);
    } else if (code === comma && depth === 1) {
      end(i);
      [from, column] = [i + 1, column + 1];
    } else if (depth === 0 && code !== comma && code > 32) break;
  }
  if (depth > 0) end(i);
  return i;
}

/**
 * Values that SQL inserts into a column whose name speaks of a secret; `from`..`to` is the name. Also how far it was
 * read. Up to `since` the text has been looked through before.
 */
export function insertedCells(
  text: string,
  from: number,
  to: number,
  since: number,
): { readonly spans: readonly Span[]; readonly readUntil: number } | undefined {
  let begin = from - 1;
  const first = Math.max(0, since, from - maxColumns);
  // Nothing but names of columns stands before it.
  while (begin >= first && text.charCodeAt(begin) !== open) {
    const code = text.charCodeAt(begin);
    if (code === close || code < 32 || code === 61 || code === 58) return undefined;
    begin--;
  }
  if (begin < first) return undefined;
  columnList.lastIndex = begin;
  const list = columnList.exec(text);
  if (!list?.[1] || to > columnList.lastIndex) return undefined;
  const kinds = list[1].split(",").map((name) => secretName(name.replace(/["`[\]\s]/g, "").replace(/^.*\./, "")));
  const spans: Span[] = [];
  const start = columnList.lastIndex;
  const readUntil = eachValue(text, start, Math.min(text.length, start + maxRows), (column, a, b) => {
    const kind = kinds[column];
    if (kind && b > a && isValue(text.slice(a, b), kind, false)) spans.push({ from: a, to: b, kind });
  });
  return { spans, readUntil };
}
