import type { Pod, Workload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { duration } from "../../lib/duration.ts";
import { type DetectContext, type Detector, type Finding, timeOf } from "../detector.ts";
import { conditionOf, isReady } from "./container-states.ts";
import { passingNodes } from "./passing-nodes.ts";
import { startAllowanceMs } from "./pod-not-ready.ts";
import { isPulling } from "./pulling.ts";
import { type RolloutView, rolloutOf } from "./rollout.ts";
import { isRoomComing } from "./room-coming.ts";

/** How long fewer replicas than wanted are normal: a pod must be scheduled, pull its image and become ready. */
function patienceMs(workload: Workload, noneLeft: boolean, isNew: boolean): number {
  const { template, minReadySeconds = 0 } = workload.spec;
  // A pod that is ready counts as available only when it has been for so long.
  const allowance = startAllowanceMs(template) + minReadySeconds * 1_000;
  // The first pods of a new workload pull their image, which may take minutes; nobody depends on them yet.
  if (isNew) return allowance + 150_000;
  return noneLeft ? allowance : allowance + 30_000;
}

interface Shortage {
  readonly since: number;
  /** When it was last seen to get on. */
  movedAt: number;
  updated: number;
  mostAvailable: number;
}

/** One more pod of the new revision, or more pods in service than at any time since it began. */
function getsOn(shortage: Shortage, { updated, available }: RolloutView): boolean {
  const moved = updated !== shortage.updated || available > shortage.mostAvailable;
  shortage.updated = updated;
  shortage.mostAvailable = Math.max(shortage.mostAvailable, available);
  return moved;
}

/** Whoever queues work lets its pods in one day (https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/). */
const isHeldBack = (pod: Pod) => conditionOf(pod, "PodScheduled")?.reason === "SchedulingGated";

/** A pod of these is made only when the one before has ended, which it may take its time for. */
const endsFirst = ({ kind, spec }: Workload): boolean =>
  kind === "StatefulSet" ||
  (kind === "DaemonSet" && Number.parseInt(String(spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0), 10) === 0) ||
  (kind === "Deployment" && spec.strategy?.type === "Recreate");

/** Told to end, and within the time that it was granted. */
const isEnding = ({ metadata }: Pod, now: number) => timeOf(metadata.deletionTimestamp, 0) >= now;

/**
 * Pods that are missing because nodes come and go: on a node that is new or leaving, or for which one is brought; those that are
 * held back on purpose, or wait for the one before to end; and, where nobody misses them yet, those whose image is being fetched.
 */
function excused(workload: Workload, ref: ObjectRef, isMissed: boolean, context: DetectContext): number {
  const pods = context.podsOf(ref);
  const waits = (pod: Pod) =>
    isHeldBack(pod) || (!isMissed && isPulling(pod, context)) || (endsFirst(workload) && isEnding(pod, context.now));
  return pods.filter(waits).length + byNodes(ref, pods, context);
}

function byNodes(ref: ObjectRef, pods: readonly Pod[], context: DetectContext): number {
  if (ref.kind !== "DaemonSet") return pods.filter((pod) => isRoomComing(pod, context)).length;
  const served = new Set(pods.filter(isReady).map(({ spec }) => spec.nodeName));
  return [...passingNodes(context).keys()].filter((node) => !served.has(node)).length;
}

/**
 * Workloads with fewer available replicas than asked for, for longer than starting a pod takes. Source: replica counts in
 * the status. Not a fault: scaling up or down, a rolling update or a Recreate rollout in progress, a replaced pod, a
 * workload scaled to zero or being deleted, nodes that join and leave, pods for which an autoscaler brings a node or that a
 * scheduling gate holds, large images that are fetched while other pods serve or for the first time, the time that a pod was
 * granted to end before the next of its place is made.
 */
export function workloadUnavailable(): Detector {
  const shortages = new Map<string, Shortage>();
  const served = new Set<string>();
  return {
    name: "workload-unavailable",
    family: "state",
    nature: "failure",
    *detect(context: DetectContext): Iterable<Finding> {
      const { observation, now, watchingSince } = context;
      if (served.size > 50_000) served.clear();
      const seen = new Set<string>();
      for (const kind of rolloutKinds) {
        for (const workload of observation.objects.list(kind)) {
          const rollout = rolloutOf(workload);
          const { desired, available, updated, progressAt } = rollout;
          const ref = refOf(workload);
          const key = refKey(ref);
          if (available > 0) served.add(key);
          // Deleted in the foreground it stays until the last of its pods has gone.
          if (available >= desired || workload.metadata.deletionTimestamp !== undefined) continue;
          seen.add(key);
          const shortage = shortages.get(key) ?? { since: now, movedAt: now, updated, mostAvailable: available };
          shortages.set(key, shortage);
          const isNew = !served.has(key) && timeOf(workload.metadata.creationTimestamp, 0) > watchingSince - 60_000;
          const isMissed = available === 0 && !isNew;
          // A rollout that still makes progress pod by pod starts the clock again.
          if (getsOn(shortage, rollout) || desired - available <= excused(workload, ref, isMissed, context))
            shortage.movedAt = now;
          if (kind === "Deployment" && available > 0)
            shortage.movedAt = Math.max(shortage.movedAt, Math.min(progressAt, now));
          if (now - shortage.movedAt < patienceMs(workload, available === 0, isNew)) continue;
          yield {
            reason: "ReplicasUnavailable",
            target: ref,
            severity: available === 0 ? "high" : "medium",
            headline: available === 0 ? "has no pod in service" : `has only ${available} of ${desired} pods in service`,
            summary: `${kind} ${workload.metadata.name} has ${available} of ${desired} replicas available for ${duration(now - shortage.since)}`,
            startsAt: shortage.since,
            value: available,
            expected: desired,
            unit: "replicas",
          };
        }
      }
      for (const key of shortages.keys()) if (!seen.has(key)) shortages.delete(key);
    },
  };
}
