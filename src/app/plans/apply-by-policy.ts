import { autoApprove } from "../../actions/approve/approve.ts";
import type { PlanStore } from "../../actions/plan/plan-store.ts";
import type { Policy } from "../../actions/policy/policy-file.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { stepsBelow } from "../../incident/fix/ladder.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Database } from "../../store/database.ts";
import { changeStatus } from "../../store/incidents/incidents.ts";
import { addToTimeline, timelineOf } from "../../store/incidents/timeline.ts";
import { plansOf } from "../../store/plans/plans.ts";

interface PolicyDeps {
  readonly database: Database;
  readonly plans: PlanStore;
  readonly policy: Policy;
  readonly redact: Redact;
  readonly now: () => number;
}

interface Step {
  readonly incidentId: string;
  readonly recommendation: Recommendation;
  /** All recommendations of the diagnosis. */
  readonly ladder?: readonly Recommendation[];
}

/** By itself nothing is tried twice in one incident, nor against somebody's no, and no step before the cheaper ones. */
export async function isTurnOf({ database }: Pick<PolicyDeps, "database">, step: Step): Promise<boolean> {
  const { incidentId, recommendation, ladder = [] } = step;
  const plans = await plansOf(database, incidentId);
  const judged = plans.filter(({ plan, verification }) => verification !== null || plan.state === "failed");
  const refused = plans.some(
    ({ plan }) =>
      plan.state === "rejected" && plan.action === recommendation.action && sameRef(plan.target, recommendation.target),
  );
  const tried = (one: Pick<Recommendation, "action" | "target">) =>
    judged.some(({ plan }) => plan.action === one.action && sameRef(plan.target, one.target));
  return !refused && !tried(recommendation) && stepsBelow(recommendation, ladder).every(tried);
}

/** Where the policy names it, a change that has proven itself against the cause needs nobody's click. */
export async function applyByPolicy(deps: PolicyDeps, plan: ActionPlan): Promise<void> {
  if (deps.policy.autoApply.length === 0) return;
  const outcome = await autoApprove(plan.id, { plans: deps.plans, policy: deps.policy, oneAtATime: true });
  if (outcome.type === "refused" && outcome.detail !== undefined) await tellWithheld(deps, plan, outcome.detail);
  if (outcome.type !== "approved") return;
  const text = deps.redact(`The policy approved: ${actionTitle(plan.action, plan.target, plan.params)}.`);
  await addToTimeline(deps.database, plan.incidentId, { at: deps.now(), kind: "approved", text });
  await changeStatus(deps.database, plan.incidentId, "start-mitigation", { at: deps.now() });
}

/** People see once for each plan why the policy did not let it through. */
async function tellWithheld(deps: PolicyDeps, plan: ActionPlan, detail: string): Promise<void> {
  const text = deps.redact(`${actionTitle(plan.action, plan.target, plan.params)}: ${detail}`);
  const told = (await timelineOf(deps.database, plan.incidentId)).some((entry) => entry.text === text);
  if (!told) await addToTimeline(deps.database, plan.incidentId, { at: deps.now(), kind: "note", text });
}
