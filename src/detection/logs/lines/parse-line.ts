import { requestOf } from "./access-request.ts";
import { skipSpaces } from "./chars.ts";
import { endOfString } from "./end-of-string.ts";
import { createHeader } from "./header.ts";
import { isWorse, type Level, levelOf, levelOfRank, levelOfSyslog } from "./level.ts";
import { type LineFields, noteField } from "./line-fields.ts";
import { MESSAGE_KEYS, type Structured } from "./message-keys.ts";
import { scanHeader } from "./scan-header.ts";
import { isKeyChar } from "./scan-pairs.ts";
import { HOLDERS, LATE_HOLDERS, scanStructured } from "./scan-structured.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";
import { severityOfWords } from "./severity-words.ts";
import { numberMs, stampMs } from "./stamp-time.ts";
import { withoutColours } from "./wrapped-line.ts";

/** One line, understood. `at` is in milliseconds since 1970, when the line says so. */
export interface ParsedLine {
  readonly level: Level | undefined;
  readonly message: string;
  readonly fields?: LineFields;
  readonly at?: number;
}

/** Characters of a line that are looked at. */
const MAX_LINE = 16_384;
const MAX_MESSAGE = 4_096;
const MAX_PAIRS = 64;
/** Shortest date with a clock. */
const MIN_STAMP = 14;

/** `s` is MongoDB's, `@l` Serilog's, `level_name` Monolog's. */
const LEVEL_KEYS = new Set(
  "level severity lvl loglevel log.level levelname @level log_level level_name @l severitytext severity_text s l error_severity".split(
    " ",
  ),
);
/** Python's numbers, divided by ten (https://docs.python.org/3/library/logging.html#logging-levels). */
const PYTHON: readonly (Level | undefined)[] = [undefined, "debug", "info", "warn", "error", "error"];
/** Nextcloud's numbers, from 0 on (https://docs.nextcloud.com, "log level"). */
const NEXTCLOUD: readonly Level[] = ["debug", "info", "warn", "error", "fatal"];
/** In lower case: whatever case a writer chose, it is the same key. */
const SENTENCE_KEYS = [...new Set(MESSAGE_KEYS.map((key) => key.toLowerCase()))];
/** Docker's and Falco's, which hold a whole line. */
const LINES = new Set([SENTENCE_KEYS.indexOf("log"), SENTENCE_KEYS.indexOf("output")]);
const TIME_KEYS = new Set([
  "ts",
  "time",
  "timestamp",
  "@timestamp",
  "t",
  "datetime",
  "@t",
  "start_time",
  "time_iso8601",
  "time_local",
  "startutc",
]);

const header = createHeader();
const pairs: Structured = { start: 0, end: 0, kind: 0 };

/** What key and value pairs add up to, gathered one at a time. */
interface Draft {
  level: Level | undefined;
  message: string | undefined;
  messageRank: number;
  at: number | undefined;
  /** What `level` says when it is a number of syslog, as it is in GELF. */
  syslog: Level | undefined;
  readonly fields: LineFields;
}

const emptyDraft = (): Draft => ({
  level: undefined,
  message: undefined,
  messageRank: SENTENCE_KEYS.length,
  at: undefined,
  syslog: undefined,
  fields: {},
});

function notePair(draft: Draft, key: string, value: string | number): void {
  const name = key.toLowerCase();
  if (LEVEL_KEYS.has(name)) {
    draft.level ??= levelOf(value);
    if (name === "level") draft.syslog = levelOfSyslog(value);
  } else if (name === "levelno") {
    draft.level ??= PYTHON[Number(value) / 10];
  } else if (name === "priority") {
    draft.level ??= levelOfSyslog(value) ?? levelOf(value);
  } else if (TIME_KEYS.has(name)) {
    draft.at ??= typeof value === "number" ? numberMs(value) : stampMs(value);
  } else {
    const rank = SENTENCE_KEYS.indexOf(name);
    if (rank >= 0 && rank < draft.messageRank && typeof value === "string" && value !== "") {
      draft.message = value;
      draft.messageRank = rank;
    }
    noteField(draft.fields, key, value);
    if (name === "request" && typeof value === "string") noteRequestLine(draft, value);
  }
}

