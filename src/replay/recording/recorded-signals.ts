import type { RawSeries, Sample, Signal } from "../../cluster/signal.ts";
import type { Recording } from "./load-recording.ts";

/** Samples whose times fall into the same second arrive together, as from one round of scrapes. */
const batchMs = 1_000;

function sampleBatches(recording: Recording): Signal[] {
  const batches = new Map<number, Sample[]>();
  for (const { name, labels, times, values } of recording.series) {
    const series: RawSeries = { name, labels };
    for (let i = 0; i < times.length; i++) {
      const at = times[i] ?? 0;
      const slot = Math.floor(at / batchMs);
      let batch = batches.get(slot);
      if (!batch) {
        batch = [];
        batches.set(slot, batch);
      }
      batch.push({ series, at, value: values[i] ?? Number.NaN });
    }
  }
  return [...batches].map(([slot, samples]) => ({ type: "samples", at: (slot + 1) * batchMs, samples }));
}

/** Sight that was lost while recording, and won back. */
function sights({ header }: Recording): Signal[] {
  return (header.gaps ?? []).flatMap(({ source, detail, from, to }): Signal[] => [
    { type: "source", source, ok: false, detail, at: Date.parse(from) },
    ...(to === undefined ? [] : [{ type: "source", source, ok: true, detail: "", at: Date.parse(to) } as const]),
  ]);
}

/**
 * Everything a recording delivered, in order of arrival: first the objects as they were at its start, then changes,
 * events, log lines, samples, and when a source was silent. The same signals that the live sources emit.
 */
export function* recordedSignals(recording: Recording): Generator<Signal> {
  for (const object of recording.objects) yield { type: "object", at: recording.start, change: "ADDED", object };
  const rest: Signal[] = [
    ...recording.changes.map((row): Signal => ({ type: "object", at: row.at, change: row.change, object: row.object })),
    // A DELETED event means that the API server forgot it, which says nothing about the cluster.
    ...recording.events
      .filter((row) => row.change !== "DELETED")
      .map((row): Signal => ({ type: "event", at: row.at, event: row.event })),
    ...recording.logs.map((line): Signal => ({ type: "log", at: line.at, line })),
    ...sampleBatches(recording),
    ...sights(recording),
  ];
  rest.sort((a, b) => a.at - b.at);
  yield* rest;
}
