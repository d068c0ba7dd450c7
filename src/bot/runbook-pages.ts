import type { Evidence } from "../incident/diagnosis/evidence.ts";
import type { IncidentView } from "./incident-view.ts";

const pagesShown = 2;

/** The pages of the owner's runbooks that fit the first cause, best first; none while the evidence does not decide. */
export function runbookPages({
  diagnosis,
  evidence,
}: Pick<IncidentView, "diagnosis" | "evidence">): readonly Evidence[] {
  const ids = diagnosis?.inconclusive ? [] : (diagnosis?.runbooks ?? []);
  return ids.flatMap((id) => evidence.find((item) => item.id === id) ?? []).slice(0, pagesShown);
}

/** `carts.md, "Memory"` of the query of such evidence. */
export function pageName(query: string): string {
  return query.replace(/^runbook /, "");
}
