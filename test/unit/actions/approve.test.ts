import { describe, expect, test } from "vitest";
import { type ApproveDeps, approvePlan, autoApprove, rejectPlan } from "../../../src/actions/approve/approve.ts";
import { planDigest } from "../../../src/actions/plan/plan-digest.ts";
import type { Ballot } from "../../../src/actions/plan/plan-store.ts";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { Approver } from "../../../src/actions/policy/who-may.ts";
import type { ActionPlan } from "../../../src/incident/fix/action-plan.ts";
import type { RecordKey } from "../../../src/incident/fix/action-record.ts";
import type { StoredPlan } from "../../../src/incident/fix/stored-plan.ts";
import { planView } from "../../support/incident-view.ts";

const ann: Approver = { id: "slack:ann", name: "ann", human: true, groups: [] };
const rule = { name: "shop", namespaces: ["shop"], approvers: { people: [ann.id] } };
const policyOf = (more: object = {}, rest: object = {}) =>
  policySchema.parse({ version: 1, rules: [{ ...rule, ...more }], ...rest });

const digested = (more: Partial<ActionPlan> = {}): ActionPlan => {
  const plan = { ...planView.plan, ...more };
  return { ...plan, digest: planDigest(plan) };
};
const stored = (plan: ActionPlan, more: Partial<StoredPlan> = {}): StoredPlan => ({ ...planView, ...more, plan });

/** A database that holds one plan and takes every vote. */
function deps(known: StoredPlan | undefined, more: Partial<ApproveDeps> & { spent?: number } = {}) {
  const { spent = 0, ...rest } = more;
  const votes: Ballot[] = [];
  const rejected: string[] = [];
  const asked: RecordKey[] = [];
  const plans: ApproveDeps["plans"] = {
    get: async () => known,
    standing: async () => ({
      now: Date.UTC(2026, 10, 20, 12),
      frozen: false,
      spent: { namespaces: new Map([["shop", spent]]), cluster: spent },
    }),
    whyNoVote: async () => undefined,
    vote: async (ballot) => {
      votes.push(ballot);
      return { type: "approved" };
    },
    reject: async ({ by }) => {
      rejected.push(by.id);
      return { type: "rejected" };
    },
    outcomes: async (of) => {
      asked.push(of);
      return Array.from({ length: 5 }, () => ({ at: Date.UTC(2026, 10, 1), recovered: true }));
    },
  };
  return { deps: { plans, policy: policyOf(), ...rest }, votes, rejected, asked };
}
const ask = (plan: ActionPlan, by = ann) => ({ planId: plan.id, digest: plan.digest, by });

