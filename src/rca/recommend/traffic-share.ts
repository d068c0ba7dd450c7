import type { Observation } from "../../cluster/observation.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";

/** Older values say nothing about the traffic now (ms). */
const freshMs = 5 * 60_000;
const workloads = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/**
 * Which share of the requests that are measured in its namespace a workload answers, 0..1. Undefined for other kinds, and
 * where nothing is measured: not knowing is not nothing.
 */
export function trafficShareOf(observation: Observation, ref: ObjectRef, now: number): number | undefined {
  if (!workloads.has(ref.kind) || !ref.namespace) return undefined;
  let [own, all, known] = [0, 0, false];
  for (const series of observation.series.select("requests_per_second", { namespace: ref.namespace })) {
    if (now - series.lastAt > freshMs || !Number.isFinite(series.last)) continue;
    all += series.last;
    if (series.labels["workload"] !== ref.name) continue;
    own += series.last;
    known = true;
  }
  return known && all > 0 ? own / all : undefined;
}
