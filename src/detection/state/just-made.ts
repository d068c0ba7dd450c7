import type { Pod } from "../../cluster/kubernetes-types.ts";
import { type DetectContext, timeOf } from "../detector.ts";

/**
 * Whoever applies many objects at once makes a workload before what it names: a certificate is issued and a secret fetched
 * by a controller within half a minute.
 */
const completeMs = 40_000;

/** The pod's workload was made a moment ago, and what it names may be on its way. */
export function isJustMade(pod: Pod, { observation, ownerOf, now }: DetectContext): boolean {
  const owner = ownerOf(pod);
  if (owner.kind === "Pod") return false;
  const made = observation.objects.find(owner)?.object.metadata.creationTimestamp;
  return now - timeOf(made, 0) < completeMs;
}
