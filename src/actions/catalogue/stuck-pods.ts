import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Change } from "../change/change.ts";
import { valueAt } from "../change/plain.ts";
import type { ActorPreviewPort } from "../cluster-port.ts";
import { podIsReady } from "../conflicts.ts";
import { type Draft, refuse } from "../define-action.ts";

/** More broken pods than this are not one StatefulSet's stuck rollout any more. */
const maxPods = 20;

/**
 * An ordered StatefulSet replaces no pod while one of its pods is not ready, not even when its template has been repaired:
 * the broken pod has to be deleted as well ("forced rollback",
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
 */
export async function withStuckPods(
  target: KubeObject,
  draft: Draft,
  cluster: Pick<ActorPreviewPort, "list">,
): Promise<Draft | ReturnType<typeof refuse>> {
  if (target.kind !== "StatefulSet" || valueAt(target, "spec", "podManagementPolicy") === "Parallel") return draft;
  if (valueAt(target, "spec", "updateStrategy", "type") === "OnDelete") return draft;
  const listed = await cluster.list("Pod", target.metadata.namespace);
  if (listed.type === "failed")
    return refuse("unreachable", `The pods of ${target.metadata.name} could not be read: ${listed.detail}.`);
  const stuck = listed.objects
    .filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === target.metadata.uid))
    .filter((pod) => isKind(pod, "Pod") && !podIsReady(pod) && !pod.metadata.deletionTimestamp)
    .slice(0, maxPods);
  if (stuck.length === 0) return draft;
  const names = stuck.map((pod) => pod.metadata.name).join(", ");
  return {
    ...draft,
    changes: [
      ...draft.changes,
      ...stuck.map((object): Change => ({ type: "delete", object, propagation: "Background" })),
    ],
    note: `${draft.note} ${names} ${stuck.length === 1 ? "is" : "are"} not ready and deleted with it: the StatefulSet would wait for ${stuck.length === 1 ? "it" : "them"} forever.`,
  };
}
