import { parseLine } from "../../log-lines/parse-line.ts";
import { templateOfLine } from "./log-text.ts";

/** Names of values that a reader needs no second time, or that differ in every line. */
const left =
  /^(?:ts|time|timestamp|@timestamp|t|level|severity|lvl|pid|hostname|logger|caller|stream|v|trace|trace_?id|span_?id|request_?id|req_?id|ms|duration\w*|latency\w*|elapsed\w*)$/i;
const sentence = /^(?:msg|message|log|event)$/i;
/** Of the other values only these tell one kind of message from another. */
const telling = /^(?:err|error|exception|code|status|method|reason|type)$/i;
const maxPairs = 24;

/** Ids without a single digit are no words. Only what the template has left: before it, this would cut UUIDs into pieces. */
const kindOf = (text: string): string => templateOfLine(text).replace(/\b[0-9a-f]{8,}\b/gi, "<n>");

interface Gist {
  /** The line for people: its sentence, then its other values. */
  readonly text: string;
  /** Equal for lines of one kind. */
  readonly kind: string;
}

function pairsOf(line: string): readonly (readonly [string, string])[] | undefined {
  if (line.startsWith("{")) {
    try {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed !== "object" || parsed === null) return undefined;
      return Object.entries(parsed)
        .slice(0, maxPairs)
        .flatMap(([key, value]) =>
          typeof value === "string" || typeof value === "number" ? [[key, String(value)] as const] : [],
        );
    } catch {
      // Cut, or not JSON after all: it is read as it stands.
      return undefined;
    }
  }
  if (!/^[\w.@-]+=/.test(line)) return undefined;
  return [...line.matchAll(/([\w.@-]{1,40})=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)]
    .slice(0, maxPairs)
    .map((match) => [match[1] ?? "", match[2] ?? match[3] ?? ""] as const);
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

/**
 * What a line says, without its header (time, level, thread, logger) and its ids: its sentence, of JSON and logfmt the other values too,
 * and last an error that such a line holds in an object of its own.
 */
export function gistOf(line: string): Gist {
  const { message, fields } = parseLine(line);
  const words = oneLine(message);
  // Without a sentence the line is its own.
  const pairs = message === line ? [] : (pairsOf(line) ?? []);
  const others = pairs.filter(([key, value]) => !sentence.test(key) && !left.test(key) && value !== message);
  const error = line.startsWith("{") && pairs.length > 0 ? fields?.error : undefined;
  const told = [message, ...others.map(([, value]) => value)];
  if (error !== undefined && !told.some((text) => text.includes(error))) others.push(["error", error]);
  return {
    text: oneLine([words, ...others.map(([key, value]) => `${key}=${value}`)].join(" ")),
    kind: [
      kindOf(words),
      ...others.flatMap(([key, value]) => (telling.test(key) ? `${key}=${kindOf(value)}` : [])),
    ].join(" "),
  };
}
