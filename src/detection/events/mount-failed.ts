import { isKind } from "../../cluster/kubernetes-types.ts";
import { makeRef } from "../../incident/object-ref.ts";
import type { Finding } from "../detector.ts";
import { isCurrent, short } from "../state/container-states.ts";
import { defineEventDetector } from "./event-detector.ts";

const reasons = new Set(["FailedMount", "FailedAttachVolume", "FailedMapVolume"]);

/**
 * Volumes that cannot be mounted. Source: events FailedMount and FailedAttachVolume about a pod whose containers have not
 * started. Not a fault: one failure that the next attempt cures (a cache of the kubelet that is not filled yet), events
 * about pods that run.
 */
export const mountFailed = defineEventDetector({
  name: "mount-failed",
  nature: "fault",
  *detect({ events, observation, ownerOf, now }): Iterable<Finding> {
    for (const event of events) {
      if (!reasons.has(event.reason) || (event.count < 2 && now - event.firstAt < 5_000)) continue;
      const pod = observation.objects.get("Pod", event.about.namespace, event.about.name);
      if (!isKind(pod, "Pod") || !isCurrent(pod) || pod.status?.phase !== "Pending") continue;
      const missing = /(configmap|secret) "([^"]+)" not found/.exec(event.message);
      const claim = (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
        persistentVolumeClaim && !missing
          ? [makeRef("PersistentVolumeClaim", pod.metadata.namespace, persistentVolumeClaim.claimName)]
          : [],
      );
      yield {
        reason: missing ? "MountReferenceMissing" : "FailedMount",
        target: ownerOf(pod),
        seenOn: event.about,
        severity: "high",
        headline: missing
          ? `needs ${missing[1] === "secret" ? "Secret" : "ConfigMap"} ${missing[2]}, which does not exist`
          : "has pods whose volume cannot be mounted",
        summary: `Pod ${event.about.name}: ${short(event.message, 220)} (${event.count} times)`,
        startsAt: event.firstAt,
        value: event.count,
        unit: "events",
        blames: claim,
      };
    }
  },
});