describe("what an approver is told", () => {
  test("whose voice counts, counts once for the plan as he saw it", async () => {
    const plan = digested();
    const { deps: given, votes } = deps(stored(plan));
    expect(await approvePlan({ ...ask(plan), note: "go" }, given)).toEqual({ type: "approved" });
    expect(votes).toMatchObject([
      { planId: plan.id, digest: plan.digest, by: { id: ann.id, name: "ann" }, note: "go" },
    ]);
  });

  const plan = digested();
  const onNode = digested({
    target: { kind: "Node", name: "node-1" },
    steps: [{ type: "evict", target: { kind: "Pod", namespace: "shop", name: "carts-1" } }],
  });
  const everywhere = policyOf({ namespaces: ["*"] });
  test.each([
    { name: "a plan that is gone", known: undefined, want: { reason: "unknown-plan" } },
    {
      name: "one whose row was changed beside its digest",
      known: stored({ ...plan, params: { container: "carts", limits: { memory: "9Gi" } } }),
      want: { reason: "plan-changed" },
    },
    {
      name: "a budget that is spent",
      known: stored(plan),
      more: { spent: 100 },
      want: {
        reason: "budget-spent",
        detail: "100 changes were made in shop within an hour; the budget is 10.",
      },
    },
    {
      name: "a budget that is spent in another namespace whose pods it evicts",
      known: stored(onNode),
      of: onNode,
      more: { policy: everywhere, spent: 100 },
      want: {
        reason: "budget-spent",
        detail: "It also touches namespaces whose budget of 10 changes an hour is used up: shop (100 made).",
      },
    },
    {
      name: "a rule that has become stricter, in its words",
      known: stored(plan, { confidence: 0.5 }),
      more: { policy: policyOf({ minConfidence: 0.9 }) },
      want: { reason: "not-allowed", detail: 'Rule "shop" wants at least 90 % confidence; this is 50 %.' },
    },
    {
      name: "a rule that does not name him, by its name",
      known: stored(plan),
      more: { policy: policyOf({ approvers: { people: ["slack:bob"] } }) },
      want: { reason: "not-allowed", detail: 'Rule "shop" does not name you among its approvers for this plan.' },
    },
    {
      name: "a rule that wants more people than the plan was shown to want",
      known: stored(plan),
      more: { policy: policyOf({ approvals: 2 }) },
      want: { reason: "plan-changed" },
    },
    {
      name: "a rule that wants a code by now, of which the plan said nothing",
      known: stored(plan),
      more: { policy: policyOf({ secondFactor: "always" }) },
      want: { reason: "plan-changed" },
    },
  ])("$name", async ({ known, more, want, of = plan }) => {
    const { deps: given, votes } = deps(known, more);
    expect(await approvePlan(ask(of), given)).toEqual({ type: "refused", ...want });
    expect(votes).toEqual([]);
  });

  test("a code that the plan was shown to need is needed also when the policy has become milder", async () => {
    const coded = digested({ secondFactor: true });
    const { deps: given, votes } = deps(stored(coded), { secondFactor: { useCode: async () => "accepted" } });
    expect(await approvePlan(ask(coded), given)).toEqual({ type: "refused", reason: "code-needed" });
    expect(votes).toEqual([]);
    expect(await approvePlan({ ...ask(coded), code: "123456" }, given)).toEqual({ type: "approved" });
  });

  test("who has asked for it, or set a value in it, is none of two", async () => {
    const two = digested({ approvalsNeeded: 2, setBy: ["slack:bob"] });
    for (const [known, by] of [
      [stored(two, { requestedBy: ann.id }), ann],
      [stored(two), { ...ann, aliases: ["slack:bob"] }],
    ] as const) {
      const { deps: given, votes } = deps(known);
      expect(await approvePlan(ask(two, by), given)).toMatchObject({ type: "refused", reason: "not-allowed" });
      expect(votes).toEqual([]);
    }
  });
});

test.each<{ name: string; steps: ActionPlan["steps"]; want: string }>([
  {
    name: "of one object",
    steps: [{ type: "patch", target: planView.plan.target, subresource: "scale", patchType: "merge", body: {} }],
    want: "oidc:ann may not patch Deployment/scale carts in shop (no role).",
  },
  {
    name: "of what has no name yet",
    steps: [{ type: "create", target: { kind: "Job", namespace: "shop", name: "again" }, body: {} }],
    want: "oidc:ann may not create Job in shop (no role).",
  },
  {
    name: "of what lies in no namespace",
    steps: [{ type: "patch", target: { kind: "Node", name: "n1" }, patchType: "json", body: [] }],
    want: "oidc:ann may not patch Node n1 (no role).",
  },
])("what an approver may not do himself in the cluster is said: $name", async ({ steps, want }) => {
  const plan = digested({ steps });
  const { deps: given, votes } = deps(stored(plan), {
    policy: policyOf({ clusterAccess: true }, { clusterIdentity: { user: "oidc:{slack}" } }),
    clusterAccess: { mayDo: async () => ({ type: "denied", reason: "no role" }) },
  });
  expect(await approvePlan(ask(plan), given)).toEqual({ type: "refused", reason: "cluster-denies", detail: want });
  expect(votes).toEqual([]);
});

