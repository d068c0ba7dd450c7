import { type NameKind, secretName } from "./secret-names.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

export type ValueResult =
  | { readonly type: "none" }
  /** `name: DB_PASSWORD`: the value that follows under `value` is secret. */
  | { readonly type: "names-secret" | "names-other" }
  | { readonly type: "secret"; readonly spans: readonly Span[]; readonly next: number };

const none: ValueResult = { type: "none" };
const maxValue = 8_192;
const harmlessValues = new Set([
  "true",
  "false",
  "null",
  "none",
  "nil",
  "undefined",
  "yes",
  "no",
  "on",
  "off",
  "required",
  "missing",
  "empty",
  "unset",
  "hidden",
  "redacted",
  "unknown",
]);
const stops = new Uint8Array(128);
for (const char of " \t\r\n,;&\"'`)}]<>|") stops[char.charCodeAt(0)] = 1;

const blank = (code: number) => code === 32 || code === 9;
const newline = 10;
const doubleQuote = 34;
const singleQuote = 39;
const backtick = 96;
const backslash = 92;
const equals = 61;
const colon = 58;

function lineStartsAt(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && at - i < 80; i--) {
    const code = text.charCodeAt(i);
    if (code === newline) return true;
    if (!blank(code) && code !== 45 && code !== doubleQuote && code !== singleQuote) return false;
  }
  return at < 80;
}

/** Is this text, found as the value of a secret's name, a value at all? */
function isValue(value: string, kind: NameKind, prose: boolean): boolean {
  if (value.length === 0) return false;
  const first = value.charCodeAt(0);
  // `<redacted-…`, `${…}`, `$(…)`, `{{…}}`, `(hidden)`, `***`.
  if (first === 60 && value.startsWith("<redacted-")) return false;
  if (first === 36 && (value.startsWith("${") || value.startsWith("$("))) return false;
  if ((first === 123 && value.startsWith("{{")) || (first === 40 && value.startsWith("(hidden"))) return false;
  if (value.length <= 9 && harmlessValues.has(value.toLowerCase())) return false;
  if ((first === 42 || first === 46 || first === 120 || first === 88) && /^[*x.•]+$/i.test(value)) return false;
  if (kind === "token" && first >= 48 && first <= 57 && value.length <= 12 && /^\d{1,5}(\.\d+)?(ms|s)?$/.test(value))
    return false;
  // "token: expired" in a sentence; in a file the name stands at the start of its line.
  return !(prose && (value.length < 4 || /^[a-z]+[.!]?$/.test(value)));
}

function closingQuote(text: string, from: number, quote: number, escaped: boolean): number {
  const limit = Math.min(text.length, from + maxValue);
  for (let i = from; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === backslash) {
      if (escaped && text.charCodeAt(i + 1) === quote) return i;
      i++;
    } else if (code === quote && !escaped) return i;
  }
  return limit;
}

/** Indented lines below `name: |`. */
function blockScalar(text: string, at: number, nameAt: number): Span | undefined {
  // Only an indicator such as `|`, `|-`, `>+2` may stand between the name and the end of its line.
  let i = at + 1;
  while (i - at < 6 && i < text.length && text.charCodeAt(i) !== newline) i++;
  if (text.charCodeAt(i) !== newline) return undefined;
  let lineAt = nameAt;
  while (lineAt > 0 && nameAt - lineAt < 200 && text.charCodeAt(lineAt - 1) !== newline) lineAt--;
  let indent = 0;
  while (text.charCodeAt(lineAt + indent) === 32) indent++;
  const from = i + 1;
  const limit = Math.min(text.length, from + maxValue);
  let to = from;
  let lineStart = from;
  while (lineStart < limit) {
    let depth = 0;
    while (text.charCodeAt(lineStart + depth) === 32) depth++;
    let end = lineStart + depth;
    while (end < limit && text.charCodeAt(end) !== newline) end++;
    if (depth <= indent && end > lineStart + depth) break;
    if (end > lineStart + depth) to = end;
    lineStart = end + 1;
  }
  return to > from ? { from, to, kind: "block" } : undefined;
}

/** `Bearer xyz`, `Basic xyz`: the second word is the credential. */
function afterScheme(text: string, at: number): number {
  const match = schemes.test(text.slice(at, at + 2))
    ? /^(?:bearer|basic|token|digest|apikey|negotiate)[ \t]+/i.exec(text.slice(at, at + 24))
    : null;
  return match ? at + match[0].length : at;
}
const schemes = /^(?:be|ba|to|di|ap|ne)/i;

