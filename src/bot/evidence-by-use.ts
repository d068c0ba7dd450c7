import type { Evidence } from "../incident/diagnosis/evidence.ts";
import type { IncidentView } from "./incident-view.ts";

/** The evidence that something on show points at, and what was read beside it. */
export function evidenceByUse({
  diagnosis,
  evidence,
}: Pick<IncidentView, "diagnosis" | "evidence">): readonly [proof: readonly Evidence[], beside: readonly Evidence[]] {
  const cited = new Set([
    ...(diagnosis?.hypotheses ?? []).flatMap((one) => [...one.evidence, ...one.against]),
    ...(diagnosis?.timeline ?? []).flatMap((entry) => entry.evidence ?? []),
    ...(diagnosis?.runbooks ?? []),
  ]);
  return [evidence.filter(({ id }) => cited.has(id)), evidence.filter(({ id }) => !cited.has(id))];
}
