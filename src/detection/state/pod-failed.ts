import type { Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { Observation } from "../../cluster/observation.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent, isReady, short } from "./container-states.ts";

/** An evicted pod stays as an object until it is collected; after this time it is history. */
const recentMs = 10 * 60_000;

function failedAt(pod: Pod, now: number): number {
  const times = [
    ...containersOf(pod).map(({ status }) => timeOf(status.state?.terminated?.finishedAt, 0)),
    ...(pod.status?.conditions ?? []).map(({ lastTransitionTime }) => timeOf(lastTransitionTime, 0)),
  ];
  const last = Math.max(0, ...times);
  return last > 0 ? last : timeOf(pod.status?.startTime, now);
}

/** How kubelets word evictions and refusals that are the node's doing; those for a pod's own limit read otherwise. */
const ofTheNode = /^(?:pod was rejected: )?the node (?:was low on resource|had condition)/i;
/**
 * The node was shut down, or had no room after all when the pod came; its controller makes another one elsewhere, and tells
 * when it cannot (https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/).
 */
const goneWithNode = /^(Terminated|NodeShutdown|NodeLost|NodeAffinity|Shutdown|OutOf\w+|UnexpectedAdmissionError)$/;
/** Until a successor has shown that it stays. */
const succeededMs = 60_000;

/** Every pod of the workload that has not ended is ready, and has been for a while after this one went. */
function hasSuccessors(owner: ObjectRef, at: number, { podsOf, now }: DetectContext): boolean {
  const present = podsOf(owner).filter(isCurrent);
  return now - at > succeededMs && present.length > 0 && present.every(isReady);
}

/** Whose pods are to run for ever. */
const lasting: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Pod",
]);
const leastFailed = 3;

/**
 * A step of a workflow, a build, a worker of a batch: what a pod that runs once and is not made by Kubernetes' own controllers
 * makes of its failure is for whoever made it. That most of them fail is told.
 */
function isOneOfMany(pod: Pod, owner: ObjectRef, { podsOf }: DetectContext): boolean {
  if (pod.spec.restartPolicy !== "Never" || pod.status?.reason !== undefined || lasting.has(owner.kind)) return false;
  const ended = podsOf(owner);
  const failed = ended.filter(({ status }) => status?.phase === "Failed").length;
  return failed < leastFailed || 2 * failed <= ended.length;
}

/** Its ReplicaSet wants no pods any more: the revision that failed has been replaced. */
function isReplaced(pod: Pod, { objects }: Observation): boolean {
  const owner = pod.metadata.ownerReferences?.find(({ kind }) => kind === "ReplicaSet")?.name;
  if (owner === undefined) return false;
  const set = objects.get("ReplicaSet", pod.metadata.namespace, owner);
  return set === undefined || set.spec.replicas === 0;
}

/** Ends that somebody wanted, or that are told by others. */
function isInOrder(pod: Pod, owner: ObjectRef, reason: string): boolean {
  if (owner.kind === "Job" || owner.kind === "CronJob" || reason === "Preempting") return true;
  if (goneWithNode.test(reason) && owner.kind !== "Pod") return true;
  // A pod held by nothing but its own deletion has been given up on purpose.
  return pod.metadata.deletionTimestamp !== undefined && reason === "Failed";
}

/** The node whose doing it was. */
function nodeToBlame({ spec, status }: Pod): ObjectRef | undefined {
  return spec.nodeName !== undefined && ofTheNode.test(status?.message ?? "")
    ? makeRef("Node", undefined, spec.nodeName)
    : undefined;
}

/**
 * Pods that ended for good though something keeps them: evictions (disk, memory, an emptyDir's size limit), node shutdown,
 * deadline. Source: phase Failed and `status.reason`. Not a fault: pods of jobs (own detector), pods that were deleted
 * while they could not start, preemption in favour of more important pods, pods that ended with their node or found no room
 * there and that others replace, single steps of workflows, builds and the like.
 */
export const podFailed = defineDetector({
  name: "pod-failed",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { pods, ownerOf, now, observation } = context;
    for (const pod of pods) {
      if (pod.status?.phase !== "Failed") continue;
      const owner = ownerOf(pod);
      const reason = pod.status.reason ?? "Failed";
      if (isInOrder(pod, owner, reason) || isOneOfMany(pod, owner, context)) continue;
      const at = failedAt(pod, now);
      if (now - at > recentMs || isReplaced(pod, observation)) continue;
      const node = nodeToBlame(pod);
      // Whether the node is well again is told by the node itself.
      if (node && hasSuccessors(owner, at, context)) continue;
      yield {
        reason,
        target: owner,
        seenOn: refOf(pod),
        severity: owner.kind === "Pod" ? "low" : "high",
        headline: reason === "Evicted" ? "has pods that are evicted" : "has pods that failed",
        summary: `Pod ${pod.metadata.name} failed (${reason})${pod.status.message ? `: ${short(pod.status.message, 220)}` : ""}`,
        startsAt: at,
        ...(node ? { blames: [node] } : {}),
      };
    }
  },
});
