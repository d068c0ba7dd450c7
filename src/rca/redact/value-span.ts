import { earlierValue } from "./earlier-value.ts";
import { afterScheme, digestEnd, withCredentials } from "./http-credentials.ts";
import { isRemark, isValue } from "./is-value.ts";
import { afterColour, afterName, closingOf, isBlank, isLetterOrDigit, isQuote, openingAt } from "./marks.ts";
import { behindSlash, isGrant, textOfPart } from "./places.ts";
import { type NameKind, secretName } from "./secret-names.ts";
import { separatorAfter } from "./separator.ts";
import type { Span } from "./span.ts";
import { blockEnd, maxValue, plainEnd } from "./value-end.ts";

export type ValueResult =
  | { readonly type: "none" }
  /** `name: DB_PASSWORD`: the value that follows under `value` is secret. */
  | { readonly type: "names-secret"; readonly spans?: readonly Span[] }
  | { readonly type: "names-other" }
  | { readonly type: "secret"; readonly spans: readonly Span[]; readonly next: number };

const none: ValueResult = { type: "none" };
const namesSecret: ValueResult = { type: "names-secret" };
const newline = 10;
const doubleQuote = 34;
const singleQuote = 39;
const maxList = 2_000;
const maxBraces = 200;

/** Codes that may stand right behind a name whose value follows; after everything else there is nothing to look for. */
const mayFollow = new Uint8Array(128);
for (const char of "=:\"'`\\] \t>&\u001b,\n") mayFollow[char.charCodeAt(0)] = 1;

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

const pairNames = new Set(["name", "key", "env", "header", "field"]);
const pairValues = new Set(["value", "val", "default"]);

/** Neither a flag nor the name of an element: most words, which another one follows. */
const isAmongWords = (text: string, from: number) =>
  text.charCodeAt(from) !== 45 && text.charCodeAt(from - 1) !== 60 && text.charCodeAt(from - 1) !== 58;

