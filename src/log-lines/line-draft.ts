import { type Level, levelOf, levelOfSyslog } from "./level.ts";
import { type LineFields, noteField } from "./line-fields.ts";
import { MESSAGE_KEYS } from "./message-keys.ts";
import { severityOfWords } from "./severity-words.ts";
import { numberMs, stampMs } from "./stamp-time.ts";

/** One line, understood. `at` is in milliseconds since 1970, when the line says so. */
export interface ParsedLine {
  readonly level: Level | undefined;
  readonly message: string;
  readonly fields?: LineFields;
  readonly at?: number;
}

const MAX_MESSAGE = 4_096;

/** `s` is MongoDB's, `@l` Serilog's, `level_name` Monolog's. */
const LEVEL_KEYS = new Set(
  "level severity lvl loglevel log.level levelname @level log_level level_name @l severitytext severity_text severity_label sev s l error_severity syslog-severity syslog.severity syslog_severity severitylevel".split(
    " ",
  ),
);
/** go-zero's words, which are none elsewhere (https://go-zero.dev, "log"). */
const GO_ZERO: ReadonlyMap<string | number, Level> = new Map([
  ["slow", "warn"],
  ["stat", "info"],
]);
/** Application Insights' numbers (https://learn.microsoft.com, "SeverityLevel"). */
const INSIGHTS: readonly Level[] = ["debug", "info", "warn", "error", "error"];
/** Python's numbers, divided by ten (https://docs.python.org/3/library/logging.html#logging-levels). */
const PYTHON: readonly (Level | undefined)[] = [undefined, "debug", "info", "warn", "error", "error"];
/** In lower case: whatever case a writer chose, it is the same key. */
export const SENTENCE_KEYS: readonly string[] = [...new Set(MESSAGE_KEYS.map((key) => key.toLowerCase()))];
export const TIME_KEYS: ReadonlySet<string> = new Set([
  "ts",
  "time",
  "timestamp",
  "@timestamp",
  "t",
  "datetime",
  "@t",
  "asctime",
  "timemillis",
  "start_time",
  "time_iso8601",
  "time_local",
  "startutc",
]);

/** What key and value pairs add up to, gathered one at a time. */
export interface Draft {
  level: Level | undefined;
  message: string | undefined;
  messageRank: number;
  at: number | undefined;
  /** What `level` says when it is a number of syslog, as it is in GELF. */
  syslog: Level | undefined;
  readonly fields: LineFields;
}

/** One for each line; pairs that come first count where two tell the same. */
export const emptyDraft = (): Draft => ({
  level: undefined,
  message: undefined,
  messageRank: SENTENCE_KEYS.length,
  at: undefined,
  syslog: undefined,
  fields: {},
});

/** Takes in one key and its value, whatever of the line it tells. */
export function notePair(draft: Draft, key: string, value: string | number): void {
  const name = key.toLowerCase();
  if (LEVEL_KEYS.has(name)) {
    draft.level ??= levelOf(value) ?? GO_ZERO.get(value);
    if (name === "level") draft.syslog = levelOfSyslog(value);
    else if (name === "severitylevel" && typeof value === "number") draft.level ??= INSIGHTS[value];
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
export function finish(draft: Draft, text: string, isAnswer = true): ParsedLine {
  const message = text.slice(0, MAX_MESSAGE);
  const level = levelWith(draft, isAnswer, message);
  return {
    level,
    message,
    ...(Object.keys(draft.fields).length === 0 ? {} : { fields: draft.fields }),
    ...(draft.at === undefined ? {} : { at: draft.at }),
  };
}
