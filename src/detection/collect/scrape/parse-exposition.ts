import type { RawSeries, Sample } from "../../../cluster/signal.ts";
import { own } from "../../../lib/own.ts";
import { createSeriesTable } from "./series-table.ts";

/** Parses what one target exposes, again and again; the same series is the same object every time. */
export interface ExpositionParser {
  /** `at` is used for samples without a time of their own (ms). Lines that cannot be read are skipped and counted. */
  parse(text: string, at: number): Sample[];
  readonly malformed: number;
  /** Samples refused because the target exposes more series than `maxSeries`. */
  readonly refused: number;
}

export interface ExpositionParserOptions {
  /** Series kept for this target at a time; a label explosion must not take the process with it. */
  readonly maxSeries?: number;
  /** Samples of other metrics are skipped before their labels are read. */
  readonly keep?: (name: string) => boolean;
}

function parseNumber(text: string): number | undefined {
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  if (text === "NaN") return Number.NaN;
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? undefined : value;
}

/** Where the labels begin, also behind blanks, which the format allows; -1 without any. */
function braceFrom(line: string, from: number): number {
  if (from < 0) return -1;
  let at = from;
  while (line[at] === " " || line[at] === "\t") at++;
  return line[at] === "{" ? at : -1;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", "\\": "\\", '"': '"' };

/** Reads `name="value",...}` from just after the brace. Returns the place after the closing brace, or -1. */
function readLabels(line: string, from: number, into: Record<string, string>): number {
  let i = from;
  for (;;) {
    while (line[i] === " " || line[i] === "\t" || line[i] === ",") i++;
    if (line[i] === "}") return i + 1;
    const equals = line.indexOf("=", i);
    if (equals < 0) return -1;
    const name = line.slice(i, equals).trim();
    i = equals + 1;
    while (line[i] === " ") i++;
    if (line[i] !== '"' || name === "") return -1;
    i++;
    let value = "";
    let start = i;
    for (;;) {
      const char = line[i];
      if (char === undefined) return -1;
      if (char === '"') break;
      if (char === "\\") {
        const next = line[i + 1] ?? "";
        value += line.slice(start, i) + (own(escapes, next) ?? `\\${next}`);
        i += 2;
        start = i;
      } else i++;
    }
    into[name] = value + line.slice(start, i);
    i++;
  }
}

/**
 * The text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/) and what OpenMetrics adds
 * to a sample line: HELP, TYPE, UNIT, EOF and exemplars are skipped. `extraLabels` win over labels of the same name,
 * which are kept as `exported_<name>`, as Prometheus does without honor_labels.
 */
export function createExpositionParser(
  extraLabels: Readonly<Record<string, string>>,
  options: ExpositionParserOptions = {},
): ExpositionParser {
  const maxSeries = options.maxSeries ?? 20_000;
  const keep = options.keep ?? (() => true);
  const known = createSeriesTable(maxSeries);
  let malformed = 0;
  let refused = 0;

  function seriesOf(key: string, name: string, line: string, brace: number, at: number): RawSeries | undefined {
    const labels: Record<string, string> = {};
    if (brace >= 0 && readLabels(line, brace + 1, labels) < 0) {
      malformed++;
      return undefined;
    }
    for (const [label, value] of Object.entries(extraLabels)) {
      const theirs = own(labels, label);
      if (theirs !== undefined && theirs !== value) labels[`exported_${label}`] = theirs;
      labels[label] = value;
    }
    const series: RawSeries = { name, labels };
    // Sliced strings keep the whole response alive; the key is copied so that it does not.
    if (known.add(Buffer.from(key).toString(), series, at)) return series;
    refused++;
    return undefined;
  }

  /** End of the series part: after the closing brace, or the first blank. -1 when a label value is not closed. */
  function seriesEnd(line: string, brace: number): number {
    if (brace < 0) {
      const blank = line.search(/[ \t]/);
      return blank < 0 ? line.length : blank;
    }
    let quoted = false;
    for (let i = brace + 1; i < line.length; i++) {
      const char = line.charCodeAt(i);
      if (quoted && char === 92) i++;
      else if (char === 34) quoted = !quoted;
      else if (char === 125 && !quoted) return i + 1;
    }
    return -1;
  }

  return {
    parse(text, at) {
      const samples: Sample[] = [];
      let from = 0;
      while (from < text.length) {
        let to = text.indexOf("\n", from);
        if (to < 0) to = text.length;
        const line = text.slice(from, to).trim();
        from = to + 1;
        if (line === "" || line[0] === "#") continue;
        const blank = line.search(/[{ \t]/);
        const brace = braceFrom(line, blank);
        const name = blank < 0 ? line : line.slice(0, blank);
        if (!keep(name)) continue;
        const end = seriesEnd(line, brace);
        const [valueText = "", timeText] =
          end < 0
            ? []
            : line
                .slice(end)
                .trim()
                .split(/[ \t]+/, 2);
        const value = parseNumber(valueText);
        if (value === undefined || !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
          malformed++;
          continue;
        }
        const key = line.slice(0, end);
        const series = known.find(key, at) ?? seriesOf(key, name, line, brace, at);
        if (!series) continue;
        // A time of ten digits is in seconds (OpenMetrics), of thirteen in milliseconds (Prometheus).
        const own = timeText === undefined || timeText.startsWith("#") ? Number.NaN : Number(timeText);
        const time = Number.isFinite(own) ? (Math.abs(own) < 1e11 ? own * 1_000 : own) : at;
        samples.push({ series, value, at: time });
      }
      return samples;
    },
    get malformed() {
      return malformed;
    },
    get refused() {
      return refused;
    },
  };
}
