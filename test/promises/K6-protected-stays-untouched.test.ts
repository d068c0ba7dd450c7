import { expect, test } from "vitest";
import { undoPlan } from "../../src/actions/execute/undo.ts";
import { makePlan } from "../../src/actions/plan/plan.ts";
import { planDigest } from "../../src/actions/plan/plan-digest.ts";
import { type Policy, policySchema } from "../../src/actions/policy/policy-file.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import type { Database } from "../../src/store/database.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { executeNext } from "../support/carry-out.ts";
import { everyAction, prepareForEveryAction } from "../support/every-action.ts";
import { planDeps, recommend } from "../support/plan-fixture.ts";
import { approve, boundless, executor, planStore, propose } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const guarded: Policy = policySchema.parse({ ...boundless, protectedNamespaces: ["kube-*", "shop"] });
/** Nodes and cluster roles belong to no namespace; a drain reaches into them all the same. */
const inShop = everyAction.filter(([action, [kind]]) => action === "drain" || !["Node", "ClusterRole"].includes(kind));

test("no action of the catalogue is planned where the policy protects, nor reaches in from outside (K6)", async () => {
  await using cluster = await startActorCluster();
  await prepareForEveryAction(cluster);
  cluster.writes.length = 0;
  for (const [action, target, params] of inShop) {
    const recommendation = recommend(action, target, params);
    const outcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor, { policy: guarded }));
    expect(outcome, action).toMatchObject({ type: "refused", refusal: { reason: "policy-refused" } });
    if (action === "drain")
      expect(outcome).toMatchObject({ refusal: { detail: expect.stringContaining("carts-2-abcde") } });
  }
  expect(cluster.writes).toEqual([]);
  promiseFigure(
    "K6",
    `${inShop.length} actions and kinds of the catalogue aimed at a protected namespace`,
    "0 planned",
  );
});

test("what was approved before the namespace was protected is not carried out, and not taken back either (K6)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await prepareForEveryAction(cluster);
  const plans = planStore(database);
  cluster.writes.length = 0;
  for (const [action, target, params] of inShop) {
    const plan = await propose(cluster.actor, plans, { recommendation: recommend(action, target, params) });
    for (const by of ["ann", "bob"].slice(0, plan.approvalsNeeded)) await approve(plans, plan, by);
    const outcome = await executeNext(executor(cluster.actor, plans, { policy: guarded }), plan.id);
    expect(outcome, action).toMatchObject({
      result: { outcome: "refused", detail: expect.stringContaining("policy protects") },
    });
  }
  expect(cluster.writes).toEqual([]);

  const done = await propose(cluster.actor, plans);
  await approve(plans, done);
  expect(await executeNext(executor(cluster.actor, plans, { policy: boundless }))).toMatchObject({
    result: { outcome: "applied" },
  });
  const writes = cluster.writes.length;
  const undone = await undoPlan(done.id, "slack:ann", {
    ...executor(cluster.actor, plans, { policy: guarded }),
    plans,
  });
  expect(undone).toMatchObject({ type: "failed", result: { outcome: "refused" } });
  expect(cluster.writes).toHaveLength(writes);
  promiseFigure("K6", `${inShop.length} approved changes of a namespace that was protected since`, "0 carried out");
});

/** What somebody could do who writes to the database but not to the cluster: a whole and consistent row. */
async function forge(
  database: Database & { pool: { query: (text: string, values: unknown[]) => unknown } },
  plan: ActionPlan,
) {
  const { digest: _digest, state: _state, ...content } = plan;
  const digest = planDigest(content);
  await database.pool.query("update action_plan set content = $2::jsonb, digest = $3 where id = $1", [
    plan.id,
    JSON.stringify(content),
    digest,
  ]);
  await database.pool.query("update plan_vote set digest = $2 where plan_id = $1", [plan.id, digest]);
}

type Forgery = readonly [name: string, change: (plan: ActionPlan) => Partial<ActionPlan>];

const forgeries: readonly Forgery[] = [
  [
    "steps aimed at a protected namespace behind the back of an allowed target",
    (plan) => ({
      steps: plan.steps.map((step) => ({ ...step, target: { ...step.target, namespace: "kube-system" } })),
    }),
  ],
  ["a whole plan for a protected namespace", (plan) => ({ target: { ...plan.target, namespace: "kube-public" } })],
  ["a high-risk action with one voice", () => ({ action: "patch-role", approvalsNeeded: 1 })],
  ["an action that is for people", () => ({ action: "guide" })],
];

test.each(forgeries)("a forged row is refused by the actor's own policy: %s (K6)", async (name, change) => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const rounds = promised(50, 2);
  for (let round = 0; round < rounds; round++) {
    const plan = await propose(cluster.actor, plans);
    await approve(plans, plan);
    await forge(database, { ...plan, ...change(plan) });
    const outcome = await executeNext(executor(cluster.actor, plans, { policy: boundless }), plan.id);
    expect(outcome).toMatchObject({
      result: { outcome: "refused", detail: expect.stringContaining("Nothing was done") },
    });
  }
  expect(cluster.writes).toEqual([]);
  promiseFigure("K6", `${grouped(rounds)} forged rows: ${name}`, "0 carried out");
});
