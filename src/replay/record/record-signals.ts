import { mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { eventTimeOf } from "../../cluster/event-store.ts";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Signal } from "../../cluster/signal.ts";
import type { Redact } from "../../incident/redacted.ts";
import { inputError, messageOf } from "../../lib/app-error.ts";
import { type Clock, isoTime } from "../../lib/clock.ts";
import { cleanObject, isLeftOut, withoutHeartbeat } from "./clean-object.ts";
import { type GzipLines, openGzipLines } from "./gzip-lines.ts";
import { createRecordGaps, type SightChange } from "./record-gaps.ts";
import { createSampleTable } from "./sample-table.ts";

export interface RecordOptions {
  /** What the cluster tells, from the first list on. Recording ends with it. */
  readonly signals: AsyncIterable<Signal>;
  readonly clock: Clock;
  /** Made; must be empty when it is there. Its name is the recording's. */
  readonly folder: string;
  readonly description: string;
  readonly kubernetesVersion: string;
  readonly namespaces: readonly string[];
  readonly scrapeIntervalSeconds: number;
  /** Undefined: texts are kept as they are. */
  readonly redact: Redact | undefined;
  /** Of the text before compression, a sample counted as 32. */
  readonly maxBytes: number;
  /** The state at the start is written, the rest follows. */
  readonly onStart?: (at: number) => void;
  /** A source cannot be read, or can again: what it would have told is missing from the recording. */
  readonly onSight?: (change: SightChange) => void;
  /** Enough was taken: whoever makes the signals can stop. */
  readonly onFull?: () => void;
}

export interface RecordedCounts {
  objects: number;
  changes: number;
  events: number;
  logLines: number;
  samples: number;
  bytes: number;
  /** Log lines that came faster than they could be read. */
  lostLogLines: number;
}

export interface RecordingSummary {
  readonly folder: string;
  readonly start: number;
  readonly end: number;
  readonly counts: Readonly<RecordedCounts>;
  /** It ended because `maxBytes` was reached. */
  readonly full: boolean;
  /** Sources that could not be read for a while, in words. */
  readonly blind: readonly string[];
}

const sampleBytes = 32;
const maxEvents = 50_000;

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;

async function emptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) return;
  } catch (cause) {
    throw inputError(
      "recording-folder",
      `The folder ${folder} cannot be used: ${messageOf(cause, 160)}.`,
      "Name another one with --out.",
      cause,
    );
  }
  throw inputError("recording-folder", `The folder ${folder} is not empty.`, "Name a new one with --out.");
}

/** Labels that name the target and its containers: long numbers, but no secrets. */
const identities = new Set(["id", "name", "image", "instance", "pod", "namespace", "node", "container", "job", "le"]);

/**
 * Writes what a cluster tells as a recording, in the format that `loadRecording` reads, until the signals end. What was
 * listed before the first sight of the whole cluster is its state at the start. `recording.json` is written last: a folder
 * without one is not whole.
 * @throws AppError (exit code 2) when the folder cannot be used or the cluster was never seen whole
 */