/** `GET /path HTTP/1.1`, as nginx tells of it in JSON. */
function noteRequestLine(draft: Draft, value: string): void {
  const [, method = "", path = ""] = /^([A-Z]{3,7}) (\S{1,2000}) HTTP\/[\d.]{1,4}$/.exec(value.slice(0, 2_100)) ?? [];
  noteField(draft.fields, "method", method);
  noteField(draft.fields, "path", path);
}

/**
 * A request that the server failed is an error, though access logs call it information. A status that a sentence tells beside its own level
 * (`INFO [status=502] call failed`) leaves that level alone.
 */
function levelWith(draft: Draft, isAnswer: boolean, message: string): Level | undefined {
  const { status = 0, method, path } = draft.fields;
  const stated = draft.level;
  if (status >= 500 && (stated === undefined || isAnswer))
    return stated === "warn" || stated === "fatal" ? stated : "error";
  const isRequest = status > 0 && (method !== undefined || path !== undefined);
  return stated ?? (isRequest ? "info" : severityOfWords(message));
}

/**
 * Stated level or that of an HTTP status, else that of the words.
 * @param isAnswer is the line about the answer to a request, or data?
 */
function finish(draft: Draft, text: string, isAnswer = true): ParsedLine {
  const message = text.slice(0, MAX_MESSAGE);
  const level = levelWith(draft, isAnswer, message);
  return {
    level,
    message,
    ...(Object.keys(draft.fields).length === 0 ? {} : { fields: draft.fields }),
    ...(draft.at === undefined ? {} : { at: draft.at }),
  };
}

/**
 * `"msg":"record","record":{"error_severity":"FATAL","message":"…"}`, as CloudNativePG hands on what PostgreSQL says, and
 * `"error":{"message":"…"}` without a sentence beside it.
 */
function noteRecord(draft: Draft, parsed: object): void {
  const records: Readonly<Record<string, unknown>> = { ...parsed };
  const named =
    draft.message === undefined
      ? Object.keys(records)
          .filter((key) => LATE_HOLDERS.has(key))
          .map((key) => records[key])
      : [records[draft.message]];
  for (const held of named) {
    if (typeof held !== "object" || held === null) continue;
    const record = emptyDraft();
    noteNested(record, "fields", held);
    if (record.message === undefined) continue;
    draft.message = record.message;
    Object.assign(draft.fields, record.fields);
    if (isWorse(record.level, draft.level)) draft.level = record.level;
    return;
  }
}

/** Kubernetes' own JSON states none: what informs has a verbosity, what failed its error (https://github.com/kubernetes/klog). */
function levelOfKlog(parsed: object, draft: Draft): Level | undefined {
  if ("v" in parsed && typeof parsed.v === "number") return "info";
  return draft.fields.error !== undefined && ("err" in parsed || "error" in parsed) ? "error" : undefined;
}

const time: TimeScan = { end: 0, kind: 0 };

/** A whole stamp; a clock alone or a number may be what the line tells. */
const beginsWithTime = (text: string) =>
  scanTime(text, 0, text.length, time) && time.kind !== TIME.clock && time.kind !== TIME.epoch && time.end >= MIN_STAMP;

/** @param before what a plain header before the object says; the object's own word goes before it */
function parseJson(text: string, before: Pick<Draft, "level" | "at">): ParsedLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Cut or not JSON after all: the caller reads it as plain text.
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const draft = emptyDraft();
  let pairs = 0;
  for (const [key, value] of Object.entries(parsed)) {
    if (++pairs > MAX_PAIRS) break;
    if (typeof value === "string" || typeof value === "number") notePair(draft, key, value);
    else if (Array.isArray(value)) noteTags(draft, key, value);
    else if (typeof value === "object" && value !== null) noteNested(draft, key, value);
  }
  noteRecord(draft, parsed);
  draft.level ??= before.level;
  draft.at ??= before.at;
  if (draft.message === undefined) return finish(draft, text);
  draft.level ??= levelOfKlog(parsed, draft);
  if (draft.messageRank === SENTENCE_KEYS.indexOf("short_message")) draft.level ??= draft.syslog;
  if ("reqId" in parsed && "app" in parsed && "level" in parsed) draft.level ??= NEXTCLOUD[Number(parsed.level)];
  // Docker wraps a whole line, header and all, into "log"; others do so under any key.
  const isLine = LINES.has(draft.messageRank) || draft.message.startsWith("{") || beginsWithTime(draft.message);
  if (!isLine) return finish(draft, draft.message);
  const inner = parseLine(draft.message.trimEnd());
  Object.assign(draft.fields, inner.fields);
  draft.level ??= inner.level;
  draft.at ??= inner.at;
  return finish(draft, inner.message);
}

