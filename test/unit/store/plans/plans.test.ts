import { describe, expect, test } from "vitest";
import type { ActionPlan } from "../../../../src/incident/fix/action-plan.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { storableText } from "../../../../src/lib/storable-text.ts";
import { listAudit, verifyAudit } from "../../../../src/store/audit.ts";
import { type Database, openDatabase } from "../../../../src/store/database.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { passThrough } from "../../../support/plan-fixture.ts";
import { withDatabase } from "../../../support/postgres.ts";

let made = 0;
function plan(more: Partial<ActionPlan> = {}): ActionPlan {
  const id = more.id ?? `plan${made++}`;
  return {
    id,
    incidentId: "7",
    recommendationId: "R1",
    action: "restart",
    target: makeRef("Deployment", "shop", "carts"),
    targetUid: "u",
    resourceVersion: "1",
    params: {},
    steps: [],
    touches: [],
    undo: [],
    diff: passThrough(""),
    kubectl: "",
    undoKubectl: null,
    risk: "low",
    approvalsNeeded: 1,
    blastRadius: { pods: 0, services: [], note: "" },
    verifyWithinMs: 1,
    expiresAt: Date.now() + 60_000,
    digest: `d-${id}`,
    state: "proposed",
    ...more,
  };
}
const origin = { requestedBy: null, cause: "bad-release", confidence: 0.5 } as const;
const budgets = { perNamespacePerHour: 10, perClusterPerHour: 10 };
const voteFor = (database: Database, { id, digest }: ActionPlan, by = "slack:a") =>
  createPlanStore(database).vote({ planId: id, digest, by: { id: by, name: by }, budgets });

// A NUL, and halves of an emoji as cutting at a length leaves them: PostgreSQL takes neither.
test.each([
  "a\u0000b",
  "cut \ud83d",
  "\ude00 rest",
])("%j keeps no plan from being decided, finished and judged", async (said) => {
  await using database = await withDatabase();
  const store = createPlanStore(database);
  const [carried, refused] = [plan(), plan({ incidentId: "8", target: makeRef("Deployment", "shop", "orders") })];
  for (const one of [carried, refused]) await store.save(one, origin);
  const by = { id: "slack:a", name: "Ann" };
  await store.vote({ planId: carried.id, digest: carried.digest, by, note: said, budgets });
  await store.reject({ planId: refused.id, digest: refused.digest, by, reason: said });
  const claim = await store.claim();
  if (!claim) throw new Error("unreachable: it was approved");
  expect(await store.finish(claim, { outcome: "applied", detail: said })).toBe(true);
  await saveVerification(database, {
    planId: carried.id,
    verdict: "unknown",
    reason: said,
    at: 1,
    remaining: [said],
    fresh: [],
  });

  const shown = storableText(said);
  const { approvals, executions, verification } = (await store.get(carried.id)) ?? {};
  expect([approvals?.[0]?.note, executions?.[0]?.detail]).toEqual([shown, shown]);
  expect(verification).toMatchObject({ reason: shown, remaining: [shown] });
  expect(await store.get(refused.id)).toMatchObject({ reason: shown, rejectedBy: "Ann" });
  expect(await verifyAudit(database)).toMatchObject({ intact: true });
});

