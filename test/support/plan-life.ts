import { approvePlan } from "../../src/actions/approve/approve.ts";
import type { ActorPort } from "../../src/actions/cluster-port.ts";
import type { ExecuteDeps } from "../../src/actions/execute/execute-deps.ts";
import type { PlanStore } from "../../src/actions/plan/plan-store.ts";
import { defaultPolicy, type Policy, policySchema } from "../../src/actions/policy/policy-file.ts";
import type { Approver } from "../../src/actions/policy/who-may.ts";
import type { ApprovalOutcome } from "../../src/incident/approval.ts";
import type { CauseCode } from "../../src/incident/cause.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import type { Recommendation } from "../../src/incident/fix/recommendation.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Database } from "../../src/store/database.ts";
import { createPlanStore, type PlanStoreOptions } from "../../src/store/plans/plan-store.ts";
import type { ActorCluster } from "./actor-cluster.ts";
import { passThrough, planFor, recommend } from "./plan-fixture.ts";

/** The store as `actions` sees it; that it compiles shows that the store fits the port. */
export function planStore(database: Database, options: PlanStoreOptions = {}): PlanStore {
  return createPlanStore(database, options);
}

export const human = (id: string): Approver => ({ id: `slack:${id}`, name: id, human: true, groups: [] });

/** The default policy without its budgets, for tests that make many changes. */
export const boundless: Policy = policySchema.parse({
  ...defaultPolicy,
  budgets: { perNamespacePerHour: 10_000, perClusterPerHour: 10_000 },
});

/** Waits do not wait: retries follow each other at once. */
export const impatient: Clock = { now: () => Date.now(), sleep: async () => {} };

export const raiseLimit = (memory: string): Recommendation =>
  recommend("patch-resources", ["Deployment", "carts"], { container: "carts", limits: { memory } });

export interface Proposal {
  readonly recommendation?: Recommendation;
  readonly requestedBy?: string;
  readonly cause?: CauseCode;
}

/** Plans and saves. */
export async function propose(cluster: ActorPort, plans: PlanStore, proposal: Proposal = {}): Promise<ActionPlan> {
  const recommendation = proposal.recommendation ?? raiseLimit("96Mi");
  const plan = await planFor(recommendation, cluster, {
    standing: plans.standing,
    newId: plans.newId,
    policy: boundless,
  });
  const { requestedBy = null, cause = "memory-limit-too-low" } = proposal;
  await plans.save(plan, { requestedBy, cause, confidence: recommendation.confidence });
  return plan;
}

export function approve(
  plans: PlanStore,
  plan: ActionPlan,
  by = "ann",
  policy: Policy = boundless,
): Promise<ApprovalOutcome> {
  return approvePlan({ planId: plan.id, digest: plan.digest, by: human(by) }, { plans, policy });
}

export function executor(cluster: ActorPort, plans: PlanStore, more: Partial<ExecuteDeps> = {}): ExecuteDeps {
  return { cluster, plans, clock: impatient, ...more };
}

/** A ConfigMap of its own and a plan to change it: plans of one action on one object replace each other, many need many objects. */
export async function proposeSetting(
  cluster: Pick<ActorCluster, "actor" | "create">,
  plans: PlanStore,
  index: number,
): Promise<ActionPlan> {
  const name = `settings-${index}`;
  await cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "shop" },
    data: { a: "1" },
  });
  const recommendation = recommend("patch-config", ["ConfigMap", name], { key: "a", value: "2" });
  return propose(cluster.actor, plans, { recommendation });
}

/** What a plan that has expired says on its incident's timeline. */
export const saidOfExpired = (plan: ActionPlan) =>
  ({ at: Date.now(), kind: "expired", text: passThrough(`expired ${plan.id}`) }) as const;
