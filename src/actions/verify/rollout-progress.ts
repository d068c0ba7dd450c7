import { podsToUpdate } from "../../cluster/kinds/workload.ts";
import { asKind, type KubeObject, type Workload } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";

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
  const workload = asKind(object, ...rolloutKinds);
  if (!workload) return { state: "not-applicable" };
  const status = workload.status ?? {};
  if ((status.observedGeneration ?? 0) < (workload.metadata.generation ?? 0))
    return progressing("the controller has not seen the change yet");
  if (workload.spec.paused) return { state: "stalled", reason: "the rollout is paused" };
  const deadline = status.conditions?.find(
    (condition) => condition.type === "Progressing" && condition.reason === "ProgressDeadlineExceeded",
  );
  if (deadline) return { state: "stalled", reason: "the rollout exceeded its progress deadline" };
  const { wanted, updated, all, available } = countsOf(workload);
  if (workload.spec.updateStrategy?.type === "OnDelete" && !isSettled(workload) && updated < wanted)
    return { state: "stalled", reason: "update strategy OnDelete waits for each pod to be deleted" };
  const due = podsToUpdate(workload, wanted);
  if (updated < due) return progressing(`${updated} of ${due} pods are updated`);
  // Where some are left at the revision before, the others that are there are theirs.
  const most = due < wanted || isSettled(workload) ? wanted : updated;
  if (all > most) return progressing(`${all - most} old pods are still ending`);
  if (available < wanted) return progressing(`${available} of ${wanted} pods are available`);
  return { state: "complete" };
}

/** Pods by what the controller says of them. A DaemonSet keeps no pod of an old revision beside the new one of its node. */
function countsOf({ kind, spec, status: told }: Workload) {
  const status = told ?? {};
  if (kind === "DaemonSet") {
    const wanted = status.desiredNumberScheduled ?? 0;
    return { wanted, all: wanted, updated: status.updatedNumberScheduled ?? 0, available: status.numberAvailable ?? 0 };
  }
  const ready = kind === "StatefulSet" ? status.readyReplicas : undefined;
  return {
    wanted: spec.replicas ?? 1,
    all: status.replicas ?? 0,
    updated: status.updatedReplicas ?? 0,
    available: status.availableReplicas ?? ready ?? 0,
  };
}

/** All pods have the update revision. A StatefulSet leaves updatedReplicas out then. */
const isSettled = ({ status = {} }: Workload): boolean =>
  status.currentRevision !== undefined && status.currentRevision === status.updateRevision;
