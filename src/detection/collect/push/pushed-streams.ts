import { z } from "zod";
import { anyItems, labelsUpTo } from "../bounded-json.ts";
import { readProtobuf, textOf } from "./protobuf.ts";

type Labels = Readonly<Record<string, string>>;

/** Lines of one label set, as an agent sends them. */
export interface PushedStream {
  readonly labels: Labels;
  readonly entries: readonly PushedEntry[];
}

export interface PushedEntry {
  /** Unix ms; NaN when the time is none. */
  readonly at: number;
  readonly line: string;
  /** Labels of this line alone. */
  readonly metadata?: Labels;
}

/** Entries of one request: what agents send at once is a tenth of this; two bytes are enough to make one. */
const maxEntries = 20_000;
const maxLabels = 100;

function tooMany(): RangeError {
  return new RangeError(`the request has more than ${maxEntries} lines`);
}

const labelSet = labelsUpTo(maxLabels);
const nanoseconds = z.union([z.string(), z.number()]);
const pushSchema = z.object({ streams: anyItems });
const streamSchema = z.object({ stream: labelSet.optional(), values: anyItems });
const valueSchema = z.tuple([nanoseconds, z.string()], z.unknown());

function msOf(nanosecondText: string): number {
  return /^\d{7,19}$/.test(nanosecondText) ? Number(nanosecondText.slice(0, -6)) : Number.NaN;
}

/**
 * The JSON of a push, https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs.
 * @throws when it is none
 */
export function streamsOfJson(text: string): PushedStream[] {
  const { streams } = pushSchema.parse(JSON.parse(text));
  if (streams.length > maxEntries) throw tooMany();
  let count = 0;
  return streams.map((one) => {
    const { stream = {}, values } = streamSchema.parse(one);
    count += values.length;
    if (count > maxEntries) throw tooMany();
    return { labels: stream, entries: values.map(entryOfJson) };
  });
}

function entryOfJson(value: unknown): PushedEntry {
  const [time, line, metadata] = valueSchema.parse(value);
  const own = metadata === undefined ? undefined : labelSet.safeParse(metadata).data;
  return { at: msOf(String(time)), line, ...(own === undefined ? {} : { metadata: own }) };
}

const labelPair = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)/y;

/** `{app="web", pod="web-1"}`; undefined when it is not of that form. */
export function parseLabels(text: string): Labels | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  const inner = trimmed.slice(1, -1);
  const labels: Record<string, string> = {};
  let count = 0;
  labelPair.lastIndex = 0;
  while (labelPair.lastIndex < inner.length) {
    const rest = labelPair.lastIndex;
    const match = labelPair.exec(inner);
    if (!match) return inner.slice(rest).trim() === "" ? labels : undefined;
    if (++count > maxLabels) break;
    labels[match[1] ?? ""] = unquote(match[2] ?? '""');
  }
  labelPair.lastIndex = 0;
  return labels;
}

/** Go's quoting; what JSON does not know (`\x41`, `\a`) stays as it is written. */
function unquote(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

function timeOf(message: Uint8Array): number {
  let seconds = 0;
  let nanos = 0;
  for (const { number, value } of readProtobuf(message)) {
    if (typeof value !== "bigint") continue;
    if (number === 1) seconds = Number(BigInt.asIntN(64, value));
    if (number === 2) nanos = Number(value);
  }
  return seconds * 1_000 + Math.floor(nanos / 1e6);
}

function pairOf(message: Uint8Array): readonly [string, string] {
  let name = "";
  let text = "";
  for (const { number, value } of readProtobuf(message)) {
    if (number === 1) name = textOf(value);
    if (number === 2) text = textOf(value);
  }
  return [name, text];
}

function entryOf(message: Uint8Array): PushedEntry {
  let at = Number.NaN;
  let line = "";
  const metadata: Record<string, string> = {};
  let pairs = 0;
  for (const { number, value } of readProtobuf(message)) {
    if (typeof value === "bigint") continue;
    if (number === 1) at = timeOf(value);
    if (number === 2) line = textOf(value);
    if (number === 3 && ++pairs <= maxLabels) {
      const [name, text] = pairOf(value);
      metadata[name] = text;
    }
  }
  return pairs === 0 ? { at, line } : { at, line, metadata };
}

/**
 * `logproto.PushRequest`, https://github.com/grafana/loki/blob/main/pkg/push/push.proto: streams (1), each with its labels
 * as text (1) and entries (2) of time, line and metadata.
 * @throws RangeError when it is damaged
 */
export function streamsOfProtobuf(message: Uint8Array): PushedStream[] {
  const streams: PushedStream[] = [];
  let count = 0;
  for (const { number, value } of readProtobuf(message)) {
    if (number !== 1 || typeof value === "bigint") continue;
    let labels: Labels | undefined = {};
    const entries: PushedEntry[] = [];
    for (const field of readProtobuf(value)) {
      if (typeof field.value === "bigint") continue;
      if (field.number === 1) labels = parseLabels(textOf(field.value));
      if (field.number === 2) {
        if (++count > maxEntries) throw tooMany();
        entries.push(entryOf(field.value));
      }
    }
    if (labels === undefined) throw new RangeError("the labels of a stream cannot be read");
    if (streams.length >= maxEntries) throw tooMany();
    streams.push({ labels, entries });
  }
  return streams;
}
