import { podsToUpdate } from "../../cluster/kinds/workload.ts";
import type { Workload } from "../../cluster/kubernetes-types.ts";
import { timeOf } from "../detector.ts";

export interface RolloutView {
  readonly desired: number;
  readonly available: number;
  readonly updated: number;
  /** The controller has not yet finished what the spec asks for. */
  readonly inProgress: boolean;
  /** Last time the controller reported progress (ms), 0 when unknown. */
  readonly progressAt: number;
}

/**
 * How far a Deployment, StatefulSet, DaemonSet or ReplicaSet is. The status says nothing about a spec that the controller
 * has not seen: `observedGeneration` first, then updated, then total, then available replicas.
 */
export function rolloutOf(workload: Workload): RolloutView {
  const { status = {}, metadata } = workload;
  const { desired, available, updated, total } = countsOf(workload);
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const inProgress = !seen || updated < podsToUpdate(workload, desired) || total > desired || available < desired;
  const progressing = status.conditions?.find(({ type }) => type === "Progressing");
  return {
    desired,
    available,
    updated,
    inProgress,
    progressAt: timeOf(progressing?.lastUpdateTime ?? progressing?.lastTransitionTime, 0),
  };
}

/** A DaemonSet counts by names of its own; a ReplicaSet is one revision, so all of its pods are of it. */
function countsOf({ kind, spec, status = {} }: Workload) {
  if (kind === "DaemonSet")
    return {
      desired: status.desiredNumberScheduled ?? 0,
      available: status.numberAvailable ?? 0,
      updated: status.updatedNumberScheduled ?? 0,
      total: status.currentNumberScheduled ?? 0,
    };
  const total = status.replicas ?? 0;
  return {
    desired: spec.replicas ?? 1,
    available: status.availableReplicas ?? status.readyReplicas ?? 0,
    updated: kind === "ReplicaSet" ? total : (status.updatedReplicas ?? 0),
    total,
  };
}
