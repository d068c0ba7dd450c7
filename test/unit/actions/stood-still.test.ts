import { afterEach, expect, test, vi } from "vitest";
import { carryOut } from "../../../src/actions/execute/execute.ts";
import { undoPlan } from "../../../src/actions/execute/undo.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { executeNext } from "../../support/carry-out.ts";
import { recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

afterEach(() => vi.restoreAllMocks());

test("what another process has made, and a person has had taken back, is not made again by one that stood still meanwhile", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const [late, prompt] = [planStore(database), planStore(database)];
  const recommendation = recommend("create-hpa", ["Deployment", "carts"], {
    minReplicas: 1,
    maxReplicas: 4,
    cpuPercent: 70,
  });
  const plan = await propose(cluster.actor, late, { recommendation });
  await approve(late, plan);
  const claim = await late.claim();
  if (!claim) throw new Error("the plan is due");
  let stoodStill = false;
  const outcome = await carryOut(claim, {
    ...executor(cluster.actor, late),
    crashPoint: async (name) => {
      if (name !== "before-apply" || stoodStill) return;
      stoodStill = true;
      await database.pool.query("update action_plan set lease_until = clock_timestamp()");
      expect(await executeNext(executor(cluster.actor, prompt))).toMatchObject({ result: { outcome: "applied" } });
      expect(await undoPlan(plan.id, "slack:ann", { ...executor(cluster.actor, prompt), plans: prompt })).toMatchObject(
        { type: "undone" },
      );
      const now = performance.now.bind(performance);
      vi.spyOn(performance, "now").mockImplementation(() => now() + 46_000);
    },
  });
  expect(stoodStill).toBe(true);
  expect(cluster.get("HorizontalPodAutoscaler", "carts")).toBeUndefined();
  expect(outcome).toEqual({ type: "lost", planId: plan.id });
});
