import { classNameOf, isDefaultClass, podsWaitingFor } from "../../cluster/kinds/storage.ts";
import { refOf } from "../../cluster/object-store.ts";
import { makeRef, uniqueRefs } from "../../incident/object-ref.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";

const settleMs = 20_000;

/**
 * Claims that cannot be provisioned because of their storage class, while a pod waits for them. Source: `storageClassName`
 * against the storage classes. Not a fault: a claim that is bound (its class is no longer needed), the class "" (a volume made
 * by hand), a claim that nobody waits for, a cluster whose classes are not watched.
 */
export const storageClass = defineDetector({
  name: "storage-class",
  family: "state",
  nature: "fault",
  *detect({ observation, pods, now, ownerOf }): Iterable<Finding> {
    const classes = observation.objects.list("StorageClass");
    if (classes.length === 0 && observation.objects.deleted("StorageClass").length === 0) return;
    for (const claim of observation.objects.list("PersistentVolumeClaim")) {
      if (claim.status?.phase !== "Pending") continue;
      const { name, creationTimestamp } = claim.metadata;
      const wanted = classNameOf(claim);
      const exists =
        wanted === undefined ? classes.some(isDefaultClass) : classes.some((one) => one.metadata.name === wanted);
      if (exists || wanted === "") continue;
      const waiting = podsWaitingFor(claim, pods);
      const since = Math.min(...waiting.map(({ metadata }) => timeOf(metadata.creationTimestamp, now)));
      if (waiting.length === 0 || now - since < settleMs) continue;
      const has = classes.map(({ metadata }) => metadata.name).join(", ") || "none";
      yield {
        reason: wanted === undefined ? "NoDefaultStorageClass" : "StorageClassMissing",
        target: refOf(claim),
        severity: "high",
        headline:
          wanted === undefined
            ? "names no storage class, and there is no default"
            : `asks for storage class ${wanted}, which does not exist`,
        summary: `PersistentVolumeClaim ${name} cannot be provisioned: ${wanted === undefined ? "it names no storage class and none is the default" : `storage class ${wanted} does not exist`} (there is ${has}); ${waiting.length === 1 ? "a pod waits" : `${waiting.length} pods wait`} for it`,
        startsAt: Math.max(since, timeOf(creationTimestamp, 0)),
        related: [...uniqueRefs(waiting.map(ownerOf)), ...(wanted ? [makeRef("StorageClass", undefined, wanted)] : [])],
      };
    }
  },
});
