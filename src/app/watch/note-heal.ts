import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { DerivedPoint, Signal } from "../../cluster/signal.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";

/** More than are awaiting their verdict at one time. */
const maxKnown = 1_000;

/** The pods that a plan's target stands for. */
function podsOf(target: ObjectRef, { objects }: Observation) {
  return objects
    .list("Pod")
    .filter(
      (pod) =>
        isKind(pod, "Pod") &&
        pod.metadata.namespace === target.namespace &&
        (target.kind === "Pod" ? pod.metadata.name === target.name : sameRef(objects.topOwner(pod), target)),
    );
}

/**
 * Tells detection that applications were asked to heal themselves: what an illness that stays on means after that is
 * another thing than before. Each plan is told once, when a pod of its target is known; right after a start none is.
 *
 * @returns whether it has been told, now or before
 */
export function createHealNotes(observation: Observation, ingest: (signal: Signal) => void) {
  const known = new Set<string>();
  return (planId: string, target: ObjectRef, at: number): boolean => {
    if (known.has(planId)) return true;
    const points = podsOf(target, observation).map(
      (pod): DerivedPoint => ({
        name: "health_healed",
        labels: {
          namespace: pod.metadata.namespace ?? "",
          workload: observation.objects.topOwner(pod).name,
          pod: pod.metadata.name,
        },
        at,
        value: 1,
      }),
    );
    if (points.length === 0) return false;
    known.add(planId);
    // The oldest has had its verdict long ago.
    for (const oldest of known) if (known.size > maxKnown) known.delete(oldest);
    ingest({ type: "derived", at, source: "health", points });
    return true;
  };
}
