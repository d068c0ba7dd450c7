import { asKind, type KubeObject } from "../../cluster/kubernetes-types.ts";

export type RolloutProgress =
  | { readonly state: "complete" | "not-applicable" }
  | { readonly state: "progressing" | "stalled"; readonly reason: string };

const progressing = (reason: string): RolloutProgress => ({ state: "progressing", reason });

/**
 * How far the pods of a workload follow its specification, asked in the order of `kubectl rollout status`: first whether
 * the controller has seen the newest specification at all. Right after a change the status is still that of before and
 * looks finished.
 */
export function rolloutProgress(object: KubeObject | undefined): RolloutProgress {
  const workload = asKind(object, "Deployment", "StatefulSet", "DaemonSet");
  if (!workload) return { state: "not-applicable" };
  const status = workload.status ?? {};
  if ((status.observedGeneration ?? 0) < (workload.metadata.generation ?? 0))
    return progressing("the controller has not seen the change yet");
  if (workload.spec.paused) return { state: "stalled", reason: "the rollout is paused" };
  const deadline = status.conditions?.find(
    (condition) => condition.type === "Progressing" && condition.reason === "ProgressDeadlineExceeded",
  );
  if (deadline) return { state: "stalled", reason: "the rollout exceeded its progress deadline" };
  if (workload.kind === "DaemonSet") {
    const wanted = status.desiredNumberScheduled ?? 0;
    return counted(wanted, status.updatedNumberScheduled ?? 0, wanted, status.numberAvailable ?? 0);
  }
  const wanted = workload.spec.replicas ?? 1;
  // A StatefulSet leaves updatedReplicas out once all pods have the update revision.
  const settled =
    workload.kind === "StatefulSet" &&
    status.currentRevision !== undefined &&
    status.currentRevision === status.updateRevision;
  const updated = settled ? (status.replicas ?? 0) : (status.updatedReplicas ?? 0);
  const available =
    workload.kind === "StatefulSet"
      ? (status.availableReplicas ?? status.readyReplicas ?? 0)
      : (status.availableReplicas ?? 0);
  return counted(wanted, updated, status.replicas ?? 0, available);
}

function counted(wanted: number, updated: number, all: number, available: number): RolloutProgress {
  if (updated < wanted) return progressing(`${updated} of ${wanted} pods are updated`);
  if (all > updated) return progressing(`${all - updated} old pods are still ending`);
  if (available < wanted) return progressing(`${available} of ${wanted} pods are available`);
  return { state: "complete" };
}
