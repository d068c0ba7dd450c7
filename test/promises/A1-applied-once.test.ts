import { expect, test } from "vitest";
import { approvePlan } from "../../src/actions/approve.ts";
import { executeNext } from "../../src/actions/execute.ts";
import { verifyAudit } from "../../src/store/audit.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { recommend } from "../support/plan-fixture.ts";
import { approve, boundless, executor, human, planStore, propose } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";

test("a fix that many approve at once on several connections is applied exactly once, and the losers are told why (A1)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  // Four pools stand for four processes: nothing but the database is shared.
  const pools = [1, 2, 3, 4].map(() => openDatabase(database.url, { maxConnections: 5 }));
  const stores = pools.map((pool, index) => planStore(pool, { holder: `process-${index}` }));
  const plan = await propose(cluster.actor, planStore(database));
  const approvals = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      const plans = stores[index % stores.length] ?? planStore(database);
      return approvePlan(
        { planId: plan.id, digest: plan.digest, by: human(`u${index}`) },
        { plans, policy: boundless },
      );
    }),
  );
  expect(approvals.filter((outcome) => outcome.type === "approved")).toHaveLength(1);
  expect(
    approvals.filter((outcome) => outcome.type === "refused" && outcome.reason === "already-decided"),
  ).toHaveLength(99);
  const executions = await Promise.all(
    stores.flatMap((plans) => Array.from({ length: 5 }, () => executeNext(executor(cluster.actor, plans)))),
  );
  expect(executions.filter((outcome) => outcome.type === "finished")).toHaveLength(1);
  expect(executions.filter((outcome) => outcome.type === "idle")).toHaveLength(19);
  expect(cluster.writes).toHaveLength(1);
  const stored = await planStore(database).get(plan.id);
  expect(stored?.plan.state).toBe("applied");
  expect(stored?.executions.map((execution) => execution.outcome)).toEqual(["applied"]);
  expect(await verifyAudit(database)).toMatchObject({ intact: true });
  await Promise.all(pools.map((pool) => pool.close()));
});

test("two plans for one target are never carried out at the same time (A1)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const first = await propose(cluster.actor, plans);
  const second = await propose(cluster.actor, plans, {
    recommendation: recommend("scale", ["Deployment", "carts"], { replicas: 3 }),
  });
  expect(await approve(plans, first)).toEqual({ type: "approved" });
  expect(await approve(plans, second)).toEqual({ type: "approved" });
  const held = await plans.claim();
  expect(held?.plan.id).toBe(first.id);
  expect(await plans.claim(), "the second waits").toBeUndefined();
});
