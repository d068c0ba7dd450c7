import { isLetter, skipSpaces } from "./chars.ts";

/** Where the sentence of a structured line stands. */
export interface Structured {
  start: number;
  end: number;
  /** 1 JSON, 2 logfmt. */
  kind: number;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const EQUALS = 61;
const COLON = 58;

/** Keys that hold the sentence, the most telling first. */
export const MESSAGE_KEYS: readonly string[] = [
  "msg",
  "message",
  "log",
  "MESSAGE",
  "Message",
  "@message",
  "@m",
  "@mt",
  "RenderedMessage",
  "MessageTemplate",
  "short_message",
  "textPayload",
  "text",
  "event",
  "error",
  "err",
  "body",
  "Body",
  "stringValue",
  "string_value",
  "reason",
];

/** Keys of objects that hold the sentence where the line itself has none: Rust's `tracing`, Google Cloud, OpenTelemetry. */
export const HOLDERS: ReadonlySet<string> = new Set(["fields", "jsonPayload", "body", "Body"]);

/** By length and first letter, which tell most keys that hold no sentence. */
const MESSAGE_SHAPES = new Set(MESSAGE_KEYS.map((key) => key.length * 256 + key.charCodeAt(0)));

/** How telling the key text[start, end) is, 0 the most; -1 when it holds no sentence. */
function messageRank(text: string, start: number, end: number): number {
  if (!MESSAGE_SHAPES.has((end - start) * 256 + text.charCodeAt(start))) return -1;
  return MESSAGE_KEYS.indexOf(text.slice(start, end));
}

/** Offset of the quote that closes the string opened before `from`; `end` when the line is cut inside it. */
export function endOfString(text: string, from: number, end: number): number {
  for (let at = text.indexOf('"', from); at >= 0 && at < end; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if ((slashes & 1) === 0) return at;
  }
  return end;
}

/** Offset after a JSON value that is not a string; nested objects and arrays are passed over with a depth count. */
function endOfValue(text: string, from: number, end: number): number {
  let depth = 0;
  let i = from;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i + 1, end);
    else if (code === OPEN || code === 91) depth++;
    else if (code === 125 || code === 93) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (code === 44 && depth === 0) return i;
  }
  return i;
}

/** `"event":"nodes.install"`: the name of what happened; a message beside it is a detail. */
function isEventName(text: string, keyStart: number, keyEnd: number, start: number, end: number): boolean {
  if (keyEnd - keyStart !== 5 || !text.startsWith("event", keyStart)) return false;
  let dots = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) dots++;
    else if (!isLetter(code) && code !== 95 && code !== 45) return false;
  }
  return dots > 0;
}

/** One pass over the top level of a JSON object, no parsing of values; then over one that holds the sentence, if there is one. */
function scanJson(text: string, from: number, end: number, out: Structured): boolean {
  out.kind = 1;
  const holder = scanObject(text, from, end, out);
  return holder > 0 ? scanObject(text, holder, end, out) === FOUND : holder === FOUND;
}

const FOUND = -1;
const NOTHING = -2;

/** @returns FOUND, NOTHING, or where an object begins that may hold the sentence */
function scanObject(text: string, from: number, end: number, out: Structured): number {
  let best = MESSAGE_KEYS.length;
  let holder = NOTHING;
  let i = skipSpaces(text, from + 1, end);
  while (i < end && text.charCodeAt(i) === QUOTE) {
    const keyStart = i + 1;
    const keyEnd = endOfString(text, keyStart, end);
    i = skipSpaces(text, keyEnd + 1, end);
    if (text.charCodeAt(i) !== COLON) break;
    i = skipSpaces(text, i + 1, end);
    const quoted = text.charCodeAt(i) === QUOTE;
    const valueStart = quoted ? i + 1 : i;
    const valueEnd = quoted ? endOfString(text, valueStart, end) : endOfValue(text, i, end);
    if (quoted) {
      const named = messageRank(text, keyStart, keyEnd);
      const rank = named > 0 && isEventName(text, keyStart, keyEnd, valueStart, valueEnd) ? 0 : named;
      if (rank >= 0 && rank < best && valueEnd > valueStart) {
        best = rank;
        out.start = valueStart;
        out.end = valueEnd;
      }
    } else if (text.charCodeAt(i) === OPEN && HOLDERS.has(text.slice(keyStart, keyEnd))) holder = i;
    i = skipSpaces(text, quoted ? valueEnd + 1 : valueEnd, end);
    if (text.charCodeAt(i) !== 44) break;
    i = skipSpaces(text, i + 1, end);
  }
  return best < MESSAGE_KEYS.length ? FOUND : holder;
}

/** `key=value key="quoted value"` from the first character on; a line that is not all pairs is not logfmt. */
function scanLogfmt(text: string, from: number, end: number, out: Structured): boolean {
  let i = from;
  let pairs = 0;
  let best = 2;
  /** Was the last value an unquoted sentence? Then words that follow belong to it. */
  let open = false;
  out.kind = 2;
  while (i < end) {
    const keyStart = i;
    while (i < end && isKey(text.charCodeAt(i))) i++;
    if (i === keyStart || text.charCodeAt(i) !== EQUALS) {
      if (open) out.end = end;
      return best < 2 && pairs > 1;
    }
    const keyEnd = i++;
    const quoted = text.charCodeAt(i) === QUOTE;
    const valueStart = quoted ? i + 1 : i;
    let valueEnd = valueStart;
    if (quoted) valueEnd = endOfString(text, valueStart, end);
    else while (valueEnd < end && text.charCodeAt(valueEnd) > 32) valueEnd++;
    const rank = messageRank(text, keyStart, keyEnd);
    open = rank >= 0 && rank < best && !quoted;
    if (rank >= 0 && rank < best) {
      best = rank;
      out.start = valueStart;
      out.end = valueEnd;
    }
    pairs++;
    i = skipSpaces(text, quoted ? valueEnd + 1 : valueEnd, end);
  }
  return best < 2 && pairs > 1;
}

function isKey(code: number): boolean {
  return isLetter(code) || (code >= 48 && code <= 57) || code === 95 || code === 46 || code === 45 || code === 64;
}

/**
 * Finds the sentence inside a JSON or logfmt line (after a plain header, if any).
 * @returns false when the line is neither, or says nothing in a key known to hold a message
 */
export function scanStructured(text: string, from: number, end: number, out: Structured): boolean {
  const code = text.charCodeAt(from);
  if (code === OPEN) return scanJson(text, from, end, out);
  if (!isLetter(code) && code !== 64) return false;
  const limit = Math.min(end, from + 24);
  for (let i = from; i < limit; i++) {
    const at = text.charCodeAt(i);
    if (at === EQUALS) return scanLogfmt(text, from, end, out);
    if (!isKey(at)) return false;
  }
  return false;
}
