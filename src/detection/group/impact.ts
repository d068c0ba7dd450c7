import { isKind, type Workload } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Severity, worse } from "../../incident/severity.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";

export interface ImpactContext {
  readonly observation: Observation;
  readonly topology: Topology;
}

/** Detectors whose trouble interrupts requests although replica counts look whole, or do between two interruptions. */
const interrupting = new Set([
  "pod-crash",
  "pod-oom",
  "probe-kill",
  "cpu-throttling",
  "memory-forecast",
  "network-policy",
  "volume-full",
]);

function workloadAt(ref: ObjectRef, { observation }: ImpactContext): Workload | undefined {
  if (ref.kind !== "Deployment" && ref.kind !== "StatefulSet") return undefined;
  const object = observation.objects.get(ref.kind, ref.namespace, ref.name);
  return isKind(object, "Deployment") || isKind(object, "StatefulSet") ? object : undefined;
}

const availableOf = ({ status }: Workload) => status?.availableReplicas ?? status?.readyReplicas ?? 0;

/** As many pods serve as are wanted, besides surplus ones: the trouble is in those that a rollout has added. */
function servesBesideRollout({ spec, status }: Workload): boolean {
  const desired = spec.replicas ?? 1;
  return (status?.replicas ?? 0) > desired && (status?.availableReplicas ?? status?.readyReplicas ?? 0) >= desired;
}

/**
 * Can the trouble of these anomalies reach callers? A rollout that hangs while the old pods serve cannot, and must not
 * swallow somebody else's errors.
 */
export function impairs(members: readonly LiveAnomaly[], target: ObjectRef, context: ImpactContext): boolean {
  const symptoms = members.filter(({ nature }) => nature === "symptom");
  if (symptoms.some(({ anomaly }) => anomaly.family !== "log")) return true;
  const workload = workloadAt(target, context);
  if (!workload) return true;
  const available = availableOf(workload);
  if (available === 0 || available < (workload.spec.replicas ?? 1)) return true;
  // What a new pod writes before it dies is no sign that anybody is served badly.
  const disturbs = symptoms.length > 0 || members.some(({ anomaly }) => interrupting.has(anomaly.detector));
  return disturbs && !servesBesideRollout(workload);
}

/** Requests from outside arrive here: nothing that itself serves requests, by what is measured or behind a Service, calls it. */
function isEntry(ref: ObjectRef, { observation, topology }: ImpactContext): boolean {
  const serves = (caller: ObjectRef) =>
    observation.series.get("requests_per_second", { namespace: caller.namespace ?? "", workload: caller.name }) ??
    topology.servicesOf(caller)[0];
  return !topology.dependentsOf(ref, 1).some(serves);
}

/**
 * Severity from what users feel: the worst of the anomalies, but no more than medium while everything is still served, and
 * no less than high when nothing of a workload is left that others or users call.
 */
export function severityOf(members: readonly LiveAnomaly[], target: ObjectRef, context: ImpactContext): Severity {
  const worst = members.reduce<Severity>((found, { anomaly }) => worse(found, anomaly.severity), "low");
  const workload = workloadAt(target, context);
  if (!workload) return worst;
  if (!impairs(members, target, context)) return worst === "low" ? "low" : "medium";
  if (availableOf(workload) > 0 || context.topology.servicesOf(target).length === 0) return worst;
  return isEntry(target, context) ? "critical" : worse(worst, "high");
}
