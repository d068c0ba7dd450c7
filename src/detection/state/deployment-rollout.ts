import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { short } from "./container-states.ts";

/**
 * Deployments whose rollout does not end. Source: condition Progressing False with reason ProgressDeadlineExceeded (the
 * old pods may still serve; nothing rolls back by itself). Not a fault: a rollout in progress, a Deployment that is paused or being deleted.
 */
export const deploymentRollout = defineDetector({
  name: "deployment-rollout",
  family: "state",
  nature: "failure",
  *detect({ observation, now }): Iterable<Finding> {
    for (const deployment of observation.objects.list("Deployment")) {
      const stuck = deployment.status?.conditions?.find(
        ({ type, status }) => type === "Progressing" && status === "False",
      );
      if (stuck?.reason !== "ProgressDeadlineExceeded" || deployment.metadata.deletionTimestamp !== undefined) continue;
      if ((deployment.status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)) continue;
      const available = deployment.status?.availableReplicas ?? 0;
      yield {
        reason: "ProgressDeadlineExceeded",
        target: refOf(deployment),
        severity: available === 0 ? "high" : "medium",
        headline: "has a rollout that is stuck",
        summary: `The rollout of ${deployment.metadata.name} passed its deadline: ${short(stuck.message)}`,
        startsAt: timeOf(stuck.lastTransitionTime, now),
      };
    }
  },
});
