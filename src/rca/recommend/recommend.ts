import type { ActionCode } from "../../incident/action-code.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { OutcomeCounts } from "../../incident/diagnosis/past-incident.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { kubectlCommand } from "../../incident/fix/kubectl-command.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { refKey } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Case } from "../case/case.ts";
import { fixConfidence, noOutcomes } from "../weigh/confidence.ts";
import type { Ranked } from "../weigh/rank.ts";
import type { Fix } from "./fix.ts";
import { fixesFor } from "./fixes.ts";
import { inOrder } from "./in-order.ts";
import { trafficShareOf } from "./traffic-share.ts";

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

interface Offer {
  readonly fix: Fix;
  readonly from: Ranked;
  readonly cause: CauseCode;
  readonly confidence: number;
  /** What outcomes in this cluster have added to its confidence or taken from it. */
  readonly learned: number;
}

function offer(from: Ranked, fix: Fix, outcomes: OutcomeCounts): Offer {
  const base = { causeProbability: from.probability, cause: from.candidate.cause, action: fix.action, fit: fix.fit };
  const confidence = fixConfidence({ ...base, outcomes });
  return {
    fix,
    from,
    cause: from.candidate.cause,
    confidence,
    learned: confidence - fixConfidence({ ...base, outcomes: noOutcomes }),
  };
}

function shareOf(open: Case, { target }: Fix): Pick<Recommendation, "trafficShare"> {
  const trafficShare = trafficShareOf(open.observation, target, open.onset);
  return trafficShare === undefined ? {} : { trafficShare };
}

/**
 * Fixes for the best hypotheses, best first. Those of one cause stand together, so a less probable cause never pushes the
 * first cause's second fix off the second place.
 */
export function recommend(
  open: Case,
  hypotheses: readonly Ranked[],
  redact: Redact,
  outcomesOf: (cause: Ranked, action: ActionCode) => OutcomeCounts,
): readonly Recommendation[] {
  const rows: Offer[] = [];
  const seen = new Set<string>();
  hypotheses.slice(0, 3).forEach((ranked, i) => {
    if (i > 0 && ranked.probability < 0.08) return;
    const offers: Offer[] = [];
    for (const item of fixesFor(open, ranked.candidate)) {
      const key = `${item.action}|${refKey(item.target)}|${JSON.stringify(item.params)}`;
      if (seen.has(key) || !isValid(item)) continue;
      seen.add(key);
      offers.push(offer(ranked, item, outcomesOf(ranked, item.action)));
    }
    rows.push(...inOrder(offers));
  });
  return rows.slice(0, shown).map(({ fix, from, confidence }, i) => ({
    id: `R${i + 1}`,
    action: fix.action,
    target: fix.target,
    cause: from.candidate.cause,
    params: fix.params,
    needs: fix.needs,
    reason: redact(fix.reason),
    confidence,
    // A value out of an object's history may hold a credential, an address with a password for example.
    kubectl: redact(kubectlCommand(fix.action, fix.target, fix.params)),
    risk: risks[fix.action] ?? "low",
    reversible: !irreversible.has(fix.action),
    ...shareOf(open, fix),
  }));
}
