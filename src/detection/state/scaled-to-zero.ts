import type { Workload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { sameRef } from "../../incident/object-ref.ts";
import { defineDetector, type Finding } from "../detector.ts";
import { isCurrent } from "./container-states.ts";

/**
 * A workload that others call has been scaled to zero. Source: `spec.replicas` going to 0 while the watch runs, and
 * running callers in the topology. Not a fault: a workload that nobody calls, one that was at zero all along, callers that
 * are at zero as well (a namespace put to sleep).
 */
export const scaledToZero = defineDetector({
  name: "scaled-to-zero",
  family: "state",
  nature: "fault",
  *detect({ observation, topology, podsOf }): Iterable<Finding> {
    for (const kind of ["Deployment", "StatefulSet"] as const) {
      for (const workload of observation.objects.list(kind)) {
        if (workload.spec.replicas !== 0) continue;
        const ref = refOf(workload);
        const versions = observation.objects.versions(ref);
        const downAt = versions.findLast(({ object }, i) => {
          const before = versions[i - 1]?.object as Workload | undefined;
          return (object as Workload).spec.replicas === 0 && before !== undefined && before.spec.replicas !== 0;
        })?.at;
        if (downAt === undefined) continue;
        const callers = topology()
          .dependentsOf(ref, 1)
          .filter((caller) => !sameRef(caller, ref) && podsOf(caller).some(isCurrent));
        if (callers.length === 0) continue;
        yield {
          reason: "ScaledToZero",
          target: ref,
          severity: "high",
          headline: "was scaled to zero while others need it",
          summary: `${kind} ${ref.name} was scaled to 0 replicas, and ${callers.map(({ name }) => name).join(", ")} call${callers.length === 1 ? "s" : ""} it`,
          startsAt: downAt,
          value: 0,
          unit: "replicas",
        };
      }
    }
  },
});
