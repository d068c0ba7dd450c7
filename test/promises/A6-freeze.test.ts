import { expect, test } from "vitest";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import { openDatabase } from "../../src/store/database.ts";
import { getFreeze, setFreeze } from "../../src/store/plans/freeze.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { executeAll } from "../support/carry-out.ts";
import { approve, executor, planStore, propose, proposeSetting } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";

const ann = { id: "slack:ann", name: "ann" };

test("after a freeze nothing is approved and nothing that was approved begins, on any replica (A6)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const pools = [1, 2, 3].map(() => openDatabase(database.url, { maxConnections: 4 }));
  const replicas = pools.map((pool, index) => planStore(pool, { holder: `replica-${index}` }));
  const plans = planStore(database);
  // Plans of one action replace each other; one each for many objects.
  const proposals: ActionPlan[] = [];
  const racing = promised(100, 18);
  for (let index = 0; index < racing; index++) {
    proposals.push(await proposeSetting(cluster, plans, index));
  }
  const undecided = await propose(cluster.actor, plans);
  cluster.writes.length = 0;
  let frozenAt = Number.POSITIVE_INFINITY;
  const working = replicas.map(async (replica, index) => {
    for (const plan of proposals.filter((_, at) => at % replicas.length === index)) {
      await approve(replica, plan, `u${index}`);
      await executeAll(executor(cluster.actor, replica));
      if (index === 0 && cluster.writes.length >= 3 && frozenAt === Number.POSITIVE_INFINITY) {
        frozenAt = -1;
        await setFreeze(database, { frozen: true, by: ann, reason: "stop" });
        frozenAt = cluster.writes.length;
      }
    }
  });
  await Promise.all(working);
  // What was between claim and write when the switch was thrown may be finished: at most one for each other replica.
  expect(cluster.writes.length - frozenAt).toBeLessThanOrEqual(2);
  expect(await approve(plans, undecided)).toEqual({ type: "refused", reason: "frozen" });
  const before = cluster.writes.length;
  for (const replica of replicas) expect(await executeAll(executor(cluster.actor, replica))).toEqual([]);
  expect(cluster.writes).toHaveLength(before);
  expect(await getFreeze(database)).toMatchObject({ frozen: true, by: ann, reason: "stop" });
  await setFreeze(database, { frozen: false, by: ann });
  expect((await getFreeze(database)).frozen).toBe(false);
  promiseFigure(
    "A6",
    `${racing} racing approvals on 3 replicas`,
    `${before - frozenAt} finished that had begun, 0 begun after the freeze`,
  );
  await Promise.all(pools.map((pool) => pool.close()));
});

test("a plan approved before the freeze and claimed after it is left undone, and says why (A6)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans);
  await approve(plans, plan);
  const outcome = await executeAll(
    executor(cluster.actor, plans, {
      crashPoint: async (name) => void (name === "checked" && (await setFreeze(database, { frozen: true, by: ann }))),
    }),
  );
  expect(outcome).toMatchObject([
    { type: "finished", result: { outcome: "refused", detail: expect.stringContaining("frozen") } },
  ]);
  expect(cluster.writes).toEqual([]);
});

test("a plan approved before the freeze is not even taken up, and runs when the freeze is lifted in time (A6)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans);
  await approve(plans, plan);
  await setFreeze(database, { frozen: true, by: ann });
  expect(await executeAll(executor(cluster.actor, plans))).toEqual([]);
  expect((await plans.get(plan.id))?.plan.state).toBe("approved");
  expect(cluster.writes).toEqual([]);
  await setFreeze(database, { frozen: false, by: ann });
  expect(await executeAll(executor(cluster.actor, plans))).toMatchObject([{ result: { outcome: "applied" } }]);
  expect(cluster.writes).toHaveLength(1);
});
