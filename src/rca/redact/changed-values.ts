import { isValue } from "./is-value.ts";
import { looksChosen } from "./looks-chosen.ts";
import { isLetterOrDigit, isQuote } from "./marks.ts";
import { type NameKind, secretName } from "./secret-names.ts";
import type { Span } from "./span.ts";

// What an object, a file or an environment held before and after: `env[DB_PASSWORD].value … -> …`, `password: … → …`.

const arrows = ["->", "→", "=>", "➜", ", now "];
const maxSide = 160;
const mostRounds = 6;
const between = /(?:[\s:=~,(\]}"'`]|\.value|\b(?:changed|was|from|value|set|updated|rotated))$/i;

interface Side {
  readonly from: number;
  readonly value: string;
}

/** The value that ends a line: in quotes, or its last word. */
function lastOf(line: string): Side | undefined {
  const whole = line.trimEnd();
  const quoted = isQuote(whole.charCodeAt(whole.length - 1));
  const to = quoted ? whole.length - 1 : whole.length;
  const marks = quoted ? whole.charAt(to) : " \t\"'`";
  let from = to;
  while (from > 0 && !marks.includes(whole.charAt(from - 1))) from--;
  return from < to && (from > 0 || !quoted) ? { from, value: whole.slice(from, to) } : undefined;
}

/** The value that begins a line. */
function firstOf(line: string): Side | undefined {
  let from = line.length - line.trimStart().length;
  const quoted = isQuote(line.charCodeAt(from));
  const marks = quoted ? line.charAt(from++) : " \t\"'`,;";
  let to = from;
  while (to < line.length && !marks.includes(line.charAt(to))) to++;
  return from < to ? { from, value: line.slice(from, to) } : undefined;
}

/** The name of what has changed, before its value and the words and signs between. */
function nameBefore(line: string): string {
  let rest = line;
  for (let round = 0; round < mostRounds; round++) {
    const found = between.exec(rest);
    if (!found) break;
    rest = rest.slice(0, found.index).trimEnd();
  }
  let from = rest.length;
  while (from > 0 && (isLetterOrDigit(rest.charCodeAt(from - 1)) || rest.charAt(from - 1) === "-")) from--;
  return rest.slice(from);
}

const isSecret = (value: string, kind: NameKind) =>
  isValue(value, kind, false) && !value.startsWith("(hidden") && (kind === "password" || looksChosen(value, "said"));

function around(text: string, at: number, arrow: string): readonly Span[] {
  const behind = at + arrow.length;
  const left =
    text
      .slice(Math.max(0, at - maxSide), at)
      .split("\n")
      .at(-1) ?? "";
  const start = at - left.length;
  const old = lastOf(left);
  const kind = old && secretName(nameBefore(left.slice(0, old.from)));
  if (!kind) return [];
  const next = firstOf(text.slice(behind, behind + maxSide).split("\n", 1)[0] ?? "");
  return [
    ...(isSecret(old.value, kind)
      ? [{ from: start + old.from, to: start + old.from + old.value.length, kind: "changed" }]
      : []),
    ...(next && isSecret(next.value, kind)
      ? [{ from: behind + next.from, to: behind + next.from + next.value.length, kind: "changed" }]
      : []),
  ];
}

const saidFrom = "hanged from ";
const fromTo = /^["'`]?([^\s"'`]{1,160})["'`]?,? to ["'`]?([^\s"'`,;]{1,160})/;

/** `api_key changed from … to …`. */
function told(text: string, at: number): readonly Span[] {
  const left =
    text
      .slice(Math.max(0, at - maxSide), at + 1)
      .split("\n")
      .at(-1) ?? "";
  const kind = secretName(nameBefore(left.slice(0, left.lastIndexOf(" ")).trimEnd()));
  const behind = at + saidFrom.length;
  const found = kind && fromTo.exec(text.slice(behind, behind + 2 * maxSide));
  const [whole = "", old = "", now = ""] = found ?? [];
  if (!kind || whole === "") return [];
  const [from, to] = [behind + whole.indexOf(old), behind + whole.length - now.length];
  return [
    ...(isSecret(old, kind) ? [{ from, to: from + old.length, kind: "changed" }] : []),
    ...(isSecret(now, kind) ? [{ from: to, to: to + now.length, kind: "changed" }] : []),
  ];
}

/** Both values of a change to something whose name says that it is secret. `mayLook` bounds how many changes are looked at. */
export function changedValues(text: string, mayLook: (at: number) => boolean): readonly Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(saidFrom); at >= 0; at = text.indexOf(saidFrom, at + 1))
    if (mayLook(at)) spans.push(...told(text, at));
  for (const arrow of arrows)
    for (let at = text.indexOf(arrow); at >= 0; at = text.indexOf(arrow, at + arrow.length))
      if (mayLook(at)) spans.push(...around(text, at, arrow));
  return spans;
}
