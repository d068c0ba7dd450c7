import type { Signal } from "../../../src/cluster/signal.ts";
import type { Mutation } from "./mutated.ts";
import { share } from "./share.ts";

/** Events and log lines come up to `mostMs` late and out of order; what they say about their time stays. */
export const late =
  (mostMs: number): Mutation =>
  (recording) => ({
    recording,
    *arrive(signals) {
      const held: Signal[] = [];
      let i = 0;
      for (const signal of signals)
        held.push(
          signal.type === "event" || signal.type === "log"
            ? { ...signal, at: signal.at + mostMs * share(i++) }
            : signal,
        );
      yield* held.sort((a, b) => a.at - b.at);
    },
  });

const byArrival = (a: Signal, b: Signal) => a.at - b.at;

/** Events come so much later than everything else; what they say about their time stays. */
export const lateEvents =
  (byMs: number): Mutation =>
  (recording) => ({
    recording,
    *arrive(signals) {
      const all = [...signals].map((one) => (one.type === "event" ? { ...one, at: one.at + byMs } : one));
      yield* all.sort(byArrival);
    },
  });

/** Everything but samples is told twice, the second time a while later: two collectors, a watch that was resumed. */
export const toldTwice =
  (afterMs: number): Mutation =>
  (recording) => ({
    recording,
    *arrive(signals) {
      const all: Signal[] = [];
      for (const one of signals) {
        all.push(one);
        if (one.type === "event" || one.type === "log") all.push({ ...one, at: one.at + afterMs });
        // A watch may repeat itself, but brings nobody back.
        else if (one.type === "object" && one.change !== "DELETED") all.push({ ...one, change: "MODIFIED" });
      }
      yield* all.sort(byArrival);
    },
  });

/** The clock that stamps log lines is ahead (or behind, below 0) of the one that stamps samples; arrival stays. */
export const skewed =
  (aheadMs: number): Mutation =>
  (recording) => ({
    recording,
    *arrive(signals) {
      for (const signal of signals)
        yield signal.type === "log" ? { ...signal, line: { ...signal.line, at: signal.line.at + aheadMs } } : signal;
    },
  });

const ofKubelet = /^(?:container|machine)_/;
const ofPod = new Set(["Initialized", "Ready", "ContainersReady", "PodReadyToStartContainers"]);
const stamps = new Set(["startedAt", "finishedAt", "startTime"]);

/**
 * The clock of the node, by which the kubelet stamps what it tells of (events, starts and ends of containers, conditions, log
 * lines), is ahead of the API server's and the scraper's, or behind when below 0; arrival stays. With `scraped`, samples of
 * containers bear the time of the kubelet as well, as they do on its own page.
 */
export const nodeClock =
  (aheadMs: number, { scraped = false } = {}): Mutation =>
  (recording) => {
    const moved = (text: string | null | undefined) =>
      text ? `${new Date(Date.parse(text) + aheadMs).toISOString().slice(0, 19)}Z` : text;
    const inStatus = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(inStatus);
      if (value === null || typeof value !== "object") return value;
      const isCondition = "type" in value && typeof value.type === "string" && ofPod.has(value.type);
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          (stamps.has(key) || (isCondition && key === "lastTransitionTime")) && typeof inner === "string"
            ? moved(inner)
            : inStatus(inner),
        ]),
      );
    };
    const podOf = <T extends { readonly kind: string; readonly status?: unknown }>(object: T): T =>
      object.kind === "Pod" ? { ...object, status: inStatus(object.status) } : object;
    return {
      recording: {
        ...recording,
        objects: recording.objects.map(podOf),
        changes: recording.changes.map((change) => ({ ...change, object: podOf(change.object) })),
        events: recording.events.map((row) =>
          row.event.source?.component === "kubelet"
            ? {
                ...row,
                event: {
                  ...row.event,
                  firstTimestamp: moved(row.event.firstTimestamp),
                  lastTimestamp: moved(row.event.lastTimestamp),
                } as typeof row.event,
              }
            : row,
        ),
      },
      *arrive(signals) {
        for (const signal of signals)
          if (signal.type === "log") yield { ...signal, line: { ...signal.line, at: signal.line.at + aheadMs } };
          else if (scraped && signal.type === "samples")
            yield {
              ...signal,
              samples: signal.samples.map((one) =>
                ofKubelet.test(one.series.name) ? { ...one, at: one.at + aheadMs } : one,
              ),
            };
          else yield signal;
      },
    };
  };
