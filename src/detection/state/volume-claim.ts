import { podsWaitingFor } from "../../cluster/kinds/storage.ts";
import { refOf } from "../../cluster/object-store.ts";
import { uniqueRefs } from "../../incident/object-ref.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { waitsForConsumer } from "./claim-waits.ts";

const patienceMs = 60_000;

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
      const users = podsWaitingFor(claim, pods);
      const waitingSince = Math.min(...users.map((pod) => timeOf(pod.metadata.creationTimestamp, now)));
      const since = Math.max(
        timeOf(claim.metadata.creationTimestamp, 0),
        Number.isFinite(waitingSince) ? waitingSince : 0,
      );
      if (phase === "Pending" && (users.length === 0 || now - since < patienceMs || waitsForConsumer(claim, context)))
        continue;
      yield {
        reason: phase === "Lost" ? "ClaimLost" : "ClaimPending",
        target: refOf(claim),
        severity: "high",
        headline: phase === "Lost" ? "has lost its volume" : "cannot be bound while pods wait for it",
        summary: `PersistentVolumeClaim ${claim.metadata.name} is ${phase}; ${users.length === 1 ? "a pod waits" : `${users.length} pods wait`} for it`,
        startsAt: phase === "Lost" ? now : since,
        related: uniqueRefs(users.map(ownerOf)),
      };
    }
  },
});
