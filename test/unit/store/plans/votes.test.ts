import { describe, expect, test } from "vitest";
import type { ActionPlan } from "../../../../src/incident/fix/action-plan.ts";
import type { VerificationVerdict } from "../../../../src/incident/fix/execution.ts";
import type { Database } from "../../../../src/store/database.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { plan as drawn } from "../../../support/incident-view.ts";
import { passThrough } from "../../../support/plan-fixture.ts";
import { withDatabase } from "../../../support/postgres.ts";

const ann = { id: "slack:ann", name: "ann" };
const bob = { id: "slack:bob", name: "bob" };
const budgets = { perNamespacePerHour: 10, perClusterPerHour: 10 };
type Store = ReturnType<typeof createPlanStore>;

const planOf = (id: string, more: Partial<ActionPlan> = {}): ActionPlan => ({
  ...drawn,
  id,
  recommendationId: `R-${id}`,
  digest: `d-${id}`,
  expiresAt: Date.now() + 60_000,
  ...more,
});
const ballot = (plan: ActionPlan, by = ann) => ({
  planId: plan.id,
  digest: plan.digest,
  by,
  oneAtATime: true,
  budgets,
});

async function proposed(store: Store, plan: ActionPlan): Promise<ActionPlan> {
  await store.save(plan, { requestedBy: null, cause: null, confidence: 0.5 });
  return plan;
}

/** Approves and carries out, as far as `to`. */
async function brought(store: Store, plan: ActionPlan, to: "approved" | "executing" | "applied"): Promise<void> {
  await store.vote({ ...ballot(plan), oneAtATime: false });
  if (to === "approved") return;
  const claim = await store.claim(plan.id);
  if (!claim) throw new Error("unreachable: it was approved");
  if (to === "applied") await store.finish(claim, { outcome: "applied", detail: "" });
}
const judged = (store: Store, plan: ActionPlan, verdict: VerificationVerdict) =>
  store.saveVerification({ planId: plan.id, verdict, reason: "", at: 1, remaining: [], fresh: [] });

describe("a vote that comes when it cannot count is told why, and changes nothing", () => {
  const first = planOf("a");
  const other = planOf("b");
  const two = planOf("a", { approvalsNeeded: 2 });
  test.each<{
    name: string;
    plan?: ActionPlan;
    given?: (store: Store, database: Database) => unknown;
    vote?: Partial<ReturnType<typeof ballot>>;
    want: string | undefined;
  }>([
    { name: "in time", want: undefined },
    { name: "for no plan", vote: { planId: "none" }, want: "unknown-plan" },
    { name: "for what it was before", vote: { digest: "older" }, want: "plan-changed" },
    { name: "after its time", plan: planOf("a", { expiresAt: Date.now() - 1_000 }), want: "expired" },
    {
      name: "when its time has been closed",
      plan: planOf("a", { expiresAt: Date.now() - 1_000 }),
      given: (store) => store.expire(() => ({ at: 1, kind: "expired", text: passThrough("") })),
      want: "expired",
    },
    {
      name: "when another made it stale",
      given: (store) => proposed(store, { ...planOf("c"), recommendationId: first.recommendationId }),
      want: "plan-changed",
    },
    {
      name: "after it was decided",
      given: (store) => brought(store, first, "approved"),
      vote: { by: bob },
      want: "already-decided",
    },
    { name: "after a no", given: (store) => store.reject({ ...ballot(first), reason: "no" }), want: "already-decided" },
    { name: "a second time", plan: two, given: (store) => store.vote(ballot(two)), want: "already-voted" },
    {
      name: "from another, the second of two",
      plan: two,
      given: (store) => store.vote(ballot(two)),
      vote: { by: bob },
      want: undefined,
    },
    { name: "while changes are frozen", given: (store) => store.freeze({ frozen: true, by: bob }), want: "frozen" },
    {
      name: "when its incident is over",
      given: (_store, database) => changeStatus(database, "7", "resolve", { by: "bob", at: Date.now() }),
      want: "incident-over",
    },
    {
      name: "while another change waits",
      given: async (store) => brought(store, await proposed(store, other), "approved"),
      want: "one-at-a-time",
    },
    {
      name: "while another change is made",
      given: async (store) => brought(store, await proposed(store, other), "executing"),
      want: "one-at-a-time",
    },
    {
      name: "while another change is not judged",
      given: async (store) =>
        brought(
          store,
          await proposed(store, { ...other, target: { kind: "Service", namespace: "shop", name: "db" } }),
          "applied",
        ),
      want: "one-at-a-time",
    },
    {
      name: "when the other change has been judged",
      given: async (store) => {
        await brought(
          store,
          await proposed(store, { ...other, target: { kind: "Service", namespace: "shop", name: "db" } }),
          "applied",
        );
        await judged(store, other, "not-recovered");
      },
      want: undefined,
    },
    {
      name: "while another incident is being repaired",
      given: async (store) => brought(store, await proposed(store, { ...other, incidentId: "8" }), "executing"),
      want: undefined,
    },
  ])("$name: $want", async ({ plan = first, given, vote = {}, want }) => {
    await using database = await withDatabase();
    await saveIncident(database, incidentRow(7));
    const store = createPlanStore(database);
    await proposed(store, plan);
    await given?.(store, database);
    const cast = { ...ballot(plan), ...vote };
    expect(await store.whyNoVote(cast)).toBe(want);
    const before = (await store.get(plan.id))?.approvals.length;
    const outcome = await store.vote(cast);
    expect(outcome.type === "refused" ? outcome.reason : undefined).toBe(want);
    expect((await store.get(plan.id))?.approvals.length).toBe((before ?? 0) + (want === undefined ? 1 : 0));
  });
});

