import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventTimeOf } from "../../cluster/event-store.ts";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Signal } from "../../cluster/signal.ts";
import type { Redact } from "../../incident/redacted.ts";
import { isoTime } from "../../lib/clock.ts";
import { cleanObject, isLeftOut, withoutHeartbeat } from "./clean-object.ts";
import { openGzipLines } from "./gzip-lines.ts";
import { createSampleTable } from "./sample-table.ts";

export interface RecordedCounts {
  readonly objects: number;
  readonly changes: number;
  readonly events: number;
  readonly logLines: number;
  readonly samples: number;
  /** Of the text before compression, a sample counted as 32. */
  readonly bytes: number;
  /** Log lines that came faster than they could be read. */
  readonly lostLogLines: number;
}

/** Writes signals into the files of a recording, each in the order in which they come. */
export interface SignalWriter {
  /** Objects that come before `begin` are the state at the start; of everything else nothing is kept till then. */
  take(signal: Signal): Promise<void>;
  /** The whole cluster has been seen: its state is written, and what comes from now on is what happened. */
  begin(at: number): Promise<void>;
  /** When it began (ms); undefined before that. */
  readonly start: number | undefined;
  counts(): RecordedCounts;
  /** Ends the files, and writes the samples. */
  close(): Promise<void>;
}

const sampleBytes = 32;
const maxEvents = 50_000;

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;

/** Labels that name the target and its containers: long numbers, but no secrets. */
const identities = new Set(["id", "name", "image", "instance", "pod", "namespace", "node", "container", "job", "le"]);

/** Of what a kubelet tells without a namespace, the node itself is kept; its other services are nobody's workload. */
function isAboutThese({ namespace, id }: Readonly<Record<string, string>>): boolean {
  return namespace !== undefined || id === undefined || id === "/";
}

/** @param redact undefined: texts are kept as they are */
export function createSignalWriter(folder: string, redact: Redact | undefined): SignalWriter {
  const files = {
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
  const counts = { objects: 0, changes: 0, events: 0, logLines: 0, lostLogLines: 0 };
  const before = new Map<string, KubeObject>();
  const nodes = new Map<string, string>();
  const seenEvents = new Set<string>();
  let start: number | undefined;
  let objectBytes = 0;

  async function takeObject({ at, change, object }: Extract<Signal, { type: "object" }>): Promise<void> {
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
  }

  async function takeEvent({ at, event }: Extract<Signal, { type: "event" }>): Promise<void> {
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
  }

  return {
    async take(signal) {
      if (signal.type === "object") return takeObject(signal);
      if (signal.type === "event") return takeEvent(signal);
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
    },
    async begin(at) {
      start = at;
      const items = [...before.values()];
      before.clear();
      counts.objects = items.length;
      const text = JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 1);
      objectBytes = Buffer.byteLength(text);
      await writeFile(join(folder, "objects.json"), text);
    },
    get start() {
      return start;
    },
    counts: () => ({
      ...counts,
      samples: table.samples,
      bytes: objectBytes + files.watch.bytes + files.events.bytes + files.logs.bytes + table.samples * sampleBytes,
    }),
    async close() {
      await Promise.all(Object.values(files).map((file) => file.close()));
      if (start === undefined) return;
      const metrics = openGzipLines(join(folder, "metrics.ndjson.gz"));
      for (const row of table.rows()) await metrics.write(row);
      await metrics.close();
    },
  };
}
