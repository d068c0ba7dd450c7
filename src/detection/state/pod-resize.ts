import type { Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { duration } from "../../lib/duration.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { conditionOf, isCurrent, short } from "./container-states.ts";

interface Stuck {
  readonly reason: string;
  readonly severity: Finding["severity"];
  readonly headline: string;
  /** Whoever asked for it may take it back, or make the pod anew elsewhere; room may come (ms). */
  readonly patienceMs: number;
}

const infeasible: Stuck = {
  reason: "ResizeInfeasible",
  severity: "medium",
  headline: "has pods whose new resources their node can never give",
  patienceMs: 2 * 60_000,
};
/** A vertical autoscaler makes the pod anew after five minutes. */
const deferred: Stuck = {
  reason: "ResizeDeferred",
  severity: "low",
  headline: "has pods that wait for their new resources",
  patienceMs: 15 * 60_000,
};
const failing: Stuck = {
  reason: "ResizeFailed",
  severity: "medium",
  headline: "has pods whose new resources cannot be set",
  patienceMs: 2 * 60_000,
};

function stuckOf(pod: Pod) {
  const pending = conditionOf(pod, "PodResizePending");
  if (pending?.status === "True")
    return { condition: pending, stuck: pending.reason === "Infeasible" ? infeasible : deferred };
  const setting = conditionOf(pod, "PodResizeInProgress");
  return setting?.status === "True" && setting.reason === "Error" ? { condition: setting, stuck: failing } : undefined;
}

/**
 * Pods that were given other resources in place and do not get them. Source: conditions PodResizePending (Infeasible,
 * Deferred) and PodResizeInProgress (Error), since Kubernetes 1.33
 * (https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/#pod-resize-status). Not a fault: a
 * resize that is being done, or that waits for others to leave; one that whoever asked for it gives up or makes by a new pod.
 */
export const podResize = defineDetector({
  name: "pod-resize",
  family: "state",
  nature: "fault",
  *detect({ pods, ownerOf, now }): Iterable<Finding> {
    for (const pod of pods) {
      const found = isCurrent(pod) ? stuckOf(pod) : undefined;
      if (!found) continue;
      const { condition, stuck } = found;
      const since = timeOf(condition.lastTransitionTime, now);
      if (now - since < stuck.patienceMs) continue;
      yield {
        reason: stuck.reason,
        target: ownerOf(pod),
        seenOn: refOf(pod),
        severity: stuck.severity,
        headline: stuck.headline,
        summary: `Pod ${pod.metadata.name} has not got its new resources for ${duration(now - since)}${condition.message ? `: ${short(condition.message)}` : ""}; it runs on with those it had`,
        startsAt: since,
      };
    }
  },
});
