import { classOf, isDigit, isLetter, isSpace, SEPARATOR, skipDigits, skipSpaces } from "../../../log-lines/chars.ts";
import { createHeader } from "../../../log-lines/header.ts";
import type { Structured } from "../../../log-lines/message-keys.ts";
import { scanHeader } from "../../../log-lines/scan-header.ts";
import { scanStructured } from "../../../log-lines/scan-structured.ts";
import { nameBareLine } from "./bare-line.ts";
import { isRequest } from "./scan-quoted.ts";
import { clearTokenLine, sealTokenLine, type TokenLine } from "./token-line.ts";
import { tokenize } from "./tokenize.ts";

const header = createHeader();
const inner = createHeader();
const structured: Structured = { start: 0, end: 0, kind: 0 };

/** Formats: the kind of time stamp of a plain line; structured lines add their kind above these. */
const COLUMNS = 16;
const STRUCTURED = 32;
/** A program that states levels does so in every line. */
const STATED = 8192;
/** An access line with referrer and user agent behind the status: two statements of one program do not share a request otherwise. */
const COMBINED = 16384;

const QUOTE = 34;
const OPEN_OBJECT = 123;

/** Where the message stands in `TokenLine.text` (for a template's text). */
export interface Span {
  start: number;
  end: number;
}

/**
 * Reads one line, or one message of several lines, into tokens: header off, JSON and logfmt reduced to their message,
 * stack frames skipped, values masked.
 * @param end characters to look at; the rest of the line is ignored
 */
export function readLine(text: string, end: number, line: TokenLine, span: Span): void {
  scanHeader(text, 0, end, header);
  const from = header.message;
  line.level = header.level;
  const layout = header.kind + (header.columns ? COLUMNS : 0) + (header.level > 0 ? STATED : 0);
  if (scanStructured(text, from, end, structured)) readMessage(text, layout, line, span);
  else {
    clearTokenLine(line, text, layout);
    span.start = afterFunction(text, announced(text, from), end);
    span.end = endOfRequest(text, from, end);
    if (endsWithStatus(text, span.end) && text.indexOf('"', span.end) > 0) line.format += COMBINED;
  }
  span.end = beforeTag(line.text, span.start, span.end);
  tokenizeLines(line, span.start, span.end);
  if (line.count === 0 && from > 0 && skipSpaces(text, from, end) === end) {
    // The header is all there is: then it is the message.
    span.start = 0;
    tokenize(line, 0, end);
  }
  if (line.words === 0 && header.component >= 0 && line.text === text) {
    // Values and nothing else: then the component says what they are.
    clearTokenLine(line, text, line.format);
    span.start = header.component;
    tokenizeLines(line, span.start, span.end);
  }
  nameBareLine(line);
  sealTokenLine(line);
}

const ANNOUNCED = "STATEMENT:";

/** PostgreSQL writes `STATEMENT:` where the level stands, and then what it was asked to do: it belongs to the message. */
function announced(text: string, from: number): number {
  let colon = from - 1;
  while (colon > 0 && isSpace(text.charCodeAt(colon))) colon--;
  const start = colon + 1 - ANNOUNCED.length;
  return start > 0 && text.charCodeAt(start) === 83 && text.startsWith(ANNOUNCED, start) ? start : from;
}

/** Longest tag at the end of a line, in characters. */
const MAX_TAG = 24;

/** ` [preauth]`: a word in brackets at the end, which many statements of a program bear or not. Where the sentence before it ends. */
function beforeTag(text: string, from: number, end: number): number {
  let close = end - 1;
  while (close > from && isSpace(text.charCodeAt(close))) close--;
  if (text.charCodeAt(close) !== 93) return end;
  const limit = Math.max(from, close - MAX_TAG);
  let open = close - 1;
  while (open > limit && isLetter(text.charCodeAt(open))) open--;
  return open > limit && open < close - 2 && text.charCodeAt(open) === 91 && isSpace(text.charCodeAt(open - 1))
    ? open
    : end;
}

