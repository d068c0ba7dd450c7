import { mounts, podsWaitingFor } from "../../cluster/kinds/storage.ts";
import { refOf } from "../../cluster/object-store.ts";
import { uniqueRefs } from "../../incident/object-ref.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { waitsForConsumer } from "./claim-waits.ts";
import { isCurrent } from "./container-states.ts";

const patienceMs = 60_000;

/** `; a pod mounts it`, `; 3 pods wait for it`; nothing where there is none. */
function usersText(count: number, verb: "mount" | "wait for"): string {
  if (count === 0) return "";
  return count === 1 ? `; a pod ${verb.replace(/^\w+/, "$&s")} it` : `; ${count} pods ${verb} it`;
}

/**
 * Claims that are not bound though a pod waits for them, and claims that lost their volume. Source: `status.phase`. Not a
 * fault: a claim that waits for its first consumer, also for the node of one that finds no room, or that is being
 * provisioned (a minute).
 */
export const volumeClaim = defineDetector({
  name: "volume-claim",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { observation, pods, now, ownerOf } = context;
    for (const claim of observation.objects.list("PersistentVolumeClaim")) {
      const phase = claim.status?.phase;
      if (phase !== "Pending" && phase !== "Lost") continue;
      const { name, namespace } = claim.metadata;
      const isLost = phase === "Lost";
      // Its pods may run on, and are in trouble all the same.
      const users = isLost
        ? pods.filter((pod) => pod.metadata.namespace === namespace && isCurrent(pod) && mounts(pod, name))
        : podsWaitingFor(claim, pods);
      const waitingSince = Math.min(...users.map((pod) => timeOf(pod.metadata.creationTimestamp, now)));
      const since = Math.max(
        timeOf(claim.metadata.creationTimestamp, 0),
        Number.isFinite(waitingSince) ? waitingSince : 0,
      );
      if (!isLost && (users.length === 0 || now - since < patienceMs || waitsForConsumer(claim, context))) continue;
      yield {
        reason: isLost ? "ClaimLost" : "ClaimPending",
        target: refOf(claim),
        severity: "high",
        headline: isLost ? "has lost its volume" : "cannot be bound while pods wait for it",
        summary: `PersistentVolumeClaim ${name} is ${phase}${usersText(users.length, isLost ? "mount" : "wait for")}`,
        startsAt: isLost ? now : since,
        related: uniqueRefs(users.map(ownerOf)),
      };
    }
  },
});