function plainEnd(text: string, from: number, wholeLine: boolean): number {
  const limit = Math.min(text.length, from + maxValue);
  let i = from;
  for (; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (wholeLine ? code === newline || code === 13 : code < 128 && stops[code] === 1) break;
  }
  return i;
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

function isLetterOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}

const pairNames = new Set(["name", "key", "env", "header", "field"]);
const pairValues = new Set(["value", "val", "default"]);

/** Looks past the word `from`..`to` for a separator and a value, and says whether that value is secret. */
export function valueAfter(text: string, from: number, to: number, valueIsSecret: boolean): ValueResult {
  let i = to;
  let code = text.charCodeAt(i);
  // `"name"`, `\"name\"`, `name]` before the separator.
  for (let k = 0; k < 3 && (code === doubleQuote || code === singleQuote || code === backslash || code === 93); k++)
    code = text.charCodeAt(++i);
  let spaces = 0;
  while (spaces < 4 && blank(code)) {
    code = text.charCodeAt(++i);
    spaces++;
  }
  const separated = code === equals || code === colon;
  const flag = !separated && spaces > 0 && text.charCodeAt(from) === 45 && text.charCodeAt(from + 1) === 45;
  if (!separated && !flag) {
    return spaces > 0 && i === to + spaces && schemeWord(text, from, to) ? credential(text, i) : none;
  }
  if (to - from > 200 || (code === colon && text.charCodeAt(i + 1) === 47 && text.charCodeAt(i + 2) === 47))
    return none;
  const name = nameOf(text, from, to);
  const isKeyFile = name === "key" && text.charCodeAt(to - 4) === 46;
  const isPair = !isKeyFile && name.length >= 3 && name.length <= 6 && pairNames.has(name.toLowerCase());
  const kind =
    valueIsSecret && name.length <= 7 && pairValues.has(name.toLowerCase())
      ? "password"
      : isPair
        ? undefined
        : isKeyFile
          ? "token"
          : secretName(name);
  if (!kind && !isPair) return none;

  const separator = code;
  if (!flag) i++;
  if (text.charCodeAt(i) === equals || text.charCodeAt(i) === 62) i++;
  spaces = 0;
  code = text.charCodeAt(i);
  while (spaces < 40 && (blank(code) || (code === newline && /^\n\s{0,20}["']/.test(text.slice(i, i + 24))))) {
    code = text.charCodeAt(++i);
    spaces++;
  }
  const escaped =
    code === backslash && (text.charCodeAt(i + 1) === doubleQuote || text.charCodeAt(i + 1) === singleQuote);
  const quote = escaped
    ? text.charCodeAt(i + 1)
    : code === doubleQuote || code === singleQuote || code === backtick
      ? code
      : 0;
  const opening = escaped ? 2 : quote ? 1 : 0;
  if (!kind) {
    const start = i + opening;
    const end = quote ? closingQuote(text, start, quote, escaped) : plainEnd(text, start, false);
    if (end - start <= 120 && secretName(text.slice(start, end))) return { type: "names-secret" };
    // `name` begins the next of several pairs; what the one before was about is over.
    return name === "name" ? { type: "names-other" } : none;
  }
  if (quote) {
    const start = afterScheme(text, i + opening);
    const end = closingQuote(text, start, quote, escaped);
    return isValue(text.slice(start, Math.min(end, start + 64)), kind, false)
      ? { type: "secret", spans: [{ from: start, to: end, kind }], next: end }
      : none;
  }
  if ((code === 124 || code === 62) && separator === colon) {
    const block = blockScalar(text, i, from);
    return block ? { type: "secret", spans: [block], next: block.to } : none;
  }
  if (code === 91 || code === 123 || code === newline) return none;
  const start = afterScheme(text, i);
  const end = plainEnd(text, start, separator === colon && /cookie$/i.test(name));
  const prose = separator === colon && start === i && !lineStartsAt(text, from);
  return isValue(text.slice(start, Math.min(end, start + 64)), kind, prose)
    ? { type: "secret", spans: [{ from: start, to: end, kind }], next: end }
    : none;
}

function schemeWord(text: string, from: number, to: number): boolean {
  const length = to - from;
  return (length === 6 || length === 5) && /^(?:bearer|basic)$/i.test(text.slice(from, to));
}

function credential(text: string, at: number): ValueResult {
  const end = plainEnd(text, at, false);
  const value = text.slice(at, Math.min(end, at + 64));
  // "Bearer authentication failed" is a sentence.
  const likely =
    end - at >= 8 && (/\d/.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value.slice(1))) || end - at >= 24);
  return likely && !value.startsWith("<redacted-")
    ? { type: "secret", spans: [{ from: at, to: end, kind: "bearer" }], next: end }
    : none;
}