test("a vote that the budget stops is not kept: it can be given again", async () => {
  await using database = await withDatabase();
  const store = createPlanStore(database);
  const plan = await proposed(store, planOf("a"));
  for (const spent of [
    { perNamespacePerHour: 0, perClusterPerHour: 10 },
    { perNamespacePerHour: 10, perClusterPerHour: 0 },
  ])
    expect(await store.vote({ ...ballot(plan), budgets: spent })).toEqual({ type: "refused", reason: "budget-spent" });
  expect((await store.get(plan.id))?.approvals).toEqual([]);
  expect(await store.vote(ballot(plan))).toEqual({ type: "approved" });
});

test("a vote counts only while every namespace that the change touches has room, whoever was first", async () => {
  await using database = await withDatabase();
  const store = createPlanStore(database);
  const evict = (namespace: string) =>
    ({ type: "evict", target: { kind: "Pod", namespace, name: "carts-1" } }) as const;
  const drain = planOf("drain", {
    incidentId: "1",
    target: { kind: "Node", name: "node-1" },
    steps: [evict("shop"), evict("bank")],
    touches: [],
    undo: [],
  });
  const inBank = planOf("b", {
    incidentId: "2",
    target: { kind: "Service", namespace: "bank", name: "till" },
    steps: [],
    touches: [],
    undo: [],
  });
  const elsewhere = planOf("c", {
    incidentId: "3",
    target: { kind: "Service", namespace: "till", name: "till" },
    steps: [],
    touches: [],
    undo: [],
  });
  for (const plan of [drain, inBank, elsewhere]) await proposed(store, plan);
  const one = { perNamespacePerHour: 1, perClusterPerHour: 10 };
  const vote = (plan: ActionPlan, by = ann) => store.vote({ ...ballot(plan, by), budgets: one });
  const spent = { type: "refused", reason: "budget-spent" };
  expect(await vote(inBank)).toEqual({ type: "approved" });
  expect(await vote(drain), "bank has had its one").toEqual(spent);
  await database.pool.query("update action_plan set decided_at = now() - interval '61 minutes' where id = 'b'");
  expect(await vote(drain)).toEqual({ type: "approved" });
  expect(
    await vote(await proposed(store, { ...inBank, id: "d", incidentId: "4", digest: "d-d", recommendationId: "R-d" })),
    "the drain was one of bank's",
  ).toEqual(spent);
  expect(await vote(elsewhere)).toEqual({ type: "approved" });
});

test("how an attempt ended is told once, whoever tells it", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incidentRow(7));
  const store = createPlanStore(database);
  const plan = await proposed(store, planOf("a"));
  await brought(store, plan, "applied");
  const [ended, ...more] = await store.untold();
  expect([ended?.planId, ended?.outcome, more]).toEqual([plan.id, "applied", []]);
  const say = () => store.tell(ended?.id ?? "", "7", { at: 1, kind: "applied", text: passThrough("Applied.") });
  expect([await say(), await say()]).toEqual([true, false]);
  expect(await store.untold()).toEqual([]);
});

test("a no counts once, and for the plan as it was seen", async () => {
  await using database = await withDatabase();
  const store = createPlanStore(database);
  const plan = await proposed(store, planOf("a"));
  const no = { planId: plan.id, digest: plan.digest, by: ann, reason: "too risky" };
  expect(await store.reject({ ...no, digest: "older" })).toEqual({ type: "refused", reason: "plan-changed" });
  expect(await store.reject(no)).toEqual({ type: "rejected" });
  expect(await store.reject({ ...no, by: bob })).toEqual({ type: "refused", reason: "already-decided" });
  expect(await store.get(plan.id)).toMatchObject({ rejectedBy: "ann", reason: "too risky" });
});

test("a verdict stands once it is one; not knowing gives way to it", async () => {
  await using database = await withDatabase();
  const store = createPlanStore(database);
  const plan = await proposed(store, planOf("a"));
  await brought(store, plan, "applied");
  expect(await judged(store, plan, "unknown")).toBe(true);
  expect(await judged(store, plan, "worse")).toBe(true);
  expect(await judged(store, plan, "recovered")).toBe(false);
  expect((await store.get(plan.id))?.verification?.verdict).toBe("worse");
});