describe("who may say no", () => {
  const plan = digested();
  test.each([
    { name: "an approver", by: ann, want: true },
    { name: "who is none", by: { ...ann, id: "slack:eve" }, want: false },
    {
      name: "who is none, to what he has asked for himself",
      by: { ...ann, id: "slack:eve" },
      requestedBy: "slack:eve",
      want: true,
    },
    {
      name: "a bot, to what it has asked for itself",
      by: { ...ann, id: "slack:bot", human: false },
      requestedBy: "slack:bot",
      want: false,
    },
    {
      name: "anybody, to what the policy does not allow any more",
      by: { ...ann, id: "slack:eve" },
      policy: policyOf({ maxRisk: "low", minConfidence: 1 }),
      want: true,
    },
    { name: "an approver, while the budget is spent", by: ann, spent: 100, want: true },
  ])("$name: $want", async ({ by, want, requestedBy = null, policy = policyOf(), spent = 0 }) => {
    const { deps: given, rejected } = deps(stored(plan, { requestedBy }), { policy, spent });
    const outcome = await rejectPlan({ ...ask(plan, by), reason: "no" }, given);
    expect(outcome).toEqual(want ? { type: "rejected" } : { type: "refused", reason: "not-allowed" });
    expect(rejected).toEqual(want ? [by.id] : []);
  });

  test("to what is gone nobody says anything", async () => {
    expect(await rejectPlan({ ...ask(plan), reason: "no" }, deps(undefined).deps)).toEqual({
      type: "refused",
      reason: "unknown-plan",
    });
  });
});

describe("the policy's own voice", () => {
  const auto = policyOf(
    {},
    { autoApply: [{ actions: ["patch-resources"], namespaces: ["shop"], minConfidence: 0.7, afterSuccesses: 5 }] },
  );
  const plan = digested();
  test("is given to the plan as it was made", async () => {
    const { deps: given, votes } = deps(stored(plan), { policy: auto });
    expect(await autoApprove(plan.id, given)).toEqual({ type: "approved" });
    expect(votes).toMatchObject([{ digest: plan.digest, by: { id: "kubemend:policy" } }]);
  });
  test("is asked for by what is known of the action on this kind of workload, which makes the pod where it is one", async () => {
    const { target } = planView.plan;
    const pod = { kind: "Pod", namespace: "shop", name: "db-0" };
    const held = [
      { kind: "Node", name: "node-1" },
      { kind: "StatefulSet", namespace: "shop", name: "db" },
    ];
    for (const [about, kind] of [
      [{ target }, "Deployment"],
      [{ target: pod, alsoHolds: held }, "StatefulSet"],
      [{ target: pod }, "Pod"],
    ] as const) {
      const of = digested(about);
      const { deps: given, asked } = deps(stored(of), { policy: auto });
      await autoApprove(of.id, given);
      expect(asked).toEqual([{ action: of.action, cause: planView.cause, kind }]);
    }
  });
  test.each([
    { name: "that is gone", known: undefined, reason: "unknown-plan" },
    { name: "against no cause", known: stored(plan, { cause: null }), reason: "not-allowed" },
    { name: "that needs two people", known: stored(digested({ approvalsNeeded: 2 })), reason: "not-allowed" },
    {
      name: "whose row was changed beside its digest",
      known: stored({ ...plan, steps: [{ type: "delete", target: plan.target, propagation: "Background" }] }),
      reason: "not-allowed",
    },
    { name: "that is not sure enough", known: stored(plan, { confidence: 0.6 }), reason: "not-allowed" },
  ])("is not given to one $name", async ({ known, reason }) => {
    const { deps: given, votes } = deps(known, { policy: auto });
    expect(await autoApprove(plan.id, given)).toEqual({ type: "refused", reason });
    expect(votes).toEqual([]);
  });
});
