import type { AuditEntry } from "../../src/incident/audit-entry.ts";
import type { PlanState } from "../../src/incident/fix/action-plan.ts";

export interface AuditedPlan {
  readonly state: PlanState;
  readonly digest: string;
  readonly voters: readonly string[];
  readonly verdict: string | null;
}

const stateAfter: Partial<Record<AuditEntry["event"], PlanState>> = {
  "plan.superseded": "superseded",
  "plan.approved": "approved",
  "plan.rejected": "rejected",
  "plan.expired": "expired",
  "execution.claimed": "executing",
};

/** The plans as the audit alone tells them. Equal to the tables, or the tables were changed behind its back. */
export function replayAudit(entries: Iterable<AuditEntry>): Map<string, AuditedPlan> {
  const plans = new Map<string, AuditedPlan>();
  for (const { event, subject, actor, body } of entries) {
    if (event === "plan.proposed") {
      plans.set(subject, { state: "proposed", digest: String(body.digest), voters: [], verdict: null });
      continue;
    }
    const plan = plans.get(subject);
    if (!plan) continue;
    const state = event === "execution.finished" ? (body.state as PlanState) : (stateAfter[event] ?? plan.state);
    const voters = event === "plan.voted" ? [...plan.voters, actor] : plan.voters;
    const verdict = event === "verification.recorded" ? String(body.verdict) : plan.verdict;
    plans.set(subject, { ...plan, state, voters, verdict });
  }
  return plans;
}
