import { refOf } from "../../cluster/object-store.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { defineDetector, type Finding } from "../detector.ts";

/** A Service that is replaced is back within moments. */
const replaceMs = 8_000;

/**
 * StatefulSets whose governing Service was deleted: their pods lose the names by which they find each other. Source:
 * `spec.serviceName` against Services seen while the watch ran. Not a fault: one that never had its Service (told in digests),
 * a set with no pods, a Service that is replaced.
 */
export const statefulService = defineDetector({
  name: "stateful-service",
  family: "state",
  nature: "fault",
  *detect({ observation, now }): Iterable<Finding> {
    for (const set of observation.objects.list("StatefulSet")) {
      const { serviceName, replicas = 1 } = set.spec;
      if (!serviceName || replicas === 0) continue;
      const service = makeRef("Service", set.metadata.namespace, serviceName);
      const deletedAt = observation.objects.find(service)?.deletedAt;
      if (deletedAt === undefined || now - deletedAt < replaceMs) continue;
      const target = refOf(set);
      yield {
        reason: "GoverningServiceMissing",
        target: service,
        seenOn: target,
        severity: "high",
        headline: `was deleted, and the pods of ${target.name} have lost their names`,
        summary: `StatefulSet ${target.name} gets the names of its pods from Service ${serviceName}, which was deleted`,
        startsAt: deletedAt,
        related: [target],
      };
    }
  },
});