/** `b'…'` of Python, `Some("…")` of Rust: what stands before the quote of a value. */
function afterWrapper(text: string, at: number): number {
  let i = at;
  while (i - at < 32 && isLetterOrDigit(text.charCodeAt(i))) i++;
  const code = text.charCodeAt(i);
  // Most values are no such thing: what would stand behind the first word is asked for before it is read.
  if (i === at || (code !== 40 && code !== 92 && !isQuote(code))) return at;
  const match = /^(?:[bBuUrRfF]{1,2}|[A-Za-z_]\w{0,30}\()(?=\\{0,15}["'`])/.exec(text.slice(at, at + 50));
  return match ? at + match[0].length : at;
}

/** The start of the value behind a separator that ends at `at`. */
function valueStart(text: string, at: number): number {
  let i = afterColour(text, at);
  let code = text.charCodeAt(i);
  for (
    let spaces = 0;
    spaces < 40 && (isBlank(code) || (code === newline && /^\n\s{0,20}(?:["']|string\()/.test(text.slice(i, i + 28))));
    spaces++
  )
    code = text.charCodeAt(++i);
  const mark = i > at && (code === 38 || code === 33) ? yamlMark.exec(text.slice(i, i + 40)) : undefined;
  const dump = code === 115 && i > at ? /^string\(\d{1,6}\) (?=")/.exec(text.slice(i, i + 20)) : undefined;
  return afterColour(text, i + (mark ?? dump ?? [""])[0].length);
}
/** `password: &anchor …`, `password: !!str …`. */
const yamlMark = /^(?:&\w{1,30}|!!?[\w.]{1,30})[ \t]{1,4}(?=\S)/;

interface Value {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** What is looked at to tell whether it is a value. */
  readonly prose?: boolean;
}

/** Looks past the word `from`..`to` for a separator and a value, and says whether that value is secret. */
export function valueAfter(text: string, from: number, to: number, valueIsSecret: boolean): ValueResult {
  // No name of a secret has a single character.
  if (to - from < 2) return none;
  const code = text.charCodeAt(to);
  if (!(code < 128) || mayFollow[code] === 0 || to - from > 200) return none;
  if (isBlank(code) && isLetterOrDigit(text.charCodeAt(to + 1)) && isAmongWords(text, from)) return none;
  const separator = separatorAfter(text, from, to, isBlank(code) ? to : afterName(text, to));
  if (!separator) return none;
  const name = nameOf(text, from, to);
  const isKeyFile = name === "key" && text.charCodeAt(to - 4) === 46;
  const isPair = !isKeyFile && name.length >= 3 && name.length <= 6 && pairNames.has(name.toLowerCase());
  const holdsValue = valueIsSecret && name.length <= 7 && pairValues.has(name.toLowerCase());
  const kind =
    holdsValue || isGrant(text, to, name) ? "password" : isPair ? undefined : isKeyFile ? "token" : secretName(name);
  if (!kind) return isPair && separator.type !== "quote" ? pairName(text, to - name.length, separator.end, name) : none;
  if (separator.type === "quote" && kind !== "password") return none;
  if (separator.type === "tag") {
    const end = text.indexOf("<", separator.end);
    const closed = end > 0 && end - separator.end <= maxList && text.charCodeAt(end + 1) === 47;
    return closed ? secretOr(text, { from: separator.end, to: end, kind }, kind) : none;
  }
  return valueBehind(text, { from, name, kind, separator: separator.type, at: valueStart(text, separator.end) });
}

/** `name: DB_PASSWORD`: what follows under `value` is its. */
function pairName(text: string, from: number, at: number, name: string): ValueResult {
  const i = valueStart(text, at);
  const opening = openingAt(text, i);
  const start = i + (opening?.length ?? 0);
  const limit = Math.min(text.length, start + 130);
  const end = opening ? closingOf(text, start, opening, limit) : plainEnd(text, start, "token", false);
  if (end - start <= 120 && secretName(text.slice(start, end))) {
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

function valueBehind(text: string, { from, name, kind, separator, at }: Place): ValueResult {
  const i = afterWrapper(text, at);
  const opening = openingAt(text, i);
  if (opening) {
    const triple = text.slice(i, i + 3);
    if (opening.depth === 0 && (triple === '"""' || triple === "'''")) {
      const end = text.slice(i + 3, i + 3 + maxValue).indexOf(triple);
      if (end > 0) return secretOr(text, { from: i + 3, to: i + 3 + end, kind }, kind);
    }
    const quoteAt = i + opening.length;
    const start = afterScheme(text, quoteAt);
    const to = closingOf(text, start, opening, Math.min(text.length, start + maxValue));
    return secretOr(text, { from: start, to, kind }, kind);
  }
  const code = text.charCodeAt(i);
  if ((code === 124 || code === 62) && separator === "colon") {
    const block = blockEnd(text, i, from);
    return block ? { type: "secret", spans: [{ ...block, kind: "block" }], next: block.to } : none;
  }
  if (code === 91) {
    const end = text.slice(i, i + maxList).indexOf("]") + i;
    if (end < i || end - i < 3 || isRemark(text.slice(i + 1, Math.min(end, i + 400)), kind)) return none;
    return { type: "secret", spans: [{ from: i + 1, to: end, kind }], next: end };
  }
  if (code === 123) {
    const braced = separator === "equals" && kind === "password" && text.charCodeAt(i + 1) !== 123;
    const inside = braced ? text.slice(i, i + maxBraces).split("}", 1)[0] : undefined;
    const end =
      inside === undefined || inside.length === maxBraces || inside.includes("\n") ? undefined : i + inside.length;
    return end === undefined || end >= text.length ? namesSecret : secretOr(text, { from: i + 1, to: end, kind }, kind);
  }
  if (code === newline || (separator === "flag" && code === 45)) return none;
  const start = afterScheme(text, i);
  const line = separator === "colon" && name.length >= 6 && /cookie$/i.test(name);
  let end = plainEnd(text, start, kind, line);
  // `credentials: ann / secret`.
  if (name.length < 12 && /^cred/i.test(name)) end = behindSlash(text, end);
  if (name.length >= 13 && /authorization$/i.test(name))
    end = start === i ? withCredentials(text, start, end) : digestEnd(text, i, end);
  else if (separator === "equals" && kind === "password" && isVariable(text, from, name)) end = restOfLine(text, end);
  const prose = separator === "colon" && start === i && !lineStartsAt(text, from);
  return secretOr(text, { from: start, to: end, kind, prose }, kind);
}

function secretOr(text: string, { from, to, kind, prose = false }: Value, nameKind: NameKind): ValueResult {
  return to > from && isValue(text.slice(from, Math.min(to, from + 64)), nameKind, prose)
    ? { type: "secret", spans: [{ from, to, kind }], next: to }
    : none;
}

/** A line of an environment: `DB_PASSWORD=two words`. */
const isVariable = (text: string, from: number, name: string) =>
  (from === 0 || text.charCodeAt(from - 1) === newline) && /^[A-Z][A-Z0-9_]+$/.test(name);

function restOfLine(text: string, at: number): number {
  if (!isBlank(text.charCodeAt(at))) return at;
  let end = at;
  while (end < text.length && end - at < 300 && text.charCodeAt(end) !== newline) end++;
  return /[=:"']/.test(text.slice(at, end)) ? at : end;
}

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
