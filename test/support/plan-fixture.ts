import type { ActorPreviewPort } from "../../src/actions/cluster-port.ts";
import { makePlan, type PlanDeps, type PlanOutcome } from "../../src/actions/plan/plan.ts";
import { nothingSpent } from "../../src/actions/policy/policy.ts";
import { defaultPolicy } from "../../src/actions/policy/policy-file.ts";
import type { ActionCode } from "../../src/incident/action-code.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import type { Recommendation } from "../../src/incident/fix/recommendation.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import type { Redact } from "../../src/incident/redacted.ts";
import { newPlanId } from "../../src/store/plans/plan-store.ts";

/** Says what passed through it. The real redactor is tested where it lives. */
export const passThrough: Redact = ((text: string) => text) as Redact;

export function recommend(
  action: ActionCode,
  target: readonly [kind: string, name: string],
  params: Readonly<Record<string, unknown>> = {},
  more: Partial<Recommendation> = {},
): Recommendation {
  const [kind, name] = target;
  const namespace = kind === "Node" ? undefined : "shop";
  return {
    // One recommendation, one id: a plan for it replaces the plan made for it before.
    id: `R-${action}-${name}`,
    action,
    target: makeRef(kind, namespace, name),
    params,
    needs: [],
    reason: passThrough("because"),
    confidence: 0.9,
    kubectl: "",
    risk: "low",
    reversible: true,
    ...more,
  };
}

export function planDeps(cluster: ActorPreviewPort, more: Partial<PlanDeps> = {}): PlanDeps {
  return {
    cluster,
    redact: passThrough,
    policy: defaultPolicy,
    now: () => Date.UTC(2026, 10, 20, 12),
    standing: async () => ({ now: Date.now(), frozen: false, spent: nothingSpent }),
    newId: newPlanId,
    ...more,
  };
}

/** Like `makePlan`, for tests in which nothing but a plan is right. */
export async function planFor(
  recommendation: Recommendation,
  cluster: ActorPreviewPort,
  more: Partial<PlanDeps> = {},
): Promise<ActionPlan> {
  const outcome: PlanOutcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster, more));
  if (outcome.type === "refused") throw new Error(`${outcome.refusal.reason}: ${outcome.refusal.detail}`);
  return outcome.plan;
}
