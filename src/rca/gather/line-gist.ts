import { templateOfLine } from "./log-text.ts";

/** Names of values that a reader needs no second time, or that differ in every line. */
const left =
  /^(?:ts|time|timestamp|@timestamp|t|level|severity|lvl|pid|hostname|logger|caller|v|trace|trace_?id|span_?id|request_?id|req_?id|ms|duration\w*|latency\w*|elapsed\w*)$/i;
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

/** What a line says, without its time, its level and its ids. JSON and logfmt are read by their pairs, other lines as they stand. */
export function gistOf(line: string): Gist {
  const pairs = pairsOf(line);
  const words = pairs?.find(([key]) => sentence.test(key))?.[1];
  if (!pairs || words === undefined) {
    const text = line
      .replace(/^\[?\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\]?\s*/, "")
      .replace(/\s+/g, " ")
      .trim();
    return { text, kind: kindOf(text) };
  }
  const others = pairs.filter(([key]) => !sentence.test(key) && !left.test(key));
  return {
    text: [words, ...others.map(([key, value]) => `${key}=${value}`)].join(" ").replace(/\s+/g, " ").trim(),
    kind: [
      kindOf(words),
      ...others.flatMap(([key, value]) => (telling.test(key) ? `${key}=${kindOf(value)}` : [])),
    ].join(" "),
  };
}
