import { afterScheme, digestEnd, withCredentials } from "./http-credentials.ts";
import { isRemark, isValue } from "./is-value.ts";
import { closingOf, isBlank, type Opening, openingAt } from "./marks.ts";
import { behindSlash } from "./places.ts";
import type { NameKind } from "./secret-names.ts";
import type { Separator } from "./separator.ts";
import type { Span } from "./span.ts";
import { blockEnd, maxValue, phraseEnd, plainEnd, restOfLine, signatureEnd } from "./value-end.ts";
import { afterWrapper } from "./value-start.ts";

// What may stand behind the name of a secret and its separator: quotes, lists, blocks, braces, elements, or a word.

export type ValueResult =
  | { readonly type: "none" }
  /** `name: DB_PASSWORD`: the value that follows under `value` is secret. */
  | { readonly type: "names-secret"; readonly spans?: readonly Span[] }
  | { readonly type: "names-other" }
  | {
      readonly type: "secret";
      readonly spans: readonly Span[];
      readonly next: number;
      /** Another value of the same name may follow. */
      readonly namesNext?: boolean;
    };

export const none: ValueResult = { type: "none" };
export const namesSecret: ValueResult = { type: "names-secret" };
const newline = 10;
const doubleQuote = 34;
const singleQuote = 39;
const dash = 45;
const dollar = 36;
const bar = 124;
const greater = 62;
const openBracket = 91;
const openBrace = 123;
const maxList = 2_000;
const maxBraces = 200;

interface Value {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** What is looked at to tell whether it is a value. */
  readonly prose?: boolean;
}

function lineStartsAt(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && at - i < 80; i--) {
    const code = text.charCodeAt(i);
    if (code === newline) return true;
    if (!isBlank(code) && code !== 45 && code !== doubleQuote && code !== singleQuote) return false;
  }
  return at < 80;
}

/** `<password>…</password>`; `at` is where its text begins. */
export function ofElement(text: string, at: number, kind: NameKind): ValueResult {
  if (text.startsWith(cdata, at)) return ofCdata(text, at + cdata.length, kind);
  const end = text.indexOf("<", at);
  const closed = end > 0 && end - at <= maxList && text.charCodeAt(end + 1) === 47;
  return closed ? secretOr(text, { from: at, to: end, kind }, kind) : none;
}

const cdata = "<![CDATA[";
function ofCdata(text: string, from: number, kind: NameKind): ValueResult {
  const length = text.slice(from, from + maxList).indexOf("]]>");
  return length > 0 ? secretOr(text, { from, to: from + length, kind }, kind) : none;
}

interface Place {
  /** Where the name begins. */
  readonly from: number;
  readonly name: string;
  readonly kind: NameKind;
  readonly separator: Exclude<Separator["type"], "tag">;
  /** Where the value begins. */
  readonly at: number;
}

/** The value that begins at `at`, by the sign it begins with. */
export function valueBehind(text: string, place: Place): ValueResult {
  const { from, kind, separator } = place;
  const i = afterWrapper(text, place.at);
  const opening = openingAt(text, i);
  if (opening) return quotedValue(text, i, opening, kind);
  const code = i < text.length ? text.charCodeAt(i) : 0;
  if ((code === bar || code === greater) && separator === "colon") {
    const block = blockEnd(text, i, from);
    return block ? { type: "secret", spans: [{ ...block, kind: "block" }], next: block.to } : none;
  }
  if (code === openBracket) return listOf(text, i, kind);
  if (code === dollar && text.charCodeAt(i + 1) === dollar) return betweenDollars(text, i, kind);
  if (code === openBrace) return inBraces(text, i, place);
  return code === newline || (separator === "flag" && code === dash) ? none : plainValue(text, i, place);
}

