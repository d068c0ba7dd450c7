import { type NameKind, secretName } from "./secret-names.ts";
import type { Span } from "./span.ts";

/*
 * PostgreSQL writes a statement with places in it, and behind it what stood there (log_parameter_max_length):
 *   execute s1: UPDATE users SET password = $1 WHERE id = $2
 *   DETAIL:  parameters: $1 = '…', $2 = '7'
 */
const sign = "arameters: $";
const maxStatement = 4_000;
const maxList = 8_000;
const maxNumber = 999;

const assigned =
  /(?<![\w"`.])([\w"`.]{2,120})\s{0,4}(?:=|<>|!=|~~?\*?|like|is distinct from)\s{0,4}\$(\d{1,3})(?!\d)/gi;
const inserted = /\(([\w"`, ]{1,1000})\)\s{0,4}(?:overriding \w{1,8} value )?values\s{0,4}\(([^()]{1,2000})\)/gi;
const literal = /\s{0,2},?\s{0,2}\$(\d{1,3}) = (?:'((?:[^']|'')*)'|null)/iy;

const kindOf = (column: string) => secretName(column.replace(/["`\s]/g, "").replace(/^.*\./, ""));

/** Which places of a statement hold secrets. */
function secretPlaces(statement: string): ReadonlyMap<number, NameKind> {
  const places = new Map<number, NameKind>();
  const note = (column: string, place: string) => {
    const kind = kindOf(column);
    if (kind && Number(place) <= maxNumber) places.set(Number(place), kind);
  };
  for (const [, column = "", place = ""] of statement.matchAll(assigned)) note(column, place);
  for (const [, columns = "", values = ""] of statement.matchAll(inserted)) {
    const given = values.split(",");
    columns.split(",").forEach((column, index) => {
      const place = /^\s{0,4}\$(\d{1,3})(?!\d)/.exec(given[index] ?? "")?.[1];
      if (place) note(column, place);
    });
  }
  return places;
}

/** What was bound to the places of a statement whose columns speak of secrets. Reads each character at most three times. */
export function boundParameters(text: string): readonly Span[] {
  const spans: Span[] = [];
  let readUntil = 0;
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, readUntil)) {
    const places = secretPlaces(text.slice(Math.max(readUntil, at - maxStatement), at));
    const limit = Math.min(text.length, at + maxList);
    literal.lastIndex = at + sign.length - 1;
    readUntil = literal.lastIndex;
    while (literal.lastIndex < limit) {
      const found = literal.exec(text);
      if (!found) break;
      readUntil = literal.lastIndex;
      const kind = places.get(Number(found[1]));
      const value = found[2] ?? "";
      if (kind && value !== "") spans.push({ from: readUntil - value.length - 1, to: readUntil - 1, kind });
    }
  }
  return spans;
}
