import type { ApprovalOutcome, SecondFactorRefusal } from "../../incident/approval.ts";
import { kindOfRecord } from "../../incident/fix/action-record.ts";
import { heldNamespaces } from "../../incident/fix/held-objects.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import type { PlanStanding } from "../plan/plan.ts";
import { planDigest } from "../plan/plan-digest.ts";
import type { PlanStore, RejectOutcome } from "../plan/plan-store.ts";
import { judgeAutoApply } from "../policy/auto-apply.ts";
import { judge, needsSecondFactor, nothingSpent, type PolicyFacts, type Verdict } from "../policy/policy.ts";
import type { Policy } from "../policy/policy-file.ts";
import { type Approver, mayApprove } from "../policy/who-may.ts";
import { accessRefusal, type ClusterAccessPort } from "./approver-access.ts";

/** Judges one-time codes, and uses them up. */
export interface SecondFactorPort {
  useCode(attempt: {
    readonly ids: readonly string[];
    readonly code: string;
    readonly planId: string;
  }): Promise<"accepted" | SecondFactorRefusal>;
}

export interface ApproveDeps {
  readonly plans: Pick<PlanStore, "get" | "standing" | "vote" | "whyNoVote" | "reject" | "outcomes">;
  readonly policy: Policy;
  /** Refuses while another change of the same incident is on its way or not judged yet: two at once would prove nothing. */
  readonly oneAtATime?: boolean;
  /** For rules with `clusterAccess`; without it they refuse. */
  readonly clusterAccess?: ClusterAccessPort | undefined;
  /** For rules with `secondFactor`; without it they refuse. */
  readonly secondFactor?: SecondFactorPort | undefined;
}

export interface ApprovalRequest {
  readonly planId: string;
  /** Of the plan as the person saw it. */
  readonly digest: string;
  readonly by: Approver;
  readonly note?: string;
  /** The approver's one-time code. */
  readonly code?: string;
}

const refused = (
  reason: Extract<ApprovalOutcome, { type: "refused" }>["reason"],
  detail?: string,
): ApprovalOutcome => ({ type: "refused", reason, ...(detail ? { detail } : {}) });

function factsOf({ plan, confidence }: StoredPlan, { now: at, frozen, spent }: PlanStanding): PolicyFacts {
  const { action, target, risk } = plan;
  return { action, target, risk, confidence, at, frozen, spent, touches: heldNamespaces(plan) };
}

/** What somebody is told when the policy, which may have changed since planning, does not allow the plan now. */
function refusalFor(verdict: Extract<Verdict, { allow: false }>): ApprovalOutcome {
  if (verdict.reason === "frozen") return refused("frozen");
  if (verdict.reason === "budget-spent") return refused("budget-spent", verdict.detail);
  return refused("not-allowed", verdict.detail);
}

/**
 * Why a person's one-time code does not count; undefined when it does. To be asked last: a code that counted is used up,
 * whatever comes after.
 */
export async function codeRefusal(
  { by, code, planId }: Pick<ApprovalRequest, "by" | "code" | "planId">,
  secondFactor: SecondFactorPort | undefined,
): Promise<SecondFactorRefusal | "second-factor-unavailable" | "code-needed" | undefined> {
  if (!secondFactor) return "second-factor-unavailable";
  if (!code?.trim()) return "code-needed";
  const ids = [by.id, ...(by.aliases ?? [])];
  const judged = await secondFactor.useCode({ ids, code: code.slice(0, 20), planId });
  return judged === "accepted" ? undefined : judged;
}

/**
 * One person says yes to one plan, as he saw it. The policy decides whether he may, the database whether he is in time,
 * first, and enough. Applying it is somebody else's job: an approval that is written down will be carried out.
 */
