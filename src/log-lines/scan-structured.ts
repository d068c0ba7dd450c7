import { isDigit, isLetter, skipSpaces } from "./chars.ts";
import { endOfString } from "./end-of-string.ts";
import { MESSAGE_KEYS, messageRank, type Structured } from "./message-keys.ts";
import { scanPairs } from "./scan-pairs.ts";

const QUOTE = 34;
const OPEN = 123;
const COLON = 58;

/** Keys of objects that hold the sentence where the line itself has none: Rust's `tracing`, Google Cloud, OpenTelemetry. */
export const HOLDERS: ReadonlySet<string> = new Set(["fields", "jsonPayload", "body", "Body"]);

/** Of these too, when nothing else holds one. */
export const LATE_HOLDERS: ReadonlySet<string> = new Set([
  "error",
  "err",
  "exception",
  "record",
  "info",
  "data",
  "attributes",
  "event",
  "log",
  "detail",
  "operation",
  "properties",
  "baseData",
]);
/** Those of one line that are looked into, one within another as well. */
export const MAX_HOLDERS = 6;
const late: number[] = [];

/** Where the kind of the line at hand is named; nowhere without an end. */
const kind = { rank: 0, start: 0, end: 0 };
/** Longest name of a kind. */
const MAX_KIND = 64;

/** A name has no digits, the sentence of `FIRST_ARGUMENT` any. */
function noteKind(text: string, rank: number, start: number, end: number): void {
  if (end === start || (kind.end > 0 && rank > kind.rank)) return;
  if (rank > MESSAGE_KEYS.length) {
    if (end - start > MAX_KIND) return;
    for (let i = start; i < end; i++) if (isDigit(text.charCodeAt(i))) return;
  } else if (!text.includes('"_meta"', end)) return;
  kind.rank = rank;
  kind.start = start;
  kind.end = end;
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
  out.start = 0;
  out.end = 0;
  late.length = 0;
  kind.end = 0;
  const holder = scanObject(text, from, end, out);
  if (holder === FOUND) return true;
  const { start, end: stop } = out;
  if (holder > 0) {
    late.length = 0;
    late.push(holder);
  }
  // What is looked into adds what it holds in its turn.
  for (const open of late) if (scanObject(text, open, end, out) === FOUND) return true;
  const isNamed = stop === start;
  out.start = isNamed ? kind.start : start;
  out.end = isNamed ? kind.end : stop;
  return out.end > 0;
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
      if (rank >= MESSAGE_KEYS.length) {
        noteKind(text, rank, valueStart, valueEnd);
      } else if (rank >= 0 && rank < best && valueEnd > valueStart) {
        best = rank;
        out.start = valueStart;
        out.end = valueEnd;
      }
    } else if (text.charCodeAt(i) === OPEN) {
      const key = text.slice(keyStart, keyEnd);
      // `"msg":"record","record":{…}`: the sentence names the object that holds it.
      if (best < MESSAGE_KEYS.length && key === text.slice(out.start, out.end)) return i;
      if (HOLDERS.has(key)) holder = i;
      else if (LATE_HOLDERS.has(key) && late.length < MAX_HOLDERS) late.push(i);
    }
    i = skipSpaces(text, quoted ? valueEnd + 1 : valueEnd, end);
    if (text.charCodeAt(i) !== 44) break;
    i = skipSpaces(text, i + 1, end);
  }
  return best < MESSAGE_KEYS.length ? FOUND : holder;
}

/**
 * Finds the sentence inside a JSON or logfmt line (after a plain header, if any).
 * @returns false when the line is neither, or says nothing in a key known to hold a message
 */
export function scanStructured(text: string, from: number, end: number, out: Structured): boolean {
  const code = text.charCodeAt(from);
  if (code === OPEN) return scanJson(text, from, end, out);
  return scanPairs(text, from, end, out);
}
