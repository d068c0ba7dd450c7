import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { makeRef, type ObjectRef, refKey, uniqueRefs } from "../../incident/object-ref.ts";
import type { Change } from "../change/change.ts";
import { valueAt } from "../change/plain.ts";

/**
 * Whose pod it is. A Deployment's pods belong to a ReplicaSet, which is named after the Deployment and the hash that its pods
 * are labelled with (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label).
 */
function workloadOf({ metadata }: KubeObject): ObjectRef | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return undefined;
  const ending = `-${metadata.labels?.["pod-template-hash"] ?? ""}`;
  return owner.kind === "ReplicaSet" && ending !== "-" && owner.name.endsWith(ending)
    ? makeRef("Deployment", metadata.namespace, owner.name.slice(0, -ending.length))
    : makeRef(owner.kind, metadata.namespace, owner.name);
}

function behind(change: Change): readonly ObjectRef[] {
  const object = change.type === "modify" || change.type === "scale" ? change.before : (change.object as KubeObject);
  if (isKind(object, "HorizontalPodAutoscaler")) {
    const { kind, name } = object.spec.scaleTargetRef;
    return [makeRef(kind, object.metadata.namespace, name)];
  }
  if (!isKind(object, "Pod")) return [];
  // A pod that goes makes room on its node, and another comes somewhere; one that heals itself does not.
  const node = change.type === "delete" || change.type === "evict" ? valueAt(object, "spec", "nodeName") : undefined;
  return [workloadOf(object), typeof node === "string" ? makeRef("Node", undefined, node) : undefined].filter(
    (ref) => ref !== undefined,
  );
}

/** What the changed objects belong to without being named by any step: the workloads and nodes of pods, what an autoscaler scales. */
export function alsoHeld(changes: readonly Change[]): readonly ObjectRef[] {
  return uniqueRefs(changes.flatMap(behind)).toSorted((a, b) => refKey(a).localeCompare(refKey(b)));
}
