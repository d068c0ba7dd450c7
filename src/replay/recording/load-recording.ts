import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { ZodType } from "zod";
import type { KubeEvent, KubeObject } from "../../cluster/kubernetes-types.ts";
import type { LogLine } from "../../cluster/signal.ts";
import { inputError, messageOf } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";
import {
  kubeObjectSchema,
  logLineSchema,
  metricLineSchema,
  objectListSchema,
  type RecordingHeader,
  recordingHeaderSchema,
  watchLineSchema,
} from "./recording.ts";

const unzip = promisify(gunzip);
/** Unpacked; a longer text would be none. */
const maxPartBytes = 512 * 1024 * 1024;

/** One change that the watch delivered; `at` (unix ms) is when it arrived. Of a deleted object its last state. */
export interface ObjectChange {
  readonly at: number;
  readonly change: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
}

/**
 * One Event of the cluster, new or seen again; `at` (unix ms) is when it arrived, which may be later than what it tells
 * of.
 */
export interface EventChange {
  readonly at: number;
  readonly change: "ADDED" | "MODIFIED" | "DELETED";
  readonly event: KubeEvent;
}

export interface RecordedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** A recording in memory. All times are unix ms; every list is in order of time. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly start: number;
  readonly end: number;
  readonly objects: readonly KubeObject[];
  readonly changes: readonly ObjectChange[];
  readonly events: readonly EventChange[];
  readonly logs: readonly LogLine[];
  readonly series: readonly RecordedSeries[];
}

const layout =
  "a recording is a folder with recording.json, objects.json, watch.ndjson.gz, events.ndjson.gz, logs.ndjson.gz and metrics.ndjson.gz";

async function readPart(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    if (file === "recording.json" && errorCode(cause) === "ENOENT")
      throw inputError(
        "no-recording",
        `${folder} is no recording: it has no ${file}.`,
        `Give the path of one; ${layout}.`,
      );
    throw inputError(
      "recording-incomplete",
      `The recording ${folder} has no readable ${file}.`,
      `Copy the folder again; ${layout}.`,
      cause,
    );
  }
}

function damaged(folder: string, file: string, detail: string, cause?: unknown) {
  return inputError(
    "recording-damaged",
    `${file} of the recording ${folder} is damaged: ${detail}.`,
    "Copy the recording again from where it came from.",
    cause,
  );
}

function parseJson<T>(folder: string, file: string, text: string, schema: ZodType<T>, where = ""): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(folder, file, `${where}${messageOf(cause, 120)}`, cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw damaged(folder, file, `${where}${issue?.path.join(".") ?? ""} ${issue?.message ?? "does not fit"}`.trim());
  }
  return parsed.data;
}

async function* linesOf(folder: string, file: string): AsyncGenerator<[text: string, number: number]> {
  const packed = await readPart(folder, file);
  let text: string;
  try {
    text = (await unzip(packed, { maxOutputLength: maxPartBytes })).toString("utf8");
  } catch (cause) {
    if (errorCode(cause) === "ERR_BUFFER_TOO_LARGE")
      throw inputError(
        "recording-too-large",
        `${file} of the recording ${folder} is larger than ${maxPartBytes / 1024 ** 2} MiB when it is unpacked.`,
        "Record less at a time: fewer namespaces or minutes, or a smaller --max-bytes.",
        cause,
      );
    throw damaged(folder, file, "it does not unpack", cause);
  }
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    if (line !== "") yield [line, number];
  }
}

async function readLines<T>(folder: string, file: string, schema: ZodType<T>, take: (row: T) => void): Promise<void> {
  for await (const [line, number] of linesOf(folder, file))
    take(parseJson(folder, file, line, schema, `line ${number}: `));
}

/** Prometheus writes infinity in its own way. */
function numberOf(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}

/**
 * Reads a recording folder completely and checks every row.
 * @throws AppError (exit code 2) that names the file, the line and what to do.
 */
export async function loadRecording(folder: string): Promise<Recording> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw inputError(
      "recording-missing",
      `There is no recording at ${folder}.`,
      `Give the path of a folder; ${layout}.`,
    );
  }
  const header = parseJson(
    folder,
    "recording.json",
    (await readPart(folder, "recording.json")).toString("utf8"),
    recordingHeaderSchema,
  );
  const objects = parseJson(
    folder,
    "objects.json",
    (await readPart(folder, "objects.json")).toString("utf8"),
    objectListSchema,
  ).items;

  const changes: ObjectChange[] = [];
  await readLines(folder, "watch.ndjson.gz", watchLineSchema, (row) => {
    changes.push({ at: Date.parse(row.at), change: row.type, object: row.object });
  });
  const events: EventChange[] = [];
  await readLines(folder, "events.ndjson.gz", watchLineSchema, (row) => {
    const event = row.object as unknown as KubeEvent;
    if (!event.involvedObject)
      throw damaged(folder, "events.ndjson.gz", `an event without involvedObject (${event.metadata.name})`);
    events.push({ at: Date.parse(row.at), change: row.type, event });
  });
  const logs: LogLine[] = [];
  await readLines(folder, "logs.ndjson.gz", logLineSchema, (row) => logs.push({ ...row, at: Date.parse(row.at) }));
  const series: RecordedSeries[] = [];
  await readLines(folder, "metrics.ndjson.gz", metricLineSchema, ({ metric, values, timestamps }) => {
    const { __name__: name = "", ...labels } = metric;
    series.push({ name, labels, times: Float64Array.from(timestamps), values: Float64Array.from(values, numberOf) });
  });

  const byTime = (a: { at: number }, b: { at: number }) => a.at - b.at;
  return {
    header,
    start: Date.parse(header.start),
    end: Date.parse(header.end),
    objects: objects.map((object) => kubeObjectSchema.parse(object)),
    changes: changes.sort(byTime),
    events: events.sort(byTime),
    logs: logs.sort(byTime),
    series,
  };
}
