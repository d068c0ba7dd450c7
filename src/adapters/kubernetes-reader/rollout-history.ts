import type { KubeObject, PodTemplate } from "../../cluster/kubernetes-types.ts";
import { isRolloutKind } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";

/** One revision of a workload's pod template. */
export interface Revision {
  readonly revision: number;
  /** The ReplicaSet or ControllerRevision that keeps it. */
  readonly name: string;
  readonly createdAt: string;
  readonly template: PodTemplate;
  /** What somebody noted with kubernetes.io/change-cause. */
  readonly changeCause?: string;
}

export type ListObjects = (kind: string, namespace: string) => Promise<readonly KubeObject[]>;

const revisionKey = "deployment.kubernetes.io/revision";
const causeKey = "kubernetes.io/change-cause";

/**
 * The revisions of a workload that the cluster still has, newest first: ReplicaSets of a Deployment, ControllerRevisions
 * of a StatefulSet or DaemonSet. Empty for other kinds.
 */
export async function rolloutHistory(list: ListObjects, workload: ObjectRef): Promise<Revision[]> {
  const kind = workload.kind === "Deployment" ? "ReplicaSet" : "ControllerRevision";
  if (!isRolloutKind(workload.kind)) return [];
  const objects = await list(kind, workload.namespace ?? "");
  const revisions = objects.filter((object) => isOwned(object, workload)).flatMap((object) => revisionOf(object) ?? []);
  return revisions.sort((a, b) => b.revision - a.revision);
}

function isOwned({ metadata }: KubeObject, { kind, name }: ObjectRef): boolean {
  return (
    metadata.ownerReferences?.some(
      (owner) => owner.controller === true && owner.kind === kind && owner.name === name,
    ) ?? false
  );
}

function revisionOf(object: KubeObject): Revision | undefined {
  const { name, annotations = {}, creationTimestamp = "" } = object.metadata;
  // A ControllerRevision keeps a patch: { spec: { template: {...} } }.
  const { spec, data, revision } = object as { spec?: unknown; data?: unknown; revision?: unknown };
  const template = at(object.kind === "ReplicaSet" ? spec : at(data, "spec"), "template");
  const number = object.kind === "ReplicaSet" ? Number(annotations[revisionKey]) : Number(revision);
  if (!isTemplate(template) || !Number.isInteger(number)) return undefined;
  const cause = annotations[causeKey];
  return {
    revision: number,
    name,
    createdAt: creationTimestamp,
    template,
    ...(cause === undefined ? {} : { changeCause: cause }),
  };
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function isTemplate(value: unknown): value is PodTemplate {
  return Array.isArray(at(at(value, "spec"), "containers"));
}
