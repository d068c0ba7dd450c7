import { claimsOf } from "../../cluster/kinds/storage.ts";
import type { KubeNode, Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { podRequest } from "../../cluster/pod-request.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { isBeingProvisioned } from "./claim-waits.ts";
import { conditionOf, short } from "./container-states.ts";
import { isRoomComing, mayBringRoom } from "./room-coming.ts";

/** Would it fit on an empty node? Then it may only wait for others to leave. */
function fitsSomewhere(pod: Pod, nodes: readonly KubeNode[]): boolean {
  const [cpuCores, memoryBytes] = [podRequest(pod, "cpu"), podRequest(pod, "memory")];
  return nodes.some(({ status }) => {
    const room = status?.allocatable ?? status?.capacity ?? {};
    return (
      cpuCores <= (parseQuantity(room.cpu) ?? Number.POSITIVE_INFINITY) &&
      memoryBytes <= (parseQuantity(room.memory) ?? Number.POSITIVE_INFINITY)
    );
  });
}

/** Nodes that would take the pod if nobody had cordoned or tainted them. */
function blockingNodes(message: string, nodes: readonly KubeNode[]): readonly ObjectRef[] {
  const cordoned = /were unschedulable/.test(message);
  const tainted = /untolerated taint/.test(message);
  return nodes
    .filter(
      ({ spec }) =>
        (cordoned && spec?.unschedulable) ||
        (tainted && spec?.taints?.some(({ effect }) => effect !== "PreferNoSchedule")),
    )
    .map(({ metadata }) => makeRef("Node", undefined, metadata.name));
}

/** A claim that is bound at once gets its volume before its pod gets its node; provisioners take seconds to a minute. */
function waitsForVolume(pod: Pod, message: string, context: DetectContext): boolean {
  return (
    /unbound immediate PersistentVolumeClaims|ephemeral volume controller/.test(message) &&
    claimsOf(pod).some((claim) => {
      const found = context.observation.objects.get("PersistentVolumeClaim", pod.metadata.namespace, claim);
      return found !== undefined && isBeingProvisioned(found, context);
    })
  );
}

/** Some nodes would take it as soon as others leave, whatever keeps it off the rest (control planes are always tainted). */
const lacksRoom = /Insufficient|Too many pods/;
const turnMs = 15 * 60_000;

function patienceMs(pod: Pod, message: string, context: DetectContext): number {
  if (isRoomComing(pod, context) || mayBringRoom(pod, context)) return Number.POSITIVE_INFINITY;
  if (waitsForVolume(pod, message, context)) return 60_000;
  const nodes = context.observation.objects.list("Node");
  // Nodes that are not watched cannot be judged; the scheduler's word stands, but it gets more time.
  if (nodes.length === 0) return 15_000;
  if (!lacksRoom.test(message.replace(/preemption:.*/, "")) || !fitsSomewhere(pod, nodes)) return 4_000;
  // What runs once waits its turn behind others that do.
  if (pod.spec.restartPolicy !== undefined && pod.spec.restartPolicy !== "Always") return turnMs;
  const leaving = context.pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined);
  return leaving ? 45_000 : 4_000;
}

/** What the scheduler says of a pod that no node has taken for longer than that is everyday; undefined for all others. */
export function unschedulable(
  pod: Pod,
  context: DetectContext,
): { readonly since: number; readonly message: string } | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "False" || scheduled.reason !== "Unschedulable") return undefined;
  const { message = "" } = scheduled;
  const since = timeOf(scheduled.lastTransitionTime, context.now);
  return context.now - since < patienceMs(pod, message, context) ? undefined : { since, message };
}

/**
 * Pods that no node takes. Source: condition PodScheduled False with reason Unschedulable. Not a fault: a pod that waits a
 * moment for another one to leave, or, of a Job, for its turn; for its volume to be made, for the node that an autoscaler brings, or for its word
 * whether it does; a pod held by scheduling gates.
 */
export const podPending = defineDetector({
  name: "pod-pending",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    for (const pod of context.pods) {
      const waiting = pod.status?.phase === "Pending" ? unschedulable(pod, context) : undefined;
      if (!waiting) continue;
      const { since, message } = waiting;
      const nodes = blockingNodes(message, context.observation.objects.list("Node"));
      const claims = /persistentvolumeclaim|volume/i.test(message)
        ? claimsOf(pod).map((claim) => makeRef("PersistentVolumeClaim", pod.metadata.namespace, claim))
        : [];
      yield {
        reason: "Unschedulable",
        target: context.ownerOf(pod),
        seenOn: refOf(pod),
        severity: "high",
        headline: "has pods that no node takes",
        summary: `Pod ${pod.metadata.name} cannot be scheduled: ${short(message.replace(/\s*preemption:.*/, ""), 220)}`,
        startsAt: since,
        blames: [...nodes, ...claims],
      };
    }
  },
});
