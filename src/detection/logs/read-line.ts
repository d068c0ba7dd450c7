import { skipSpaces } from "./chars.ts";
import { createHeader, scanHeader } from "./scan-header.ts";
import { type Structured, scanStructured } from "./scan-structured.ts";
import { clearTokenLine, sealTokenLine, type TokenLine } from "./token-line.ts";
import { nameBareLine, tokenize } from "./tokenize.ts";

const header = createHeader();
const inner = createHeader();
const structured: Structured = { start: 0, end: 0, level: 0, kind: 0 };

/** Formats: the kind of time stamp of a plain line; structured lines add their kind and stated level above these. */
const COLUMNS = 16;
const STRUCTURED = 32;

/** Where the message of the line last read starts and ends (for a template's text). */
export interface Span {
  start: number;
  end: number;
}

/**
 * Reads one line into tokens: header off, JSON and logfmt reduced to their message, values masked.
 * @param end characters to look at; the rest of the line is ignored
 */
export function readLine(text: string, end: number, line: TokenLine, span: Span): void {
  scanHeader(text, 0, end, header);
  const from = header.message;
  const layout = header.kind + (header.columns ? COLUMNS : 0);
  if (scanStructured(text, from, end, structured)) {
    clearTokenLine(line, text, layout + STRUCTURED * (structured.kind * 8 + structured.level));
    span.start = structured.start;
    span.end = structured.end;
    scanHeader(text, structured.start, structured.end, inner);
    if (inner.kind !== 0) span.start = inner.message;
  } else {
    clearTokenLine(line, text, layout);
    span.start = from;
    span.end = end;
  }
  tokenize(line, span.start, span.end);
  if (line.count === 0 && from > 0 && skipSpaces(text, from, end) === end) tokenize(line, 0, end);
  nameBareLine(line);
  sealTokenLine(line);
}
