import type { Workload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { refKey } from "../../incident/object-ref.ts";
import { duration } from "../../lib/duration.ts";
import { type DetectContext, type Detector, type Finding, timeOf } from "../detector.ts";
import { startAllowanceMs } from "./pod-not-ready.ts";
import { rolloutOf } from "./rollout.ts";

const kinds = ["Deployment", "StatefulSet", "DaemonSet"] as const;

/** How long fewer replicas than wanted are normal: a pod must be scheduled, pull its image and become ready. */
function patienceMs(workload: Workload, noneLeft: boolean, isNew: boolean): number {
  const allowance = startAllowanceMs({ ...workload, spec: workload.spec.template.spec });
  // The first pods of a new workload pull their image, which may take minutes; nobody depends on them yet.
  if (isNew) return allowance + 150_000;
  return noneLeft ? allowance : allowance + 30_000;
}

/**
 * Workloads with fewer available replicas than asked for, for longer than starting a pod takes. Source: replica counts in
 * the status. Not a fault: scaling up or down, a rolling update or a Recreate rollout in progress, a replaced pod, a
 * workload scaled to zero.
 */
export function workloadUnavailable(): Detector {
  const since = new Map<string, number>();
  const served = new Set<string>();
  return {
    name: "workload-unavailable",
    family: "state",
    nature: "failure",
    *detect({ observation, now, watchingSince }: DetectContext): Iterable<Finding> {
      if (served.size > 50_000) served.clear();
      const seen = new Set<string>();
      for (const kind of kinds) {
        for (const workload of observation.objects.list(kind)) {
          const { desired, available, progressAt } = rolloutOf(workload);
          const ref = refOf(workload);
          const key = refKey(ref);
          if (available > 0) served.add(key);
          if (available >= desired) continue;
          seen.add(key);
          const start = since.get(key) ?? now;
          since.set(key, start);
          // A rollout that still makes progress pod by pod starts the clock again.
          const waited =
            now - (kind === "Deployment" && available > 0 ? Math.max(start, Math.min(progressAt, now)) : start);
          const isNew = !served.has(key) && timeOf(workload.metadata.creationTimestamp, 0) > watchingSince - 60_000;
          if (waited < patienceMs(workload, available === 0, isNew)) continue;
          yield {
            reason: "ReplicasUnavailable",
            target: ref,
            severity: available === 0 ? "high" : "medium",
            headline: available === 0 ? "has no pod in service" : `has only ${available} of ${desired} pods in service`,
            summary: `${kind} ${workload.metadata.name} has ${available} of ${desired} replicas available for ${duration(now - start)}`,
            startsAt: start,
            value: available,
            expected: desired,
            unit: "replicas",
          };
        }
      }
      for (const key of since.keys()) if (!seen.has(key)) since.delete(key);
    },
  };
}
