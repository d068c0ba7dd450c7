import type { Topology } from "../../cluster/topology.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import type { Transitions } from "./transitions.ts";

/**
 * Errors while a rollout is under way, on the workload or on what it needs, are its price; they open an incident only when they
 * outlast it.
 */
export function isPriceOfWork(
  { nature, anomaly }: LiveAnomaly,
  {
    topology,
    transitions,
    now,
  }: {
    readonly topology: Topology;
    readonly transitions: Pick<Transitions, "settling">;
    readonly now: number;
  },
): boolean {
  if (nature !== "symptom") return false;
  const concerned = [anomaly.target, anomaly.seenOn].filter((ref): ref is ObjectRef => ref !== undefined);
  return concerned.some((ref) => {
    const own = ref.kind === "Service" ? topology.workloadsBehind(ref) : [ref];
    return own.some(
      (workload) =>
        transitions.settling(workload, now) ||
        topology.dependenciesOf(workload).some((dependency) => transitions.settling(dependency, now)),
    );
  });
}
