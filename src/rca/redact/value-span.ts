import { earlierValue } from "./earlier-value.ts";
import { afterScheme, digestEnd, withCredentials } from "./http-credentials.ts";
import { isRemark, isValue } from "./is-value.ts";
import { afterName, closingOf, isBlank, isLetterOrDigit, isQuote, type Opening, openingAt } from "./marks.ts";
import { behindSlash, isGrant, isReference, textOfPart } from "./places.ts";
import { type NameKind, secretName } from "./secret-names.ts";
import { separatorAfter } from "./separator.ts";
import type { Span } from "./span.ts";
import { blockEnd, maxValue, phraseEnd, plainEnd, restOfLine, signatureEnd } from "./value-end.ts";
import { afterWrapper, valueStart } from "./value-start.ts";

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

const none: ValueResult = { type: "none" };
const namesSecret: ValueResult = { type: "names-secret" };
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
/** A name is shorter; what is longer is not looked through. */
const maxPairName = 130;

/** What may stand right behind a name whose value follows; after everything else there is nothing to look for. */
export const behindName = "=:\"'`\\] \t>&\u001b,\n";
/** No name with all that leads it is longer, and none of a secret has a single character. */
export const longestName = 200;

function lineStartsAt(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && at - i < 80; i--) {
    const code = text.charCodeAt(i);
    if (code === newline) return true;
    if (!isBlank(code) && code !== 45 && code !== doubleQuote && code !== singleQuote) return false;
  }
  return at < 80;
}

/** The bare name: without what leads it (`--`, `/`), without the path before its last part. */
function nameOf(text: string, from: number, to: number): string {
  let start = from;
  for (let i = to - 2; i >= from; i--) {
    const code = text.charCodeAt(i);
    if (code === 47 || code === 46) {
      start = i + 1;
      break;
    }
  }
  while (start < to && !isLetterOrDigit(text.charCodeAt(start))) start++;
  return text.slice(start, to);
}

const pairNames = new Set([
  "name",
  "key",
  "env",
  "header",
  "field",
  "path",
  "setting",
  "property",
  "variable",
  "parameter",
]);
/** The longest of these, and of the words below. */
const longestPairName = 9;
/** Of a JSON patch (RFC 6902), and no file: `"path": "/data/password"`. */
const patched = /^\/(?:data|stringData|spec|metadata)\//;
const pairValues = new Set(["value", "val", "default"]);
/** Two values of one name: `{"before": …, "after": …}`. */
const pairSides = new Set(["before", "after", "old", "new", "from", "to", "current", "previous"]);

/** Neither a flag nor the name of an element: most words, which another one follows. */
const isAmongWords = (text: string, from: number) =>
  text.charCodeAt(from) !== 45 &&
  (from === 0 || (text.charCodeAt(from - 1) !== 60 && text.charCodeAt(from - 1) !== 58));

interface Value {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** What is looked at to tell whether it is a value. */
  readonly prose?: boolean;
}

/** Looks past the word `from`..`to` for a separator and a value, and says whether that value is secret. */
export function valueAfter(text: string, from: number, to: number, valueIsSecret: boolean): ValueResult {
  const isBlankBehind = isBlank(text.charCodeAt(to));
  if (isBlankBehind && to + 1 < text.length && isLetterOrDigit(text.charCodeAt(to + 1)) && isAmongWords(text, from))
    return none;
  const separator = separatorAfter(text, from, to, isBlankBehind ? to : afterName(text, to));
  if (!separator) return none;
  const name = nameOf(text, from, to);
  const says = whatIsNamed(text, to, name, valueIsSecret);
  if (says === "pair") return separator.type === "quote" ? none : pairName(text, to - name.length, separator.end, name);
  if (says === undefined) return none;
  const kind = says === "side" ? "password" : says;
  if (separator.type !== "equals" && isReference(text, from, to, name)) return none;
  if (separator.type === "quote" && kind !== "password" && name !== "SECRET") return none;
  if (separator.type === "tag") return ofElement(text, separator.end, kind);
  const value = valueBehind(text, { from, name, kind, separator: separator.type, at: valueStart(text, separator.end) });
  return says === "side" && value.type === "secret" ? { ...value, namesNext: true } : value;
}

/** What a name says about its value: `pair` that it is a name itself, `side` that it is one of two values of the name before. */
function whatIsNamed(
  text: string,
  to: number,
  name: string,
  valueIsSecret: boolean,
): NameKind | "pair" | "side" | undefined {
  if (name.length <= longestPairName) {
    const lower = name.toLowerCase();
    if (valueIsSecret && pairSides.has(lower)) return "side";
    if (valueIsSecret && pairValues.has(lower)) return "password";
    if (isGrant(text, to, name)) return "password";
    // A file: `tls.key`.
    if (name === "key" && text.charCodeAt(to - 4) === 46) return "token";
    if (pairNames.has(lower)) return "pair";
  }
  return secretName(name);
}

/** `<password>…</password>`; `at` is where its text begins. */
function ofElement(text: string, at: number, kind: NameKind): ValueResult {
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

/** `name: DB_PASSWORD`: what follows under `value` is its. */
function pairName(text: string, from: number, at: number, name: string): ValueResult {
  const i = valueStart(text, at);
  const opening = openingAt(text, i);
  const start = i + (opening?.length ?? 0);
  const limit = Math.min(text.length, start + maxPairName);
  const end = opening ? closingOf(text, start, opening, limit) : plainEnd(text, start, "token", false, maxPairName);
  const named = text.slice(start, end);
  if (end - start <= 120 && secretName(named) && (name !== "path" || patched.test(named))) {
    const earlier = earlierValue(text, from);
    const inside = textOfPart(text, end + (opening?.length ?? 0));
    if (!earlier && !inside) return namesSecret;
    return { type: "names-secret", spans: [earlier, inside].filter((span) => span !== undefined) };
  }
  // `name` begins the next of several pairs; what the one before was about is over.
  return name === "name" ? { type: "names-other" } : none;
}

interface Place {
  /** Where the name begins. */
  readonly from: number;
  readonly name: string;
  readonly kind: NameKind;
  readonly separator: "equals" | "colon" | "flag" | "quote";
  /** Where the value begins. */
  readonly at: number;
}

/** The value that begins at `at`, by the sign it begins with. */
function valueBehind(text: string, place: Place): ValueResult {
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

/** The word of an HTTP header's scheme with its credential: `Bearer xyz`. */
export function credentialAfter(text: string, from: number, to: number): ValueResult {
  const length = to - from;
  if ((length !== 6 && length !== 5) || (text.charCodeAt(from) | 32) !== 98) return none;
  if (!/^(?:bearer|basic)$/i.test(text.slice(from, to))) return none;
  let at = to;
  while (at - to < 4 && isBlank(text.charCodeAt(at))) at++;
  if (at === to || isQuote(text.charCodeAt(at))) return none;
  const end = plainEnd(text, at, "token", false);
  const value = text.slice(at, Math.min(end, at + 64));
  // "Bearer authentication failed" is a sentence.
  const likely =
    end - at >= 8 && (/\d/.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value.slice(1))) || end - at >= 24);
  return likely && !value.startsWith("<redacted-")
    ? { type: "secret", spans: [{ from: at, to: end, kind: "bearer" }], next: end }
    : none;
}