/** `parse_headers(): `: the function that speaks, before the sentence. Where the sentence begins. */
function afterFunction(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && classOf(text.charCodeAt(i)) !== SEPARATOR) i++;
  if (i === from || !text.startsWith("(): ", i)) return from;
  const start = skipSpaces(text, i + 4, end);
  return start < end ? start : from;
}

/** Where the page that led to a request is told, at the end of a web server's line. */
const REFERRER = ", refer";
/** ` HTTP/1.1`, and a little more. */
const LONGEST_PROTOCOL = 10;

/** The quote that closes the request of an access line, with its protocol or without (`"GET /a"`); -1 when there is none. */
function closeOfRequest(text: string, from: number, limit: number): number {
  const protocol = text.indexOf(" HTTP/", from);
  const close = protocol < 0 ? -1 : text.indexOf('"', protocol);
  if (close >= 0 && close - protocol <= LONGEST_PROTOCOL) return close;
  const bare = protocol < 0 ? -1 : text.indexOf(" ", protocol + 1);
  if (bare >= 0 && bare - protocol <= LONGEST_PROTOCOL) return bare - 1;
  const open = text.indexOf('"', from);
  return open >= 0 && open < limit && isRequest(text, open + 1, limit) ? text.indexOf('"', open + 1) : -1;
}

/**
 * Access lines end, for us, with the status: size, referrer and user agent after it say nothing about the statement. Nor
 * does the referrer that error lines end with when there is one.
 */
function endOfRequest(text: string, from: number, limit: number): number {
  const referrer = text.indexOf(REFERRER, from);
  const end = referrer > from && referrer < limit ? referrer : limit;
  const quote = closeOfRequest(text, from, limit);
  if (quote < 0 || text.charCodeAt(quote + 1) !== 32 || !isDigit(text.charCodeAt(quote + 2))) return end;
  return Math.min(end, skipDigits(text, quote + 2, end));
}

/** `HTTP/1.1" 200`: does the status behind a request end at `end`? */
function endsWithStatus(text: string, end: number): boolean {
  let i = end;
  while (i > 0 && isDigit(text.charCodeAt(i - 1))) i--;
  return i < end && text.charCodeAt(i - 1) === 32 && text.charCodeAt(i - 2) === QUOTE;
}

/** The message of a structured line, unescaped when need be, without a header of its own (docker wraps whole lines). */
function readMessage(text: string, layout: number, line: TokenLine, span: Span): void {
  const format = layout + STRUCTURED * structured.kind;
  const backslash = text.indexOf("\\", structured.start);
  const escaped = backslash >= 0 && backslash < structured.end;
  const message = escaped ? unescaped(text.slice(structured.start, structured.end)) : text;
  span.start = escaped ? 0 : structured.start;
  span.end = escaped ? message.length : structured.end;
  clearTokenLine(line, message, format);
  if (message.charCodeAt(span.start) === OPEN_OBJECT && scanStructured(message, span.start, span.end, structured)) {
    readMessage(message, layout, line, span);
    return;
  }
  scanHeader(message, span.start, span.end, inner);
  if (inner.kind !== 0) span.start = inner.message;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "", b: " ", f: " " };

/** JSON escapes resolved; a broken one is left as it is. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, unicode: string | undefined, char: string | undefined) =>
    unicode !== undefined ? String.fromCharCode(Number.parseInt(unicode, 16)) : (ESCAPES[char ?? ""] ?? char ?? ""),
  );
}

/** `#7 `: a frame of PHP or a debugger. */
function isNumbered(text: string, from: number): boolean {
  const stop = skipDigits(text, from + 1, from + 5);
  return text.charCodeAt(from) === 35 && stop > from + 1 && text.charCodeAt(stop) === 32;
}

/** Of a message of several lines: the first, and those that name an exception; stack frames are indented or begin with `at`. */
function tokenizeLines(line: TokenLine, start: number, end: number): void {
  const { text } = line;
  let from = start;
  for (let first = true; from < end; first = false) {
    const newline = text.indexOf("\n", from);
    const stop = newline < 0 || newline > end ? end : newline;
    const isFrame = isSpace(text.charCodeAt(from)) || text.startsWith("at ", from) || isNumbered(text, from);
    if (first || !isFrame) tokenize(line, from, stop);
    from = stop + 1;
  }
}
