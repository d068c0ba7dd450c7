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
  const { spec, status = {}, metadata, kind } = workload;
  const daemon = kind === "DaemonSet";
  const desired = daemon ? (status.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1);
  const available = daemon ? (status.numberAvailable ?? 0) : (status.availableReplicas ?? status.readyReplicas ?? 0);
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const updated = daemon
    ? (status.updatedNumberScheduled ?? 0)
    : kind === "ReplicaSet"
      ? (status.replicas ?? 0)
      : (status.updatedReplicas ?? 0);
  const total = daemon ? (status.currentNumberScheduled ?? 0) : (status.replicas ?? 0);
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
