import { hostsInFailure } from "../../cluster/host-names.ts";
import { farSideOf } from "../../cluster/named-clients.ts";
import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import { type ObjectRef, refKey, sameRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import type { GroupContext } from "./group-context.ts";

/** Pods that are read, and the newest lines of each; they show what the others write as well. */
const maxPods = 5;
const maxLines = 1_000;
/** What is looked through, at most (ms): a trouble that lasts goes on writing. */
const longestMs = 5 * 60_000;
/** Detectors that look at windows date one thing as differently as this (ms). */
const datedMs = 30_000;
/** Fewer points of a series show nothing. */
const leastPoints = 3;
/** Calls that bring this share of what is wrong account for it. */
const most = 0.5;
/** Such a share of calls that fail is no noise. */
const noisy = 0.1;

/** Whom the log of a workload names as the far side of calls that failed. */
export interface CallsInVain {
  /** Workloads of this cluster, by their keys. */
  readonly callees: ReadonlyMap<string, ObjectRef>;
  /** Somebody outside, or whom nobody knows. */
  readonly strangers: boolean;
}

/** Reads the log of a workload since then (ms) for calls that failed. */
export function callsInVain(workload: ObjectRef, since: number, context: GroupContext): CallsInVain {
  const { observation, topology, now } = context;
  const namespace = workload.namespace ?? "";
  const from = Math.max(since - datedMs, now - longestMs);
  const hosts = new Set(
    topology
      .podNamesOf(workload)
      .slice(0, maxPods)
      .flatMap((pod) => observation.logs.lines({ namespace, pod, from }).slice(-maxLines))
      .flatMap(({ line }) => hostsInFailure(line)),
  );
  const callees = new Map<string, ObjectRef>();
  let strangers = false;
  for (const host of hosts) {
    const { workloads, client } = farSideOf(host, workload, topology);
    if (workloads.length === 0 && !client) strangers = true;
    for (const ref of workloads) if (!sameRef(ref, workload)) callees.set(refKey(ref), ref);
  }
  return { callees, strangers };
}

/**
 * Do the calls of a workload to another one bring what is wrong with it, by what it has counted of them itself? False while
 * they are not counted, or have not been for long enough.
 */
export function countedInVain(
  live: LiveAnomaly,
  workload: ObjectRef,
  callee: ObjectRef,
  context: GroupContext,
): boolean {
  const { anomaly } = live;
  const { topology, now } = context;
  const { series } = context.observation;
  const namespace = workload.namespace ?? "";
  const labels = { namespace, workload: workload.name };
  const calls = series
    .select("client_requests_per_second", labels)
    .find(({ labels: { peer = "" } }) =>
      topology.resolveHost(namespace, peer).workloads.some((ref) => sameRef(ref, callee)),
    );
  if (!calls) return false;
  const since = Math.max(anomaly.startsAt, now - longestMs);
  const mean = (name: DerivedSeriesName, of: Readonly<Record<string, string>>): number | undefined => {
    const found = series.get(name, of);
    const points = found ? series.window(found, since, now) : [];
    return points.length < leastPoints ? undefined : points.reduce((sum, { value }) => sum + value, 0) / points.length;
  };
  const rate = mean("client_requests_per_second", calls.labels) ?? 0;
  const errors = mean("client_errors_per_second", calls.labels) ?? 0;
  if (anomaly.detector === "latency") {
    const lost =
      (mean("requests_per_second", labels) ?? 0) *
      ((mean("latency_mean_seconds", labels) ?? 0) - (anomaly.expected ?? 0));
    const waited = rate * (mean("client_latency_mean_seconds", calls.labels) ?? 0);
    return lost > 0 && waited >= most * lost;
  }
  const own = mean("errors_per_second", labels) ?? 0;
  return errors > 0 && errors >= (anomaly.detector === "error-ratio" ? most * own : noisy * rate);
}