/** `"tags":["warning","plugins"]`, as Kibana and OpenSearch Dashboards state a level; one that is stated elsewhere wins. */
function noteTags(draft: Draft, key: string, tags: readonly unknown[]): void {
  if (key !== "tags" || tags.length > MAX_PAIRS) return;
  const levels = tags.map((tag) => (typeof tag === "string" ? levelOf(tag) : undefined));
  draft.level ??= levels.find((level) => level !== undefined);
}

function noteNested(draft: Draft, key: string, value: object): void {
  let pairs = 0;
  for (const [inner, leaf] of Object.entries(value)) {
    if (++pairs > MAX_PAIRS) return;
    if (typeof leaf !== "string" && typeof leaf !== "number") continue;
    if ((key === "error" || key === "err") && inner === "message") noteField(draft.fields, "error", leaf);
    else if ((key === "log" && inner === "level") || (key === "level" && inner === "name"))
      draft.level ??= levelOf(leaf);
    else if (HOLDERS.has(key)) notePair(draft, inner, leaf);
    else if (inner === "$date" && TIME_KEYS.has(key)) notePair(draft, key, leaf);
    else noteField(draft.fields, `${key}.${inner}`, leaf);
  }
}

/** Reads `key=value` and `key="value"` wherever they stand in text[from..]; returns how many there were. */
function notePairs(text: string, from: number, draft: Draft, note: typeof notePair): number {
  let pairs = 0;
  let at = text.indexOf("=", from);
  while (at > 0 && pairs < MAX_PAIRS) {
    // `"key"=value`, as klogr writes it.
    const keyEnd = at > from && text.charCodeAt(at - 1) === 34 ? at - 1 : at;
    let start = keyEnd;
    while (start > from && isKeyChar(text.charCodeAt(start - 1))) start--;
    const quoted = text.charCodeAt(at + 1) === 34;
    let end = at + 1;
    if (quoted) end = endOfString(text, at + 2, text.length);
    else while (end < text.length && !" \t,;)]}".includes(text.charAt(end))) end++;
    if (start < keyEnd) {
      const raw = quoted ? unescaped(text.slice(at + 2, end)) : text.slice(at + 1, end);
      note(draft, text.slice(start, keyEnd), raw);
      pairs++;
    }
    at = text.indexOf("=", Math.max(end, at + 1));
  }
  return pairs;
}

function unescaped(text: string): string {
  return text.includes("\\") ? text.replaceAll('\\"', '"').replaceAll("\\n", "\n").replaceAll("\\\\", "\\") : text;
}

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
  const text = withoutColours(raw.length > MAX_LINE ? raw.slice(0, MAX_LINE) : raw);
  scanHeader(text, 0, text.length, header);
  const { message: from, level: rank, timeStart, timeEnd } = header;
  const level = levelOfRank(rank);
  const at = timeStart < 0 ? undefined : stampMs(text.slice(timeStart, timeEnd));
  if (text.charCodeAt(from) === 123) {
    const json = parseJson(from === 0 ? text : text.slice(from), { level, at });
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
  return finish(draft, text.slice(skipSpaces(text, from, text.length)), isTold);
}

function isLogfmt(text: string, from: number): boolean {
  let i = from;
  while (i < text.length && isKeyChar(text.charCodeAt(i))) i++;
  return i > from && text.charCodeAt(i) === 61;
}
