import { isWorse, type Level, levelOf } from "./level.ts";
import { type Draft, emptyDraft, finish, notePair, type ParsedLine, SENTENCE_KEYS, TIME_KEYS } from "./line-draft.ts";
import { noteField } from "./line-fields.ts";
import { FIRST_ARGUMENT } from "./message-keys.ts";
import { HOLDERS, LATE_HOLDERS, MAX_HOLDERS } from "./scan-structured.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";

/** Keys and elements of one object that are looked at. */
const MAX_PAIRS = 64;
/** Shortest date with a clock. */
const MIN_STAMP = 14;

/** Nextcloud's numbers, from 0 on (https://docs.nextcloud.com, "log level"). */
const NEXTCLOUD: readonly Level[] = ["debug", "info", "warn", "error", "fatal"];
/** lager's before version 3 (https://github.com/cloudfoundry/lager). */
const LAGER: readonly Level[] = ["debug", "info", "error", "fatal"];
/** A level and a time that stand in an object, by the names of both. */
const NESTED_LEVELS = new Set(["log.level", "level.name", "context.logLevel", "_meta.logLevelName", "syslog.severity"]);
const NESTED_TIMES = new Set(["_meta.date", "instant.epochSecond"]);
/** What these hold is told of the line itself: Azure, Google Cloud, Hasura. */
const TELLING = new Set(["properties", "httpRequest", "http_info"]);
/** Docker's and Falco's, which hold a whole line. */
const LINES = new Set([SENTENCE_KEYS.indexOf("log"), SENTENCE_KEYS.indexOf("output")]);

/**
 * `"msg":"record","record":{"error_severity":"FATAL","message":"…"}`, as CloudNativePG hands on what PostgreSQL says, and
 * `"error":{"message":"…"}` without a sentence beside it.
 */
function noteRecord(draft: Draft, parsed: object): void {
  const records: Readonly<Record<string, unknown>> = { ...parsed };
  const named = draft.message === undefined ? lateHeld(parsed) : [records[draft.message]];
  // What is looked into adds what it holds in its turn.
  for (const held of named) {
    if (typeof held !== "object" || held === null) continue;
    const record = emptyDraft();
    noteNested(record, "fields", held);
    if (record.message === undefined) {
      named.push(...lateHeld(held).slice(0, MAX_HOLDERS - named.length));
      continue;
    }
    draft.message = record.message;
    Object.assign(draft.fields, record.fields);
    if (isWorse(record.level, draft.level)) draft.level = record.level;
    return;
  }
}

function lateHeld(value: object): unknown[] {
  return Object.entries(value)
    .filter(([key, held]) => LATE_HOLDERS.has(key) && typeof held === "object")
    .map(([, held]) => held);
}

/** Kubernetes' own JSON states none: what informs has a verbosity, what failed its error (https://github.com/kubernetes/klog); a request that failed has its status. */
function levelOfKlog(parsed: object, draft: Draft): Level | undefined {
  if ("v" in parsed && typeof parsed.v === "number") return "info";
  const { error, status, method, path } = draft.fields;
  if (status !== undefined && (method ?? path) !== undefined) return undefined;
  return error !== undefined && ("err" in parsed || "error" in parsed) ? "error" : undefined;
}

const time: TimeScan = { end: 0, kind: 0 };

/** A whole stamp; a clock alone or a number may be what the line tells. */
const beginsWithTime = (text: string) =>
  scanTime(text, 0, text.length, time) && time.kind !== TIME.clock && time.kind !== TIME.epoch && time.end >= MIN_STAMP;

/**
 * Understands a line that is one JSON object; undefined when it is cut or no object.
 * @param before what a plain header before the object says; the object's own word goes before it
 * @param parseInner reads a whole line that the object holds
 */
export function parseJson(
  text: string,
  before: Pick<Draft, "level" | "at">,
  parseInner: (line: string) => ParsedLine,
): ParsedLine | undefined {
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
  draft.message ??= firstArgument(parsed);
  if (draft.message === undefined) return finish(draft, text);
  draft.level ??= levelOfKnown(parsed, draft);
  // Docker wraps a whole line, header and all, into "log"; others do so under any key.
  const isLine = LINES.has(draft.messageRank) || draft.message.startsWith("{") || beginsWithTime(draft.message);
  if (!isLine) return finish(draft, draft.message);
  const inner = parseInner(draft.message.trimEnd());
  Object.assign(draft.fields, inner.fields);
  draft.level ??= inner.level;
  draft.at ??= inner.at;
  return finish(draft, inner.message);
}

/** What tslog wrote, whose own things are in `_meta`. */
function firstArgument(parsed: object): string | undefined {
  const first = "_meta" in parsed && FIRST_ARGUMENT in parsed ? parsed[FIRST_ARGUMENT] : undefined;
  return typeof first === "string" ? first : undefined;
}

/** Of programs whose numbers and signs are levels only beside what else they write. */
function levelOfKnown(parsed: object, draft: Draft): Level | undefined {
  const klog = levelOfKlog(parsed, draft);
  if (klog !== undefined) return klog;
  if (draft.messageRank === SENTENCE_KEYS.indexOf("short_message")) return draft.syslog;
  if ("source" in parsed && "log_level" in parsed) return LAGER[Number(parsed.log_level)];
  const isNextcloud = "reqId" in parsed && "app" in parsed && "level" in parsed;
  return isNextcloud ? NEXTCLOUD[Number(parsed.level)] : undefined;
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
    const name = `${key}.${inner}`;
    if (name === "error.message" || name === "err.message") noteField(draft.fields, "error", leaf);
    else if (NESTED_LEVELS.has(name)) draft.level ??= levelOf(leaf);
    else if (HOLDERS.has(key)) notePair(draft, inner, leaf);
    else if (NESTED_TIMES.has(name) || (inner === "$date" && TIME_KEYS.has(key))) notePair(draft, "time", leaf);
    else noteField(draft.fields, TELLING.has(key) ? inner : name, leaf);
  }
}