export async function approvePlan(request: ApprovalRequest, deps: ApproveDeps): Promise<ApprovalOutcome> {
  const { planId, digest, note } = request;
  const by = { id: request.by.id, name: request.by.name };
  // Whoever comes too late hears that, whatever the policy says by now.
  const ballot = { planId, digest, by, oneAtATime: deps.oneAtATime === true };
  const tooLate = await deps.plans.whyNoVote(ballot);
  if (tooLate) return refused(tooLate);
  const stored = await deps.plans.get(planId);
  if (!stored) return refused("unknown-plan");
  const { plan, requestedBy } = stored;
  if (planDigest(plan) !== digest) return refused("plan-changed");
  const standing = await deps.plans.standing();
  const verdict = judge(deps.policy, factsOf(stored, standing));
  if (!verdict.allow) return refusalFor(verdict);
  if (verdict.approvals > plan.approvalsNeeded) return refused("plan-changed");
  if (
    !mayApprove(verdict.rule, request.by, {
      approvalsNeeded: plan.approvalsNeeded,
      requestedBy,
      ...(plan.setBy ? { setBy: plan.setBy } : {}),
    })
  )
    return refused("not-allowed", `Rule "${verdict.rule.name}" does not name you among its approvers for this plan.`);
  const needsCode = needsSecondFactor(verdict.rule, plan.risk);
  // The plan that people were shown asked for no code; a fresh one will.
  if (needsCode && !plan.secondFactor) return refused("plan-changed");
  if (verdict.rule.clusterAccess) {
    const denied = await accessRefusal(plan, request.by, deps.policy.clusterIdentity, deps.clusterAccess);
    if (denied) return denied;
  }
  if (needsCode || plan.secondFactor) {
    const wrong = await codeRefusal(request, deps.secondFactor);
    if (wrong) return refused(wrong);
  }
  return await deps.plans.vote({ ...ballot, ...(note ? { note } : {}), budgets: deps.policy.budgets });
}

/** One person says no, with a reason. Whoever may approve may reject; a proposal of his own anybody may take back. */
export async function rejectPlan(
  request: Omit<ApprovalRequest, "note"> & { readonly reason: string },
  deps: ApproveDeps,
): Promise<RejectOutcome> {
  const stored = await deps.plans.get(request.planId);
  if (!stored) return { type: "refused", reason: "unknown-plan" };
  const { planId, digest, by, reason } = request;
  const standing = await deps.plans.standing();
  const verdict = judge(deps.policy, {
    ...factsOf(stored, standing),
    frozen: false,
    spent: nothingSpent,
  });
  const own = stored.requestedBy === by.id;
  const may = own || !verdict.allow || mayApprove(verdict.rule, by, { approvalsNeeded: 1, requestedBy: null });
  if (!by.human || !may) return { type: "refused", reason: "not-allowed" };
  return await deps.plans.reject({ planId, digest, by: { id: by.id, name: by.name }, reason });
}

/** The voice of the policy file where it lets a change be applied by itself. */
const policyVoice = { id: "kubemend:policy", name: "policy" } as const;

/** Approves a plan in the name of the policy, when the policy says so and the action has proven itself against the cause. */
export async function autoApprove(planId: string, deps: ApproveDeps): Promise<ApprovalOutcome> {
  const stored = await deps.plans.get(planId);
  if (!stored) return refused("unknown-plan");
  const { plan, cause } = stored;
  if (!cause || plan.approvalsNeeded > 1 || planDigest(plan) !== plan.digest) return refused("not-allowed");
  if (!deps.policy.autoApply.some(({ actions }) => actions.includes(plan.action))) return refused("not-allowed");
  const standing = await deps.plans.standing();
  const kind = kindOfRecord(plan);
  const outcomes = await deps.plans.outcomes({ action: plan.action, cause, kind });
  const verdict = judgeAutoApply(deps.policy, factsOf(stored, standing), { kind, outcomes });
  if (!verdict.apply) return refused("not-allowed", verdict.detail);
  return await deps.plans.vote({
    planId,
    digest: plan.digest,
    by: policyVoice,
    budgets: deps.policy.budgets,
    oneAtATime: deps.oneAtATime === true,
  });
}
