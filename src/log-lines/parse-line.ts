import { requestOf, startOfAnswer } from "./access-request.ts";
import { skipSpaces } from "./chars.ts";
import { createHeader } from "./header.ts";
import { levelOfRank } from "./level.ts";
import { type Draft, emptyDraft, finish, notePair, type ParsedLine } from "./line-draft.ts";
import { noteField } from "./line-fields.ts";
import type { Structured } from "./message-keys.ts";
import { notePairs, unescaped } from "./note-pairs.ts";
import { parseJson } from "./parse-json.ts";
import { scanHeader } from "./scan-header.ts";
import { isKeyChar } from "./scan-pairs.ts";
import { scanStructured } from "./scan-structured.ts";
import { stampMs } from "./stamp-time.ts";
import { withoutColours, withoutPod } from "./wrapped-line.ts";

/** Characters of a line that are looked at. */
const MAX_LINE = 16_384;

const header = createHeader();
const pairs: Structured = { start: 0, end: 0, kind: 0 };

const noteOnlyField = (draft: Draft, key: string, value: string | number) => noteField(draft.fields, key, value);

/** @returns whether the line is about a request */
function noteRequest(draft: Draft, text: string, from: number): boolean {
  const request = requestOf(text, from);
  if (request === undefined) return false;
  const [method = "", path = "", status = ""] = request;
  noteField(draft.fields, "method", method);
  noteField(draft.fields, "path", path);
  noteField(draft.fields, "status", status);
  return true;
}

/**
 * Understands one line of a container's log: JSON, logfmt, klog, syslog, the usual layouts of Java, Python, Go, Node and
 * .NET, PostgreSQL, and access logs (a status of 500 or more is an error). Never throws; reads at most 16,384 characters.
 */
export function parseLine(raw: string): ParsedLine {
  const text = withoutColours(withoutPod(raw.length > MAX_LINE ? raw.slice(0, MAX_LINE) : raw));
  scanHeader(text, 0, text.length, header);
  const { message: from, level: rank, timeStart, timeEnd } = header;
  const level = levelOfRank(rank);
  const at = timeStart < 0 ? undefined : stampMs(text.slice(timeStart, timeEnd));
  if (text.charCodeAt(from) === 123) {
    const json = parseJson(from === 0 ? text : text.slice(from), { level, at }, parseLine);
    if (json !== undefined) return json;
  }
  const draft = emptyDraft();
  draft.level = level;
  draft.at = at;
  if (isLogfmt(text, from) && notePairs(text, from, draft, notePair) > 1 && draft.message !== undefined) {
    // `conn=7 op=1 RESULT err=49 text=`: pairs within a sentence are not all there is.
    if (!scanStructured(text, from, text.length, pairs)) return finish(draft, text.slice(from));
    const isQuoted = text.charCodeAt(pairs.start - 1) === 34;
    return finish(draft, isQuoted ? draft.message : text.slice(pairs.start, pairs.end));
  }
  if (scanStructured(text, from, text.length, pairs)) {
    notePairs(text, pairs.end, draft, noteOnlyField);
    return finish(draft, unescaped(text.slice(pairs.start, pairs.end)));
  }
  const isAnswer = noteRequest(draft, text, from);
  // What a header or a span holds in pairs belongs to the line as well: `[trace=7] `.
  notePairs(text, Math.max(0, timeEnd), draft, noteOnlyField);
  const isTold = isAnswer || draft.fields.method !== undefined;
  const start = isAnswer ? startOfAnswer(text, from) : from;
  return finish(draft, text.slice(skipSpaces(text, start, text.length)), isTold);
}

function isLogfmt(text: string, from: number): boolean {
  let i = from;
  while (i < text.length && isKeyChar(text.charCodeAt(i))) i++;
  return i > from && text.charCodeAt(i) === 61;
}
