import { healEndpointOf } from "../../incident/fix/heal-endpoint.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix } from "./fix.ts";

const startsAnew: ReadonlySet<Fix["action"]> = new Set(["restart", "delete-pod"]);

/**
 * The cheapest rung of the ladder: wherever new processes would be the remedy, an application that says how it can be healed
 * is asked to do so first. Not when its own health answers were judged to need a hard restart.
 */
export function withSoftHeal(open: Case, { culprit }: Candidate, fixes: readonly Fix[]): readonly Fix[] {
  const at = fixes.findIndex(({ action }) => startsAnew.has(action));
  const object = open.observation.objects.get(culprit.kind, culprit.namespace, culprit.name);
  if (at < 0 || !object || !healEndpointOf(object) || fixes.some(({ action }) => action === "soft-heal")) return fixes;
  const advice = open.incident.anomalies
    .filter((anomaly) => anomaly.endsAt === undefined && sameRef(anomaly.target, culprit))
    .flatMap((anomaly) => anomaly.advice ?? []);
  if (advice.includes("hard-restart")) return fixes;
  const judged = advice.includes("soft-heal");
  const reason = judged
    ? "its health answers say that it can heal itself; nothing restarts"
    : "asks the application to heal itself, before anything restarts";
  return [...fixes.slice(0, at), fix("soft-heal", culprit, {}, reason, judged ? 1 : 0.6), ...fixes.slice(at)];
}