export async function recordSignals(options: RecordOptions): Promise<RecordingSummary> {
  const { clock, redact, maxBytes } = options;
  const folder = resolve(options.folder);
  await emptyFolder(folder);
  const counts: RecordedCounts = {
    objects: 0,
    changes: 0,
    events: 0,
    logLines: 0,
    samples: 0,
    bytes: 0,
    lostLogLines: 0,
  };
  const files: Readonly<Record<"watch" | "events" | "logs", GzipLines>> = {
    watch: openGzipLines(join(folder, "watch.ndjson.gz")),
    events: openGzipLines(join(folder, "events.ndjson.gz")),
    logs: openGzipLines(join(folder, "logs.ndjson.gz")),
  };
  const table = createSampleTable((labels) =>
    redact
      ? Object.fromEntries(
          Object.entries(labels).map(([key, text]) => [key, identities.has(key) ? text : redact(text)]),
        )
      : labels,
  );
  const before = new Map<string, KubeObject>();
  const nodes = new Map<string, string>();
  const seenEvents = new Set<string>();
  const gaps = createRecordGaps(redact, options.onSight);
  let start: number | undefined;
  let objectBytes = 0;

  const begin = async (at: number): Promise<void> => {
    start = at;
    const items = [...before.values()];
    before.clear();
    counts.objects = items.length;
    const text = JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 1);
    objectBytes = Buffer.byteLength(text);
    await writeFile(join(folder, "objects.json"), text);
    options.onStart?.(at);
  };
  const takeObject = async ({ at, change, object }: Extract<Signal, { type: "object" }>): Promise<void> => {
    if (isLeftOut(object)) return;
    const clean = cleanObject(object, redact);
    if (object.kind === "Node") {
      const said = withoutHeartbeat(clean);
      if (change === "MODIFIED" && nodes.get(object.metadata.name) === said) return;
      nodes.set(object.metadata.name, said);
    }
    if (start === undefined) {
      if (change === "DELETED") before.delete(keyOf(object));
      else before.set(keyOf(object), clean);
      return;
    }
    counts.changes++;
    await files.watch.write({ at: isoTime(at), type: change, object: clean });
  };
  const takeEvent = async ({ at, event }: Extract<Signal, { type: "event" }>): Promise<void> => {
    const { uid } = event.metadata;
    const known = seenEvents.has(uid);
    seenEvents.delete(uid);
    seenEvents.add(uid);
    if (seenEvents.size > maxEvents) seenEvents.delete(seenEvents.values().next().value ?? uid);
    // What happened before is history; its next repetition is not.
    if (start === undefined || eventTimeOf(event, at) < start) return;
    counts.events++;
    await files.events.write({
      at: isoTime(at),
      type: known ? "MODIFIED" : "ADDED",
      object: cleanObject({ ...event, apiVersion: "v1", kind: "Event" }, redact),
    });
  };
  const take = async (signal: Signal): Promise<void> => {
    if (signal.type === "object") return takeObject(signal);
    if (signal.type === "event") return takeEvent(signal);
    if (signal.type === "source") {
      gaps.take(signal);
      if (signal.source === "kubernetes-watch" && signal.ok && start === undefined) await begin(signal.at);
      return;
    }
    if (start === undefined) return;
    if (signal.type === "log-loss") counts.lostLogLines += signal.lines;
    if (signal.type === "log" && signal.line.at >= start) {
      counts.logLines++;
      const { line } = signal;
      await files.logs.write({ ...line, at: isoTime(line.at), line: redact ? redact(line.line) : line.line });
    }
    if (signal.type === "samples")
      for (const sample of signal.samples)
        if (sample.at >= start && isAboutThese(sample.series.labels)) table.add(sample);
  };
  const takenBytes = () =>
    objectBytes + files.watch.bytes + files.events.bytes + files.logs.bytes + table.samples * sampleBytes;

  let full = false;
  for await (const signal of options.signals) {
    await take(signal);
    full = takenBytes() >= maxBytes;
    if (full) {
      options.onFull?.();
      break;
    }
  }
  await Promise.all(Object.values(files).map((file) => file.close()));
  if (start === undefined) {
    const [why] = gaps.texts();
    throw inputError(
      "recording-never-began",
      `Nothing was recorded: the cluster was not seen whole${why ? ` (${why})` : " before it was stopped"}.`,
      "Run kubemend doctor with the same kubeconfig; it names the right that is missing.",
    );
  }
  const metrics = openGzipLines(join(folder, "metrics.ndjson.gz"));
  for (const row of table.rows()) await metrics.write(row);
  await metrics.close();
  counts.samples = table.samples;
  counts.bytes = takenBytes();
  const end = Math.max(start, clock.now());
  const lost = counts.lostLogLines > 0 ? ` ${counts.lostLogLines} log lines are missing: too many came.` : "";
  const missing = gaps.since(start);
  const header = {
    version: 1,
    name: basename(folder),
    description: `${options.description}${lost}`,
    kubernetesVersion: options.kubernetesVersion.replace(/^v/, ""),
    namespaces: options.namespaces,
    start: isoTime(start),
    end: isoTime(end),
    scrapeIntervalSeconds: options.scrapeIntervalSeconds,
    ...(missing.length > 0 ? { gaps: missing } : {}),
  };
  await writeFile(join(folder, "recording.json"), `${JSON.stringify(header, null, 1)}\n`);
  return { folder, start, end, counts, full, blind: gaps.texts() };
}

/** Of what a kubelet tells without a namespace, the node itself is kept; its other services are nobody's workload. */
function isAboutThese({ namespace, id }: Readonly<Record<string, string>>): boolean {
  return namespace !== undefined || id === undefined || id === "/";
}
