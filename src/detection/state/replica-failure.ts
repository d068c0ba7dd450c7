import { isRefusal } from "../../cluster/kinds/workload.ts";
import type { Workload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { isEndOfNamespace, refusalOf } from "./refusal.ts";

/**
 * Controllers whose pods the API server refuses, and Deployments whose next ReplicaSet it refuses, so that the old one goes on.
 * Source: condition ReplicaFailure of ReplicaSets and Deployments, and Progressing with ReplicaSetCreateError, whose message names the quota, limit range, webhook or policy; it goes when a pod could be made. Not a fault: an old
 * ReplicaSet that wants no pods any more, a refusal that lasts less than the controller's first retry, a namespace that is being deleted.
 */
export const replicaFailure = defineDetector({
  name: "replica-failure",
  family: "state",
  nature: "fault",
  *detect({ observation, ownerOf, now }): Iterable<Finding> {
    const workloads: Workload[] = [
      ...observation.objects.list("ReplicaSet"),
      ...observation.objects.list("Deployment"),
    ];
    for (const workload of workloads) {
      const failed = workload.status?.conditions?.find(isRefusal);
      if (!failed || (workload.spec.replicas ?? 1) === 0 || isEndOfNamespace(failed.message ?? "")) continue;
      const since = timeOf(failed.lastTransitionTime, now);
      if (now - since < 2_000) continue;
      const owner = ownerOf(workload);
      yield { ...refusalOf(failed.message ?? failed.reason ?? "", owner, refOf(workload)), startsAt: since };
    }
  },
});
