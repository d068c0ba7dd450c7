import { type NameKind, secretName } from "./secret-names.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

export type ValueResult =
  | { readonly type: "none" }
  /** `name: DB_PASSWORD`: the value that follows under `value` is secret. */
  | { readonly type: "names-secret" }
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
const stops = new Set([..." \t\r\n,;&\"'`)}]<>|"]);

const blank = (char: string | undefined) => char === " " || char === "\t";

function lineStartsAt(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && at - i < 80; i--) {
    const char = text[i];
    if (char === "\n") return true;
    if (!blank(char) && char !== "-" && char !== '"' && char !== "'") return false;
  }
  return at < 80;
}

/** Is this text, found as the value of a secret's name, a value at all? */
function isValue(value: string, kind: NameKind, prose: boolean): boolean {
  if (
    value.length === 0 ||
    value.startsWith("<redacted-") ||
    value.startsWith("${") ||
    value.startsWith("$(") ||
    value.startsWith("{{") ||
    value.startsWith("(hidden")
  )
    return false;
  const lower = value.toLowerCase();
  if (harmlessValues.has(lower) || /^[*x.•]+$/i.test(value)) return false;
  if (kind === "token" && /^\d{1,5}(\.\d+)?(ms|s)?$/.test(value)) return false;
  // "token: expired" in a sentence; in a file the name stands at the start of its line.
  return !(prose && (/^[a-z]+[.!]?$/.test(value) || value.length < 4));
}

function closingQuote(text: string, from: number, quote: string): number {
  const limit = Math.min(text.length, from + maxValue);
  for (let i = from; i < limit; i++) {
    if (text.startsWith(quote, i)) return i;
    if (text[i] === "\\" && quote.length === 1) i++;
  }
  return limit;
}

/** Indented lines below `name: |`. */
function blockScalar(text: string, at: number, nameAt: number): Span | undefined {
  const lineAt = text.lastIndexOf("\n", nameAt) + 1;
  let indent = 0;
  while (text[lineAt + indent] === " ") indent++;
  let i = text.indexOf("\n", at);
  if (i < 0) return undefined;
  const from = i + 1;
  let to = from;
  const limit = Math.min(text.length, from + maxValue);
  while (i >= 0 && i + 1 < limit) {
    let depth = 0;
    while (text[i + 1 + depth] === " ") depth++;
    const isEmpty = text[i + 1 + depth] === "\n";
    if (depth <= indent && !isEmpty) break;
    const next = text.indexOf("\n", i + 1);
    to = next < 0 ? text.length : next;
    i = next;
  }
  return to > from ? { from, to: Math.min(to, limit), kind: "block" } : undefined;
}

/** `Bearer xyz`, `Basic xyz`: the second word is the credential. */
function afterScheme(text: string, at: number): number {
  const match = /^(?:bearer|basic|token|digest|apikey|negotiate)[ \t]+/i.exec(text.slice(at, at + 24));
  return match ? at + match[0].length : at;
}

function plainEnd(text: string, from: number, wholeLine: boolean): number {
  const limit = Math.min(text.length, from + maxValue);
  let i = from;
  while (i < limit && (wholeLine ? text[i] !== "\n" && text[i] !== "\r" : !stops.has(text[i] ?? ""))) i++;
  return i;
}

/** Looks past the word `from`..`to` for a separator and a value, and says whether that value is secret. */
export function valueAfter(text: string, from: number, to: number, valueIsSecret: boolean): ValueResult {
  let i = to;
  // `"name"`, `\"name\"`, `name]` before the separator.
  for (let k = 0; k < 3 && i < text.length; k++) {
    const char = text[i];
    if (char === '"' || char === "'" || char === "\\" || char === "]") i++;
    else break;
  }
  let spaces = 0;
  while (spaces < 4 && blank(text[i])) {
    i++;
    spaces++;
  }
  const separator = text[i];
  const flag = separator !== "=" && separator !== ":" && spaces > 0 && text.startsWith("--", from);
  const scheme =
    !flag && separator !== "=" && separator !== ":" && spaces > 0 && i === to + spaces
      ? schemeWord(text, from, to)
      : false;
  if (scheme) return credential(text, i);
  if (separator !== "=" && separator !== ":" && !flag) return none;
  if (separator === ":" && text[i + 1] === "/" && text[i + 2] === "/") return none;
  if (to - from > 200) return none;
  const name = text.slice(from, to).replace(/^[-./+~%]+/, "");
  const isPair = /^(?:name|key|env|header|field)$/i.test(name);
  const kind =
    valueIsSecret && /^(?:value|val|default)$/i.test(name)
      ? "password"
      : isPair
        ? undefined
        : secretName(lastPart(name));
  if (!kind && !isPair) return none;

  if (!flag) i++;
  if (text[i] === "=" || text[i] === ">") i++;
  spaces = 0;
  while (spaces < 40 && (blank(text[i]) || (text[i] === "\n" && /^\n\s{0,20}["']/.test(text.slice(i, i + 24))))) {
    i++;
    spaces++;
  }
  const escaped = text[i] === "\\" && (text[i + 1] === '"' || text[i + 1] === "'");
  const quote = escaped
    ? text.slice(i, i + 2)
    : text[i] === '"' || text[i] === "'" || text[i] === "`"
      ? (text[i] ?? "")
      : "";
  if (!kind) {
    const start = i + quote.length;
    const end = quote ? closingQuote(text, start, quote) : plainEnd(text, start, false);
    return end - start <= 120 && secretName(text.slice(start, end)) ? { type: "names-secret" } : none;
  }
  if (quote) {
    const start = afterScheme(text, i + quote.length);
    const end = closingQuote(text, start, quote);
    return isValue(text.slice(start, Math.min(end, start + 64)), kind, false)
      ? { type: "secret", spans: [{ from: start, to: end, kind }], next: end }
      : none;
  }
  if ((text[i] === "|" || text[i] === ">") && separator === ":") {
    const block = blockScalar(text, i, from);
    return block ? { type: "secret", spans: [block], next: block.to } : none;
  }
  if (text[i] === "[" || text[i] === "{" || text[i] === "\n") return none;
  const start = afterScheme(text, i);
  const end = plainEnd(text, start, /cookie$/i.test(name) && separator === ":");
  const prose = separator === ":" && start === i && !lineStartsAt(text, from);
  return isValue(text.slice(start, Math.min(end, start + 64)), kind, prose)
    ? { type: "secret", spans: [{ from: start, to: end, kind }], next: end }
    : none;
}

/** `containers.env.DB_PASSWORD` -> the part that names the value. */
function lastPart(name: string): string {
  const cut = Math.max(name.lastIndexOf("/"), name.lastIndexOf("."));
  return cut >= 0 && cut < name.length - 1 ? name.slice(cut + 1) : name;
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
