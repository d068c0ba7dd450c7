import type { Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, short } from "./container-states.ts";

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

/**
 * Pods that ended for good though something keeps them: evictions (disk, memory, an emptyDir's size limit), node shutdown,
 * deadline. Source: phase Failed and `status.reason`. Not a fault: pods of jobs (own detector), pods that were deleted
 * while they could not start, preemption in favour of more important pods.
 */
export const podFailed = defineDetector({
  name: "pod-failed",
  family: "state",
  nature: "fault",
  *detect({ pods, ownerOf, now }): Iterable<Finding> {
    for (const pod of pods) {
      if (pod.status?.phase !== "Failed") continue;
      const owner = ownerOf(pod);
      const reason = pod.status.reason ?? "Failed";
      if (owner.kind === "Job" || owner.kind === "CronJob" || reason === "Preempting") continue;
      // A pod held by nothing but its own deletion has been given up on purpose.
      if (pod.metadata.deletionTimestamp !== undefined && reason === "Failed") continue;
      const at = failedAt(pod, now);
      if (now - at > recentMs) continue;
      yield {
        reason: reason === "Evicted" ? "Evicted" : reason,
        target: owner,
        seenOn: refOf(pod),
        severity: "high",
        headline: reason === "Evicted" ? "has pods that are evicted" : "has pods that failed",
        summary: `Pod ${pod.metadata.name} failed (${reason})${pod.status.message ? `: ${short(pod.status.message, 220)}` : ""}`,
        startsAt: at,
      };
    }
  },
});
