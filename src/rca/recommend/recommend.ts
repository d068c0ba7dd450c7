import type { ActionCode } from "../../incident/action-code.ts";
import { actionParams } from "../../incident/action-params.ts";
import { kubectlCommand } from "../../incident/kubectl-command.ts";
import { refKey } from "../../incident/object-ref.ts";
import type { Recommendation } from "../../incident/recommendation.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Case } from "../case.ts";
import { fixConfidence, type OutcomeCounts } from "../confidence.ts";
import type { Ranked } from "../rank.ts";
import type { Fix } from "./fix.ts";
import { fixesFor } from "./fixes.ts";

const risks: Partial<Record<ActionCode, Recommendation["risk"]>> = {
  drain: "high",
  "delete-job": "medium",
  "rollback-deployment": "medium",
  "set-image": "medium",
  "patch-config": "medium",
  "patch-role": "high",
  "remove-finalizer": "high",
  "free-patch": "high",
  "patch-quota": "medium",
  "patch-selector": "medium",
  "patch-service-port": "medium",
  "expand-volume": "medium",
  "restore-secret": "medium",
  guide: "low",
};
const irreversible = new Set<ActionCode>([
  "delete-pod",
  "delete-job",
  "evict-pod",
  "drain",
  "remove-finalizer",
  "expand-volume",
  "restart",
  "rerun-job",
  "soft-heal",
  "guide",
  "restore-secret",
]);
const shown = 5;

/** Parameters must fit the action's own contract, except where a person still has to fill some in. */
function isValid(item: Fix): boolean {
  return item.needs.length > 0 || actionParams[item.action].safeParse(item.params).success;
}

/**
 * Fixes for the best hypotheses, best first. The order inside one cause is the rules' (what operators do first), so a less
 * probable cause never pushes the first cause's second fix off the second place.
 */
export function recommend(
  open: Case,
  hypotheses: readonly Ranked[],
  redact: Redact,
  outcomesOf: (cause: Ranked, action: ActionCode) => OutcomeCounts,
): readonly Recommendation[] {
  const rows: { readonly fix: Fix; readonly from: Ranked }[] = [];
  const seen = new Set<string>();
  hypotheses.slice(0, 3).forEach((ranked, i) => {
    if (i > 0 && ranked.probability < 0.08) return;
    for (const item of fixesFor(open, ranked.candidate)) {
      const key = `${item.action}|${refKey(item.target)}|${JSON.stringify(item.params)}`;
      if (seen.has(key) || !isValid(item)) continue;
      seen.add(key);
      rows.push({ fix: item, from: ranked });
    }
  });
  return rows.slice(0, shown).map(({ fix, from }, i) => ({
    id: `R${i + 1}`,
    action: fix.action,
    target: fix.target,
    params: fix.params,
    needs: fix.needs,
    reason: redact(fix.reason),
    confidence: fixConfidence({
      causeProbability: from.probability,
      cause: from.candidate.cause,
      action: fix.action,
      fit: fix.fit,
      outcomes: outcomesOf(from, fix.action),
    }),
    // A value out of an object's history may hold a credential, an address with a password for example.
    kubectl: redact(kubectlCommand(fix.action, fix.target, fix.params)),
    risk: risks[fix.action] ?? "low",
    reversible: !irreversible.has(fix.action),
  }));
}
