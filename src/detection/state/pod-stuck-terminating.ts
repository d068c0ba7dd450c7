import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { passingNodes } from "./passing-nodes.ts";

/** `deletionTimestamp` is when the grace period ends; this is how long after it a pod may still be there. */
const patienceMs = 60_000;

/**
 * Pods that should be gone. Source: `deletionTimestamp` in the past, with or without finalizers. Not a fault: a pod inside
 * its grace period, however long that is; one whose node is taken away, with which it goes.
 */
export const podStuckTerminating = defineDetector({
  name: "pod-stuck-terminating",
  family: "state",
  nature: "failure",
  *detect(context): Iterable<Finding> {
    const { pods, ownerOf, now } = context;
    for (const pod of pods) {
      const due = timeOf(pod.metadata.deletionTimestamp, Number.POSITIVE_INFINITY);
      if (now - due < patienceMs) continue;
      if (passingNodes(context).get(pod.spec.nodeName ?? "") === "leaving") continue;
      const finalizers = pod.metadata.finalizers ?? [];
      yield {
        reason: "StuckTerminating",
        target: finalizers.length > 0 ? refOf(pod) : ownerOf(pod),
        seenOn: refOf(pod),
        severity: "medium",
        headline: "has a pod that cannot be deleted",
        summary: `Pod ${pod.metadata.name} should have been gone ${Math.round((now - due) / 1_000)} s ago${finalizers.length > 0 ? `; it is held by ${finalizers.join(", ")}` : ""}`,
        startsAt: due,
      };
    }
  },
});
