import type { SeenEvent } from "../../cluster/event-store.ts";
import { claimsOf } from "../../cluster/kinds/storage.ts";
import { isKind, type Pod } from "../../cluster/kubernetes-types.ts";
import { makeRef } from "../../incident/object-ref.ts";
import type { Finding } from "../detector.ts";
import { conditionOf, isCurrent, short } from "../state/container-states.ts";
import { isJustMade } from "../state/just-made.ts";
import { defineEventDetector, type EventContext } from "./event-detector.ts";

const reasons = new Set(["FailedMount", "FailedAttachVolume", "FailedMapVolume"]);

/** A node that was emptied gives its volumes back within a minute or so; of one that is dead they are taken after six. */
const detachMs = 2 * 60_000;
const stillAttached = /multi-attach error|already (?:exclusively )?attached to one node/i;
/** What the kubelet does with a pod once its volumes are mounted. */
const afterMounts = new Set(["Pulling", "Pulled", "Created", "Started"]);

/** The volumes have been mounted since. */
function isCured(pod: Pod, event: SeenEvent, { observation }: EventContext): boolean {
  return (
    conditionOf(pod, "PodReadyToStartContainers")?.status === "True" ||
    observation.events.about(event.about).some(({ reason, at }) => afterMounts.has(reason) && at > event.at)
  );
}

/**
 * Volumes that cannot be mounted. Source: events FailedMount and FailedAttachVolume about a pod whose containers have not
 * started. Not a fault: one failure that the next attempt cures (a cache of the kubelet that is not filled yet), a volume
 * that the node before has yet to give back, a Secret that is made right after its workload, events about pods that run.
 */
export const mountFailed = defineEventDetector({
  name: "mount-failed",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { events, observation, ownerOf, now } = context;
    for (const event of events) {
      if (!reasons.has(event.reason) || (event.count < 2 && now - event.firstAt < 5_000)) continue;
      const pod = observation.objects.get("Pod", event.about.namespace, event.about.name);
      if (!isKind(pod, "Pod") || !isCurrent(pod) || pod.status?.phase !== "Pending") continue;
      if (isCured(pod, event, context)) continue;
      if (stillAttached.test(event.message) && now - event.firstAt < detachMs) continue;
      const missing = /(configmap|secret) "([^"]+)" not found/.exec(event.message);
      if (missing && isJustMade(pod, context)) continue;
      const claims = missing ? [] : claimsOf(pod);
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
        blames: claims.map((claim) => makeRef("PersistentVolumeClaim", pod.metadata.namespace, claim)),
      };
    }
  },
});
