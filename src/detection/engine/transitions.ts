import { isKind, type KubeObject, type Workload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { Observation } from "../../cluster/observation.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { rolloutOf } from "../state/rollout.ts";

/**
 * Which workloads are in the middle of a rollout, a scaling or the replacement of a pod. A few seconds of errors then are
 * the price of the work, not a fault; when it lasts, it is one.
 */
export interface Transitions {
  /** Takes a change as it arrives: a pod that is replaced within seconds is whole again when the tick looks. */
  observe(object: KubeObject, at: number): void;
  update(observation: Observation, now: number): void;
  /** The controller has not finished. */
  inProgress(workload: ObjectRef): boolean;
  /** When its latest work ended (ms); undefined while there is none, or it goes on. */
  endedAt(workload: ObjectRef): number | undefined;
  /**
   * In progress, or with a pod on its way out, for less than the grace time, or finished so recently that rates still show it.
   * @param mostEchoMs for what is no rate, and shows it no longer than this
   */
  settling(workload: ObjectRef, now: number, mostEchoMs?: number): boolean;
}

export interface TransitionOptions {
  /** How long work may disturb before it counts as trouble (ms). */
  readonly graceMs?: number;
  /** How long rates remember what happened (ms). */
  readonly echoMs: () => number;
}

interface Entry {
  startedAt: number;
  endedAt: number;
}

/**
 * Workloads of which a pod was told to end and has yet to. Its controller counts it as ready for as long as it says so, while it
 * refuses what is new: a database waits for its clients to leave.
 */
function withLeavingPods({ objects }: Observation): ReadonlySet<string> {
  const found = new Set<string>();
  for (const pod of objects.list("Pod"))
    if (pod.metadata.deletionTimestamp !== undefined) found.add(refKey(objects.topOwner(pod)));
  return found;
}

const isRolloutKind = (object: KubeObject): object is Workload =>
  isKind(object, "Deployment") || isKind(object, "StatefulSet") || isKind(object, "DaemonSet");

/** Work is forgotten ten minutes after its end. One minute is its grace by default. */
export function createTransitions(options: TransitionOptions): Transitions {
  const graceMs = options.graceMs ?? 60_000;
  const entries = new Map<string, Entry>();
  const leavingSince = new Map<string, number>();

  return {
    observe(object, at) {
      if (!isRolloutKind(object) || !rolloutOf(object).inProgress) return;
      const key = refKey(refOf(object));
      const known = entries.get(key);
      if (!known || known.endedAt > 0) entries.set(key, { startedAt: at, endedAt: 0 });
    },
    update(observation, now) {
      const { objects } = observation;
      const leaving = withLeavingPods(observation);
      for (const key of leaving) if (!leavingSince.has(key)) leavingSince.set(key, now);
      for (const key of leavingSince.keys()) if (!leaving.has(key)) leavingSince.delete(key);
      const open = new Set<string>();
      for (const kind of rolloutKinds) {
        for (const workload of objects.list(kind)) {
          if (!rolloutOf(workload).inProgress) continue;
          const key = refKey(refOf(workload));
          open.add(key);
          const known = entries.get(key);
          if (!known || known.endedAt > 0) entries.set(key, { startedAt: now, endedAt: 0 });
        }
      }
      for (const [key, entry] of entries) {
        // Finished, or taken away in the middle of it: nobody goes on with that.
        if (entry.endedAt === 0 && !open.has(key)) entry.endedAt = now;
        if (entry.endedAt > 0 && now - entry.endedAt > 10 * 60_000) entries.delete(key);
      }
    },
    inProgress: (workload) => entries.get(refKey(workload))?.endedAt === 0,
    endedAt(workload) {
      const endedAt = entries.get(refKey(workload))?.endedAt ?? 0;
      return endedAt > 0 ? endedAt : undefined;
    },
    settling(workload, now, mostEchoMs = Number.POSITIVE_INFINITY) {
      const key = refKey(workload);
      if (now - (leavingSince.get(key) ?? Number.NEGATIVE_INFINITY) < graceMs) return true;
      const entry = entries.get(key);
      if (!entry) return false;
      return entry.endedAt === 0
        ? now - entry.startedAt < graceMs
        : now - entry.endedAt < Math.min(options.echoMs(), mostEchoMs);
    },
  };
}
