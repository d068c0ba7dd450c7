import { endsOwnerChain } from "./kinds/workload.ts";
import { isKind, type KubeObject, type PodSpec, type PodTemplate, type Workload } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";

/** Kinds whose pods do the work. ReplicaSets and Jobs count only when nothing owns them, the others also when an operator does. */
export const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet"] as const;

/** A Pod that nothing owns is none, although it does work. */
export function isWorkloadKind(kind: string): boolean {
  return (workloadKinds as readonly string[]).includes(kind);
}

/** Kinds whose pods are replaced, revision by revision, when the pod template changes: what `kubectl rollout` works on. */
export const rolloutKinds = ["Deployment", "StatefulSet", "DaemonSet"] as const;

/** False for CronJobs and Jobs: their templates concern later runs, or cannot be changed. */
export function isRolloutKind(kind: string): boolean {
  return (rolloutKinds as readonly string[]).includes(kind);
}

/** The pod template of a workload of any kind; undefined for objects that have none. */
export function templateOf(object: KubeObject | undefined): PodTemplate | undefined {
  if (!object) return undefined;
  if (isKind(object, "CronJob")) return object.spec.jobTemplate.spec.template;
  if (isKind(object, "Pod")) return { metadata: { labels: object.metadata.labels ?? {} }, spec: object.spec };
  const spec = object.spec as Workload["spec"] | undefined;
  return spec && typeof spec === "object" && "template" in spec ? spec.template : undefined;
}

/** Of a Pod its own; of a workload that of its template; undefined for no object and for kinds without pods. */
export function podSpecOf(object: KubeObject | undefined): PodSpec | undefined {
  return templateOf(object)?.spec;
}

/** Live workloads, and those deleted a while ago, at the top of their chains of owners. */
export function listWorkloads(observation: Observation): {
  readonly live: readonly KubeObject[];
  readonly gone: readonly KubeObject[];
} {
  const live: KubeObject[] = [];
  const gone: KubeObject[] = [];
  for (const kind of workloadKinds) {
    for (const object of observation.objects.list(kind as string)) if (endsOwnerChain(object)) live.push(object);
    for (const { object } of observation.objects.deleted(kind)) if (endsOwnerChain(object)) gone.push(object);
  }
  return { live, gone };
}
