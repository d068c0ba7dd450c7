import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { SourceWatch } from "../blind/source-silence.ts";
import type { Detector, Finding } from "../detector.ts";

/** Tells state that is seen from state that is only remembered. */
export interface FrozenState {
  /** An object has come (ms). @returns whether the place of another had to be forgotten for it */
  arrived(object: KubeObject, at: number): boolean;
  /** The finding rests on objects of which nothing has come since sight of the cluster was lost. */
  isFrozen(detector: Pick<Detector, "family">, finding: Finding): boolean;
}

/** Kinds in namespaces; beyond it those of which nothing has come for longest are forgotten, which matters only while blind. */
const mostPlaces = 20_000;

const placeOf = (kind: string, namespace: string | undefined) => `${kind}/${namespace ?? ""}`;

/**
 * While the watch is silent the last objects grow old: a pod that was ending seems to end forever, one that was starting
 * never to start. What they would newly show by age alone says nothing. Where a part of the watch still delivers (one kind
 * or namespace is forbidden), that part is believed.
 */
export function createFrozenState(sources: Pick<SourceWatch, "lostSightAt">, maxPlaces = mostPlaces): FrozenState {
  const latest = new Map<string, number>();
  let latestOfAll = Number.NEGATIVE_INFINITY;
  return {
    arrived({ kind, metadata }, at) {
      const place = placeOf(kind, metadata.namespace);
      // Set anew, it is the last in order.
      latest.delete(place);
      latest.set(place, at);
      latestOfAll = at;
      if (latest.size <= maxPlaces) return false;
      const oldest = latest.keys().next();
      if (!oldest.done) latest.delete(oldest.value);
      return true;
    },
    isFrozen({ family }, { seenOn }) {
      const lostAt = family === "state" ? sources.lostSightAt("state") : undefined;
      if (lostAt === undefined) return false;
      const at = seenOn
        ? (latest.get(placeOf(seenOn.kind, seenOn.namespace)) ?? Number.NEGATIVE_INFINITY)
        : latestOfAll;
      return at <= lostAt;
    },
  };
}
