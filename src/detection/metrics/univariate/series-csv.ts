import { inputError } from "../../../lib/app-error.ts";

/** Where the two columns stand in a row. */
export interface SeriesColumns {
  readonly timestamp: number;
  readonly value: number;
}

export interface SeriesRow {
  /** The two fields as written, for echoing. */
  readonly timestamp: string;
  readonly value: string;
  /** Unix milliseconds, NaN when the field is not a time. */
  readonly atMs: number;
  /** NaN when the field is empty or not a number. */
  readonly number: number;
}

/**
 * Reads the header line. Columns are found by name, in any order, further columns are ignored.
 * @throws AppError `series-no-header` when the line is data or names other columns
 */
export function readHeader(line: string, source: string): SeriesColumns {
  const names = split(line.replace(/^\uFEFF/, "")).map((name) => name.trim().toLowerCase());
  const columns = { timestamp: names.indexOf("timestamp"), value: names.indexOf("value") };
  if (columns.timestamp >= 0 && columns.value >= 0) return columns;
  const seen = JSON.stringify(line.slice(0, 60));
  throw inputError(
    "series-no-header",
    `${source} does not begin with a timestamp,value header; its first line is ${seen}.`,
    "Give a CSV file whose first line is: timestamp,value",
  );
}

/**
 * Never throws: a field that is missing is empty. Fields are cut at each comma, so quotes around one must not hold
 * another.
 */
export function readRow(line: string, columns: SeriesColumns): SeriesRow {
  const fields = split(line);
  const timestamp = fields[columns.timestamp] ?? "";
  const value = fields[columns.value] ?? "";
  return { timestamp, value, atMs: parseTime(timestamp), number: value === "" ? Number.NaN : Number(value) };
}

/** Unix time by magnitude: seconds until the year 5138, then milli-, micro- and nanoseconds. */
const secondsBelow = 1e11;
const millisecondsBelow = 1e14;
const microsecondsBelow = 1e17;

/** `YYYY-MM-DD HH:MM:SS[.fff]` (taken as UTC), ISO 8601 with or without zone, or unix time. NaN when it is none. */
export function parseTime(text: string): number {
  if (/^[+-]?\d+(\.\d+)?(e\d+)?$/i.test(text)) {
    const number = Number(text);
    const size = Math.abs(number);
    if (size < secondsBelow) return number * 1000;
    if (size < millisecondsBelow) return number;
    return size < microsecondsBelow ? number / 1e3 : number / 1e6;
  }
  const parts = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  if (parts === null) return Number.NaN;
  const zone = (parts[3] ?? "Z").toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  return Date.parse(`${parts[1]}T${parts[2] ?? "00:00"}${zone}`);
}

function split(line: string): string[] {
  return line.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}
