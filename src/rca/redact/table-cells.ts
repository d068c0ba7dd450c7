import { insertedCells } from "./inserted-cells.ts";
import { isValue } from "./is-value.ts";
import { isBlank } from "./marks.ts";
import { secretName } from "./secret-names.ts";
import type { Span } from "./span.ts";

const newline = 10;
const pipe = 124;
const comma = 44;
const semicolon = 59;
const tab = 9;
const maxTable = 8_192;
const mostColumns = 60;
const rule = /^[\s|+:=-]+$/;

interface Cell {
  readonly from: number;
  readonly to: number;
}

const lineStart = (text: string, at: number) => {
  let i = at;
  while (i > 0 && at - i < 2_000 && text.charCodeAt(i - 1) !== newline) i--;
  return i;
};
const lineEnd = (text: string, at: number, limit: number) => {
  let i = at;
  while (i < limit && text.charCodeAt(i) !== newline) i++;
  return i;
};

/** Without the blanks and quotes around it. */
function trimmed(text: string, from: number, to: number): Cell {
  let [a, b] = [from, to];
  const around = (code: number) => isBlank(code) || code === 13 || code === 34 || code === 39;
  while (a < b && around(text.charCodeAt(a))) a++;
  while (b > a && around(text.charCodeAt(b - 1))) b--;
  return { from: a, to: b };
}

function separated(text: string, from: number, to: number, sign: number): Cell[] {
  const cells: Cell[] = [];
  let at = from;
  for (let i = from; i <= to && cells.length < mostColumns; i++)
    if (i === to || text.charCodeAt(i) === sign) {
      cells.push(trimmed(text, at, i));
      at = i + 1;
    }
  return cells;
}

/** Columns of `kubectl get` and `ps`: two blanks or more between them, each value under its name. */
function aligned(text: string, from: number, to: number): Cell[] {
  const cells: Cell[] = [];
  let at = -1;
  for (let i = from; i <= to && cells.length < mostColumns; i++) {
    const ends = i >= to || (isBlank(text.charCodeAt(i)) && (i + 1 >= to || isBlank(text.charCodeAt(i + 1))));
    if (at < 0 && i < to && !isBlank(text.charCodeAt(i))) at = i;
    if (at >= 0 && ends) {
      cells.push({ from: at, to: i });
      at = -1;
    }
  }
  return cells;
}

/** What separates the column that stands at `from`..`to` from its neighbours; undefined when it is no column. */
function separatorOf(text: string, from: number, to: number): number | "aligned" | undefined {
  const quoted = text.charCodeAt(from - 1) === 34 && text.charCodeAt(to) === 34 ? 1 : 0;
  let [a, b] = [from - 1 - quoted, to + quoted];
  while (isBlank(text.charCodeAt(a)) && text.charCodeAt(a) !== tab) a--;
  while (isBlank(text.charCodeAt(b)) && text.charCodeAt(b) !== tab) b++;
  const [left, right] = [text.charCodeAt(a), text.charCodeAt(b)];
  const edge = (code: number) => Number.isNaN(code) || code === newline || code === 13;
  for (const sign of [pipe, comma, semicolon, tab])
    if ((left === sign && (right === sign || edge(right))) || (right === sign && edge(left))) return sign;
  const [blanksLeft, blanksRight] = [from - 1 - a, b - to];
  if (quoted > 0 || (edge(left) && edge(right))) return undefined;
  return (edge(left) || blanksLeft > 1) && (edge(right) || blanksRight > 1) ? "aligned" : undefined;
}

/**
 * Values below a column whose name speaks of a secret: tables of databases, CSV, what `kubectl` prints. Also how far it was read. Up to
 * `since` the text has been looked through before.
 */
export function tableCells(
  text: string,
  from: number,
  to: number,
  since: number,
): { readonly spans: readonly Span[]; readonly readUntil: number } | undefined {
  const inserted = insertedCells(text, from, to, since);
  if (inserted) return inserted;
  const sign = separatorOf(text, from, to);
  if (sign === undefined) return undefined;
  const start = lineStart(text, from);
  const limit = Math.min(text.length, start + maxTable);
  let end = lineEnd(text, from, limit);
  const row = (a: number, b: number) => (sign === "aligned" ? aligned(text, a, b) : separated(text, a, b, sign));
  const header = row(start, end);
  // Looked at once, whatever it is: a line may hold many such names.
  const none = { spans: [], readUntil: end };
  if (header.length < 2) return none;
  const secret = header.map((cell) => secretName(text.slice(cell.from, cell.to).replace(/\s+/g, "_")));
  // A sentence with a comma in it is no header.
  if (!secret.some(Boolean) || header.some((cell) => cell.to - cell.from > 64)) return none;
  if (sign === comma && header.some((cell) => /\s/.test(text.slice(cell.from, cell.to)))) return none;
  const spans: Span[] = [];
  while (end < limit) {
    const next = end + 1;
    end = lineEnd(text, next, limit);
    const line = text.slice(next, end);
    if (line.trim() === "") break;
    if (rule.test(line)) continue;
    const cells = row(next, end);
    if (sign !== "aligned" && cells.length !== header.length) break;
    for (const [i, kind] of secret.entries()) {
      const name = header[i];
      if (!kind || !name) continue;
      const cell =
        sign === "aligned"
          ? cells.find((one) => one.from - next <= name.to - start - 1 && one.to - next > name.from - start)
          : cells[i];
      if (!cell || cell.to <= cell.from || !isValue(text.slice(cell.from, cell.to), kind, false)) continue;
      spans.push({ ...cell, kind });
    }
  }
  return { spans, readUntil: end };
}
