import type { Observation } from "../cluster/observation.ts";
import { sampleSpacing } from "../cluster/sample-spacing.ts";
import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import { sameRef } from "../incident/object-ref.ts";
import { findChanges } from "./gather/changes.ts";

/** By then a change of the right object shows in windows of a minute, and a rollout has replaced its pods. */
const settleMs = 3 * 60_000;
/** Rates are taken over some samples, and judged by some rates: where samples are sparse, that takes longer. */
const settleSamples = 6;

/**
 * Somebody has changed what the last diagnosis blames, a moment ago: the pods that proved it are going, the measured windows
 * mix before and after, and looking again now would say less. The diagnosis stands until the change had time to show; trouble
 * that is still there then is diagnosed anew; what has begun since that diagnosis is at once.
 * @param onset of the incident; of one that has come back, when it did (ms)
 */
export function repairUnderWay(
  observation: Observation,
  last: Pick<Diagnosis, "madeAt" | "hypotheses" | "inconclusive">,
  onset: number,
  now: number,
): boolean {
  const best = last.hypotheses[0];
  if (!best || last.inconclusive || last.madeAt < onset) return false;
  const withinMs = Math.max(settleMs, settleSamples * (sampleSpacing(observation) ?? 0));
  const changes = findChanges(observation, Math.max(last.madeAt + 1, now - withinMs), now);
  return changes.some(({ ref }) => sameRef(ref, best.culprit));
}
