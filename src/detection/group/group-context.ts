import type { Observation } from "../../cluster/observation.ts";
import type { Topology } from "../../cluster/topology.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";

/** What grouping asks of the world. */
export interface GroupContext {
  readonly now: number;
  readonly observation: Observation;
  readonly topology: Topology;
}

/** The workloads that a reference stands for: those behind a Service, the owner of a pod, itself. */
export function workloadsOf(ref: ObjectRef, { topology }: GroupContext): readonly ObjectRef[] {
  if (ref.kind === "Service") return topology.workloadsBehind(ref);
  if (ref.kind === "Pod") {
    const owner = topology.workloadOfPod(ref.namespace ?? "", ref.name);
    return owner ? [owner] : [ref];
  }
  return [ref];
}

// A storm asks the same again and again; one walk for each workload and topology is enough.
const ranks = new WeakMap<Topology, Map<string, ReadonlyMap<string, number>>>();

/** Everything that a workload depends on, nearest first: 1, 2, 3… */
function dependencyRanks(workload: ObjectRef, topology: Topology): ReadonlyMap<string, number> {
  let known = ranks.get(topology);
  if (!known) {
    known = new Map();
    ranks.set(topology, known);
  }
  const key = refKey(workload);
  let found = known.get(key);
  if (!found) {
    found = new Map(topology.dependenciesOf(workload).map((ref, i) => [refKey(ref), i + 1]));
    known.set(key, found);
  }
  return found;
}

/** How far `to` is among what `from` depends on: 1 is the nearest; 0 when it does not. */
export function distance(from: ObjectRef, to: readonly ObjectRef[], context: GroupContext): number {
  let best = 0;
  for (const start of workloadsOf(from, context)) {
    const known = dependencyRanks(start, context.topology);
    for (const ref of to) {
      const found = known.get(refKey(ref)) ?? 0;
      if (found > 0 && (best === 0 || found < best)) best = found;
    }
  }
  return best;
}
