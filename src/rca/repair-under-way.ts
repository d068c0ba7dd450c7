import type { Observation } from "../cluster/observation.ts";
import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import { sameRef } from "../incident/object-ref.ts";
import { findChanges } from "./gather/changes.ts";

/** By then a change of the right object shows in windows of a minute, and a rollout has replaced its pods. */
const settleMs = 3 * 60_000;

/**
 * Somebody has changed what the last diagnosis blames, a moment ago: the pods that proved it are going, the measured windows
 * mix before and after, and looking again now would say less. The diagnosis stands until the change had time to show; trouble
 * that is still there then is diagnosed anew.
 */
export function repairUnderWay(
  observation: Observation,
  last: Pick<Diagnosis, "madeAt" | "hypotheses" | "inconclusive">,
  now: number,
): boolean {
  const best = last.hypotheses[0];
  if (!best || last.inconclusive) return false;
  const changes = findChanges(observation, Math.max(last.madeAt + 1, now - settleMs), now);
  return changes.some(({ ref }) => sameRef(ref, best.culprit));
}