describe("plans in the database", () => {
  test("a plan comes back as it went in, with what has happened to it", async () => {
    await using database = await withDatabase();
    const store = createPlanStore(database);
    const kept = plan({
      params: { text: "ä 'quoted' \u2028", list: [1.5, null] },
      diff: passThrough("--- a\n+++ b\n\ttab"),
    });
    await store.save(kept, origin);
    await store.vote({ planId: kept.id, digest: kept.digest, by: { id: "slack:a", name: "Ann" }, note: "go", budgets });
    expect(await store.get(kept.id)).toMatchObject({
      plan: { ...kept, state: "approved" },
      cause: "bad-release",
      confidence: 0.5,
      approvals: [{ by: { id: "slack:a", name: "Ann" }, note: "go", digest: kept.digest }],
      executions: [],
      verification: null,
    });
    expect(await store.get("nothing")).toBeUndefined();
    expect((await store.ofIncident("7")).map((stored) => stored.plan.id)).toEqual([kept.id]);
  });

  test.each([
    { name: "a plan that is not there", change: "select 1", vote: { planId: "nothing" }, want: "unknown-plan" },
    { name: "another digest", change: "select 1", vote: { digest: "other" }, want: "plan-changed" },
    { name: "after its time", change: "update action_plan set expires_at = now()", vote: {}, want: "expired" },
    {
      name: "after it was marked expired",
      change: "update action_plan set state = 'expired'",
      vote: {},
      want: "expired",
    },
    {
      name: "after a newer plan",
      change: "update action_plan set state = 'superseded'",
      vote: {},
      want: "plan-changed",
    },
    {
      name: "after it was rejected",
      change: "update action_plan set state = 'rejected'",
      vote: {},
      want: "already-decided",
    },
    {
      name: "after it was applied",
      change: "update action_plan set state = 'applied'",
      vote: {},
      want: "already-decided",
    },
    {
      name: "twice by one person",
      change: "insert into plan_vote select id, 'slack:a', 'a', digest from action_plan",
      vote: {},
      want: "already-voted",
    },
    { name: "while frozen", change: "update freeze_switch set frozen = true", vote: {}, want: "frozen" },
    {
      name: "without a freeze switch: acting fails closed",
      change: "delete from freeze_switch",
      vote: {},
      want: "frozen",
    },
  ])("a vote is refused for $name: $want", async ({ change, vote, want }) => {
    await using database = await withDatabase();
    const kept = plan({ approvalsNeeded: 2 });
    await createPlanStore(database).save(kept, origin);
    await database.pool.query(change);
    const outcome = await createPlanStore(database).vote({
      planId: kept.id,
      digest: kept.digest,
      by: { id: "slack:a", name: "a" },
      budgets,
      ...vote,
    });
    expect(outcome).toEqual({ type: "refused", reason: want });
    const { rows } = await database.pool.query("select count(*)::int as n from audit where event <> 'plan.proposed'");
    expect(rows[0]).toEqual({ n: 0 });
  });

  test("a claim is held by one, renewed by its holder, and taken over when its time is up", async () => {
    await using database = await withDatabase();
    const [a, b] = [
      createPlanStore(database, { holder: "a", leaseMs: 60_000 }),
      createPlanStore(database, { holder: "b" }),
    ];
    const kept = plan();
    await a.save(kept, origin);
    expect(await a.claim(), "nobody has approved it").toBeUndefined();
    await voteFor(database, kept);
    const claim = await a.claim();
    if (!claim) throw new Error("no claim");
    expect(claim).toMatchObject({ phase: "apply", attempt: 1, holder: "a", approvedDigests: [kept.digest] });
    expect(await b.claim()).toBeUndefined();
    expect(await a.renew(claim)).toBe("held");
    await database.pool.query("update action_plan set lease_until = now() - interval '1 second'");
    const second = await b.claim();
    expect(second).toMatchObject({ attempt: 2, holder: "b", executionId: claim.executionId });
    expect(await a.renew(claim)).toBe("lost");
    expect(await a.finish(claim, { outcome: "applied", detail: "late" })).toBe(false);
    if (second)
      expect(await b.finish(second, { outcome: "applied", detail: "done", resourceVersionAfter: "9" })).toBe(true);
    expect(await b.get(kept.id)).toMatchObject({
      plan: { state: "applied" },
      executions: [{ outcome: "applied", detail: "done", resourceVersionAfter: "9" }],
    });
  });

  test("changes of the last hour count, proposals and rejections do not", async () => {
    await using database = await withDatabase();
    const store = createPlanStore(database);
    for (const [index, state] of ["proposed", "rejected", "approved", "applied", "failed", "undone"].entries()) {
      await store.save(
        plan({ action: "scale", target: makeRef("Deployment", index % 2 ? "shop" : "bank", `w${index}`) }),
        origin,
      );
      const phase = ["applied", "failed", "undone"].includes(state) ? "'apply'" : "null";
      await database.pool.query(
        `update action_plan set state = '${state}', phase = ${phase}, decided_at = now() where target_key like '%w${index}'`,
      );
    }
    expect((await store.standing()).spent).toEqual({
      namespaces: new Map([
        ["bank", 2],
        ["shop", 2],
      ]),
      cluster: 4,
    });
    await database.pool.query("update action_plan set decided_at = now() - interval '61 minutes'");
    expect((await store.standing()).spent).toEqual({ namespaces: new Map(), cluster: 0 });
  });

  test("a change counts once in each namespace that it touches, and once in the cluster", async () => {
    await using database = await withDatabase();
    const store = createPlanStore(database);
    const evict = (namespace: string, name: string) => ({
      type: "evict" as const,
      target: makeRef("Pod", namespace, name),
    });
    const drained = plan({
      action: "drain",
      target: makeRef("Node", undefined, "node-1"),
      steps: [evict("shop", "carts-1"), evict("shop", "carts-2"), evict("bank", "till-1")],
      alsoHolds: [makeRef("Node", undefined, "node-1"), makeRef("Deployment", "shop", "carts")],
    });
    await store.save(drained, origin);
    await voteFor(database, drained);
    expect((await store.standing()).spent).toEqual({
      namespaces: new Map([
        ["", 1],
        ["bank", 1],
        ["shop", 1],
      ]),
      cluster: 1,
    });
    // A pod that goes makes room on its node; it is no change of the node.
    const [pod] = [evict("shop", "carts-9")];
    const evicted = plan({ target: pod.target, steps: [pod], alsoHolds: [makeRef("Node", undefined, "node-2")] });
    await store.save(evicted, origin);
    await voteFor(database, evicted);
    expect((await store.standing()).spent.namespaces.get("")).toBe(1);
    expect((await store.standing()).spent.namespaces.get("shop")).toBe(2);
  });

  test("a change of one cluster leaves proposals for the object of the same name in another alone", async () => {
    await using database = await withDatabase();
    const [berlin, paris] = ["berlin", "paris"].map((cluster) => createPlanStore(database, { cluster }));
    if (!berlin || !paris) throw new Error("unreachable: two names");
    const [here, beside, there] = [plan({ incidentId: "1" }), plan({ incidentId: "2" }), plan({ incidentId: "3" })];
    for (const one of [here, beside]) await berlin.save(one, origin);
    await paris.save(there, origin);
    await berlin.vote({ planId: here.id, digest: here.digest, by: { id: "slack:a", name: "Ann" }, budgets });
    const claim = await berlin.claim();
    if (!claim) throw new Error("unreachable: it was approved");
    await berlin.finish(claim, { outcome: "applied", detail: "done" });
    expect((await berlin.get(beside.id))?.plan.state).toBe("superseded");
    expect((await paris.get(there.id))?.plan.state).toBe("proposed");
  });

  test("votes are counted one after the other, whatever isolation the server gives by default", async () => {
    await using database = await withDatabase();
    const strictly = "set default_transaction_isolation to ''repeatable read''";
    await database.pool.query(
      `do $$ begin execute format('alter database %I ${strictly}', current_database()); end $$`,
    );
    await using strict = openDatabase(database.url);
    const store = createPlanStore(strict);
    const one = plan({ approvalsNeeded: 2 });
    await store.save(one, origin);
    const voters = Array.from({ length: 12 }, (_, i) => `slack:${i}`);
    const outcomes = await Promise.all(voters.map((by) => voteFor(strict, one, by)));
    const kinds = outcomes.map((outcome) => (outcome.type === "refused" ? outcome.reason : outcome.type)).toSorted();
    expect(kinds).toEqual([...Array<string>(10).fill("already-decided"), "approved", "vote-counted"]);
  });

  test("every change of state has its entry", async () => {
    await using database = await withDatabase();
    const store = createPlanStore(database);
    const kept = plan();
    await store.save(kept, origin);
    await voteFor(database, kept);
    const claim = await store.claim();
    if (claim) await store.finish(claim, { outcome: "refused", detail: "no" });
    const told = await listAudit(database, { subject: kept.id });
    expect(told.map((entry) => `${entry.event} by ${entry.actor}`)).toEqual([
      "plan.proposed by kubemend",
      "plan.voted by slack:a",
      "plan.approved by slack:a",
      "execution.claimed by kubemend",
      "execution.finished by kubemend",
    ]);
  });
});
