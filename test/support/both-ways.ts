import { join } from "node:path";
import { isKind, type Pod } from "../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import { labelKey } from "../../src/cluster/series-store.ts";
import type { DerivedPoint } from "../../src/cluster/signal.ts";
import { type PrometheusReader, prometheusSource } from "../../src/detection/collect/prometheus/prometheus.ts";
import { nodeStorage, workloadNames } from "../../src/detection/collect/workload-of.ts";
import { timeOf } from "../../src/detection/detector.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import type { Recording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { createManualClock } from "./manual-clock.ts";

export const recordingFolder = join(import.meta.dirname, "../recordings/sock-shop-01");
export const answersFile = join(import.meta.dirname, "../unit/detection/collect/fixtures/prometheus-answers.json.gz");

/** What a real server has answered: by query and time, elements of labels and value. */
export interface RecordedAnswers {
  names: readonly string[];
  readonly queries: Record<string, Record<number, readonly (readonly [Record<string, string>, string])[]>>;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Before this, windows fill. */
  readonly compareFrom: number;
}

/** A stretch by its distance from the start (ms). Whole seconds: that is when the samples of a recorded second arrive. */
export function stretchOf(recording: Recording, fromMs: number, toMs: number): Stretch {
  const start = Math.ceil(recording.start / 1_000) * 1_000;
  return { from: start + fromMs, compareFrom: start + fromMs + 75_000, to: start + toMs };
}

/** From quiet into the fault: the first errors of a service, a container that is killed for its memory. */
export function comparedStretch(recording: Recording): Stretch {
  return stretchOf(recording, 420_000, 570_000);
}

export interface Compared {
  readonly name: string;
  readonly key: string;
  readonly at: number;
  readonly scraped: number | undefined;
  readonly asked: number | undefined;
  /** Its pods have run for the whole window: a window that is not full is rated differently. */
  readonly settled: boolean;
}

const tickMs = 15_000;

/**
 * A stretch of a recording twice: its samples scraped, and its samples asked for at a Prometheus. Each row is one series at
 * one tick; a side that has nothing newer than 20 s is undefined.
 */
export async function bothWays(recording: Recording, reader: PrometheusReader, stretch: Stretch): Promise<Compared[]> {
  const observation = createObservation({ cluster: "test", series: { capacity: 200 } });
  const { objects, series } = observation;
  const engine = createDetectionEngine({ observation, nextId: () => "1", tickMs, detectors: [] });
  const clock = createManualClock(stretch.from);
  const stopping = new AbortController();
  const points: DerivedPoint[] = [];
  const blind: string[] = [];
  const signals = recordedSignals(recording);
  let next = signals.next();
  const rows: Compared[] = [];

  const deliverUntil = (at: number) => {
    for (; !next.done && next.value.at <= at; next = signals.next())
      if (next.value.type !== "log") engine.ingest(next.value);
  };
  deliverUntil(stretch.from);
  const asking = prometheusSource({
    reader,
    clock,
    signal: stopping.signal,
    intervalMs: tickMs,
    namespaces: recording.header.namespaces,
    workloadNames: workloadNames(objects),
    nodeStorage: nodeStorage(objects),
    workloadOf(namespace, pod) {
      const object = objects.find(makeRef("Pod", namespace, pod))?.object;
      return (
        object && { workload: objects.topOwner(object).name, createdAt: timeOf(object.metadata.creationTimestamp, 0) }
      );
    },
    emit(signal) {
      if (signal.type === "derived") points.push(...signal.points);
      if (signal.type === "source" && !signal.ok) blind.push(signal.detail);
    },
  });
  /** When a pod of a workload was last seen that had not run for the whole window, or was on its way out. */
  const unsettledAt = new Map<string, number>();
  const isSettled = (pod: Pod | undefined, at: number): boolean => {
    if (!pod || pod.metadata.deletionTimestamp !== undefined) return false;
    const starts = (pod.status?.containerStatuses ?? []).map(({ state }) => timeOf(state?.running?.startedAt, at));
    return starts.length > 0 && starts.every((started) => at - started > 80_000);
  };
  const watchPods = (at: number): void => {
    for (const pod of objects.list("Pod")) {
      const owner = `${pod.metadata.namespace}/${objects.topOwner(pod).name}`;
      if (!isSettled(pod, at)) unsettledAt.set(owner, at);
    }
  };
  const settled = ({ namespace, pod, workload }: Readonly<Record<string, string>>, at: number): boolean => {
    const last = unsettledAt.get(`${namespace}/${workload}`) ?? Number.NEGATIVE_INFINITY;
    if (workload !== undefined && at - last <= 80_000) return false;
    const object = pod === undefined ? undefined : objects.get("Pod", namespace, pod);
    return pod === undefined || isSettled(isKind(object, "Pod") ? object : undefined, at);
  };
  const row = (
    name: string,
    labels: Readonly<Record<string, string>>,
    at: number,
    scraped?: number,
    asked?: number,
  ): void => {
    const text = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    rows.push({ name, key: text.join(" "), at, scraped, asked, settled: settled(labels, at) });
  };

  for (let at = stretch.from; at <= stretch.to; at += tickMs) {
    deliverUntil(at);
    watchPods(at);
    engine.tick(at);
    const before = points.length;
    if (at > stretch.from) await clock.advance(tickMs);
    // The answers come over a real network: a round is over when the source sleeps again.
    while (clock.sleeping === 0) await new Promise((turn) => setImmediate(turn));
    const asked = new Map(points.slice(before).map((point) => [`${point.name}|${labelKey(point.labels)}`, point]));
    if (at < stretch.compareFrom) continue;
    for (const name of series.names()) {
      for (const one of series.select(name)) {
        const key = `${name}|${labelKey(one.labels)}`;
        const scraped = at - one.lastAt <= 20_000 ? one.last : undefined;
        const other = asked.get(key)?.value;
        asked.delete(key);
        if (scraped !== undefined || other !== undefined) row(name, one.labels, at, scraped, other);
      }
    }
    for (const { name, labels, value } of asked.values()) row(name, labels, at, undefined, value);
  }
  stopping.abort();
  await asking;
  if (blind.length > 0) throw new Error(`blind: ${blind.join("; ")}`);
  return rows;
}