/** `"…"`, `"""…"""`, `'Bearer …'`. */
function quotedValue(text: string, i: number, opening: Opening, kind: NameKind): ValueResult {
  const triple = text.slice(i, i + 3);
  if (opening.depth === 0 && (triple === '"""' || triple === "'''")) {
    const end = text.slice(i + 3, i + 3 + maxValue).indexOf(triple);
    if (end > 0) return secretOr(text, { from: i + 3, to: i + 3 + end, kind }, kind);
  }
  const start = afterScheme(text, i + opening.length);
  const to = closingOf(text, start, opening, Math.min(text.length, start + maxValue));
  return secretOr(text, { from: start, to, kind }, kind);
}

/** `["…", "…"]`. */
function listOf(text: string, i: number, kind: NameKind): ValueResult {
  const end = text.slice(i, i + maxList).indexOf("]") + i;
  if (end < i || end - i < 3 || isRemark(text.slice(i + 1, Math.min(end, i + 400)), kind)) return none;
  return { type: "secret", spans: [{ from: i + 1, to: end, kind }], next: end };
}

/** `$$…$$` of PostgreSQL. */
function betweenDollars(text: string, i: number, kind: NameKind): ValueResult {
  const length = text.slice(i + 2, i + 2 + maxList).indexOf("$$");
  return length > 0 ? secretOr(text, { from: i + 2, to: i + 2 + length, kind }, kind) : none;
}

/** `{SSHA}…` of LDAP, `PWD={…}` of ODBC; otherwise an object, whose values are told by its name. */
function inBraces(text: string, i: number, { kind, separator }: Place): ValueResult {
  if (/^\{[A-Z0-9-]{3,12}\}[^\s"']/.test(text.slice(i, i + 20)))
    return secretOr(text, { from: i, to: plainEnd(text, text.indexOf("}", i) + 1, kind, false), kind }, kind);
  if (separator !== "equals" || kind !== "password" || text.charCodeAt(i + 1) === openBrace) return namesSecret;
  const length = text.slice(i, i + maxBraces).search(/[}\n]/);
  return length < 0 || text.charCodeAt(i + length) === newline
    ? namesSecret
    : secretOr(text, { from: i + 1, to: i + length, kind }, kind);
}

/** Without quotes; how far it goes depends on what the name says. */
function plainValue(text: string, i: number, place: Place): ValueResult {
  const { from, name, kind, separator } = place;
  const start = afterScheme(text, i);
  const isLine = separator === "colon" && /cookie$/i.test(name);
  let end = plainEnd(text, start, kind, isLine);
  if (/.{2}signature$/i.test(name)) end = signatureEnd(text, end);
  if (/(?:phrase|mnemonic)$/i.test(name)) end = phraseEnd(text, start, end);
  // `password: String = "…"`.
  if (separator === "colon" && end - start < 32 && declared.test(text.slice(end, end + 6)))
    return valueBehind(text, { ...place, separator: "equals", at: text.indexOf("=", end) + 1 });
  // `credentials: ann / secret`.
  if (name.length < 12 && /^cred/i.test(name)) end = behindSlash(text, end);
  if (/authorization$/i.test(name)) end = start === i ? withCredentials(text, start, end) : digestEnd(text, i, end);
  else if (separator === "equals" && kind === "password" && isVariable(text, from, name)) end = restOfLine(text, end);
  const prose = separator === "colon" && start === i && !lineStartsAt(text, from);
  return secretOr(text, { from: start, to: end, kind, prose }, kind);
}

function secretOr(text: string, { from, to, kind, prose = false }: Value, nameKind: NameKind): ValueResult {
  return to > from && isValue(text.slice(from, Math.min(to, from + 64)), nameKind, prose)
    ? { type: "secret", spans: [{ from, to, kind }], next: to }
    : none;
}

const declared = /^ {0,2}= {0,2}["'`]/;

/** A line of an environment: `DB_PASSWORD=two words`. */
const isVariable = (text: string, from: number, name: string) =>
  (from === 0 || text.charCodeAt(from - 1) === newline) && /^[A-Z][A-Z0-9_]+$/.test(name);
