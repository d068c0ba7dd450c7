import { refOf } from "../../cluster/object-store.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { short } from "./container-states.ts";

const brokenForMs = 3 * 60_000;
const maxedForMs = 5 * 60_000;

/**
 * Autoscalers that cannot see or move their target, and those that want more than their maximum. Source: conditions
 * AbleToScale, ScalingActive, ScalingLimited. Not a fault: the first minutes after creation or after a metrics gap;
 * ScalingDisabled (target at zero); a maximum that is reached and enough.
 */
export const autoscaler = defineDetector({
  name: "autoscaler",
  family: "state",
  nature: "fault",
  *detect({ observation, now }): Iterable<Finding> {
    for (const hpa of observation.objects.list("HorizontalPodAutoscaler")) {
      const target = refOf(hpa);
      const scaled = makeRef(hpa.spec.scaleTargetRef.kind, hpa.metadata.namespace, hpa.spec.scaleTargetRef.name);
      for (const { type, status, reason = "", message, lastTransitionTime } of hpa.status?.conditions ?? []) {
        const since = timeOf(lastTransitionTime, now);
        if (
          (type === "ScalingActive" || type === "AbleToScale") &&
          status === "False" &&
          reason !== "ScalingDisabled" &&
          now - since >= brokenForMs
        ) {
          yield {
            reason: "AutoscalerBroken",
            target,
            detail: type,
            severity: "medium",
            headline: type === "AbleToScale" ? "cannot reach its target" : "cannot read its metric",
            summary: `HorizontalPodAutoscaler ${hpa.metadata.name}: ${reason}: ${short(message)}`,
            startsAt: since,
            related: [scaled],
          };
        }
        const wants = hpa.status?.desiredReplicas ?? 0;
        if (
          type === "ScalingLimited" &&
          status === "True" &&
          reason === "TooManyReplicas" &&
          wants >= hpa.spec.maxReplicas &&
          now - since >= maxedForMs
        ) {
          yield {
            reason: "AutoscalerAtMaximum",
            nature: "symptom",
            target,
            severity: "low",
            headline: "is at its maximum and wants more",
            summary: `HorizontalPodAutoscaler ${hpa.metadata.name} has been at its maximum of ${hpa.spec.maxReplicas} replicas since ${new Date(since).toISOString()}`,
            startsAt: since,
            related: [scaled],
          };
        }
      }
    }
  },
});
