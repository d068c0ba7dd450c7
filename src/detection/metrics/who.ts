import type { Series } from "../../cluster/series-store.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import type { Severity } from "../../incident/severity.ts";
import type { DetectContext } from "../detector.ts";

const kinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet", "Pod"];

/** The object behind a `workload` label, which has no kind. */
function workloadNamed(namespace: string, name: string, { observation }: DetectContext): ObjectRef {
  for (const kind of kinds) if (observation.objects.get(kind, namespace, name)) return makeRef(kind, namespace, name);
  for (const kind of kinds)
    if (observation.objects.find(makeRef(kind, namespace, name))) return makeRef(kind, namespace, name);
  return makeRef("Deployment", namespace, name);
}

/**
 * The object behind a series' labels `namespace` and `workload`: a live one of that name first, then one that is
 * remembered as deleted. Of one never seen a Deployment is assumed.
 */
export function workloadOf(series: Series, context: DetectContext): ObjectRef {
  return workloadNamed(series.labels.namespace ?? "", series.labels.workload ?? "", context);
}

/** Whom a caller means by `peer`: the workload behind the name, else the Service of that name; undefined outside the cluster. */
export function peerOf(series: Series, context: DetectContext): ObjectRef | undefined {
  const { namespace = "", peer = "" } = series.labels;
  const { service, workloads } = context
    .topology()
    .resolveHost(namespace, peer.replace(/^[a-z]+:\/\//, "").replace(/[:/].*$/, ""));
  return workloads[0] ?? service;
}

/** The owner of the pod that a per-pod series is about. */
export function ownerOfPod(series: Series, context: DetectContext): ObjectRef {
  const { namespace = "", pod = "" } = series.labels;
  const found = context.observation.objects.find(makeRef("Pod", namespace, pod))?.object;
  return found ? context.ownerOf(found) : makeRef("Pod", namespace, pod);
}

/** Requests from outside arrive here: nothing that itself serves requests calls it. */
export function isEntry(workload: ObjectRef, context: DetectContext): boolean {
  const serving = context
    .topology()
    .dependentsOf(workload, 1)
    .filter((caller) =>
      context.observation.series.get("requests_per_second", {
        namespace: caller.namespace ?? "",
        workload: caller.name,
      }),
    );
  return serving.length === 0;
}

/** How bad failing requests are: users see those of an entry; behind it, somebody may still catch them. */
export function severityOfFailing(share: number, workload: ObjectRef, context: DetectContext): Severity {
  if (share >= 0.05 && isEntry(workload, context)) return "critical";
  return share >= 0.2 ? "high" : "medium";
}

/**
 * 0..1, one half at three deviations. The deviation counts as at least 5 % of what is expected, so that a still series
 * does not make every move an anomaly.
 */
export function scoreOf(value: number, expected: number, spread: number): number {
  const z = Math.abs(value - expected) / Math.max(spread, 1e-9, Math.abs(expected) * 0.05);
  return z / (z + 3);
}

/** Of a share 0..1, for people: whole from 10 % on, else with one digit behind the point. */
export function percent(share: number): string {
  return `${share >= 0.1 ? Math.round(share * 100) : Math.round(share * 1_000) / 10} %`;
}

/** For people, from seconds: `87 ms`, `1.2 s`. */
export function milliseconds(seconds: number): string {
  return seconds >= 1 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds * 1_000)} ms`;
}
