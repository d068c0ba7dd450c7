import { describe, expect, test, vi } from "vitest";
import type { PlanStore } from "../../../../src/actions/plan/plan-store.ts";
import type { ActionPlan } from "../../../../src/incident/fix/action-plan.ts";
import type { Claim } from "../../../../src/incident/fix/stored-plan.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { type ActorCluster, startActorCluster } from "../../../support/actor-cluster.ts";
import { executeAll } from "../../../support/carry-out.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { plan as drawn } from "../../../support/incident-view.ts";
import { recommend } from "../../../support/plan-fixture.ts";
import { approve, boundless, executor, planStore, propose, proposeSetting } from "../../../support/plan-life.ts";
import { withDatabase } from "../../../support/postgres.ts";

/** One process, whose claims run out as soon as they are made: as if it stood still after each. */
const standingStill = { holder: "one", leaseMs: 1 };

async function claimed(plans: PlanStore): Promise<Claim> {
  return await vi.waitFor(
    async () => {
      const claim = await plans.claim();
      if (!claim) throw new Error("nothing to claim yet");
      return claim;
    },
    { timeout: 20_000, interval: 20 },
  );
}

async function approved(cluster: ActorCluster, plans: PlanStore): Promise<void> {
  const recommendation = recommend("patch-config", ["ConfigMap", "carts-config"], { key: "pool", value: "20" });
  const plan = await propose(cluster.actor, plans, { recommendation });
  await approve(plans, plan);
}

/** Everything that only the holder may do. */
async function mayGoOn(plans: PlanStore, claim: Claim) {
  return {
    renewed: await plans.renew(claim),
    sends: await plans.markSent(claim, 7),
    ends: await plans.finish(claim, { outcome: "failed", detail: "by the one that stood still" }),
  };
}
const lost = { renewed: "lost", sends: false, ends: false };

describe("a process that stood still past its lease", () => {
  test("and has taken the plan up a second time holds it once", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    await approved(cluster, planStore(database));
    const plans = planStore(database, standingStill);
    const first = await claimed(plans);
    const second = await claimed(plans);
    expect([first.holder, first.plan.id]).toEqual([second.holder, second.plan.id]);
    expect(await mayGoOn(plans, first)).toEqual(lost);
    expect(await plans.renew(second)).toBe("held");
    expect(await plans.finish(second, { outcome: "applied", detail: "" })).toBe(true);
    expect((await plans.get(first.plan.id))?.plan.state).toBe("applied");
  });

  test("does not apply again what it has begun to take back meanwhile", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    await approved(cluster, planStore(database));
    const late = await claimed(planStore(database, standingStill));
    const plans = planStore(database, { holder: standingStill.holder });
    const again = await claimed(plans);
    await plans.finish(again, { outcome: "applied", detail: "" });
    const undo = await plans.claimUndo(late.plan.id, "slack:ann");
    expect(undo).toMatchObject({ type: "claimed", claim: { holder: late.holder, phase: "undo", attempt: 1 } });
    expect(await mayGoOn(plans, late)).toEqual(lost);
    await plans.postpone(late, 0);
    expect(undo.type === "claimed" && (await plans.renew(undo.claim))).toBe("held");
  });

  test("does not take back what it has begun to take back anew", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    await approved(cluster, planStore(database));
    const plans = planStore(database, { holder: standingStill.holder });
    await plans.finish(await claimed(plans), { outcome: "applied", detail: "" });
    const { id } = (await database.pool.query("select id from action_plan")).rows[0] as { id: string };
    const late = await plans.claimUndo(id, "slack:ann");
    if (late.type !== "claimed") throw new Error("unreachable: it is applied");
    await database.pool.query("update action_plan set lease_until = clock_timestamp()");
    const other = planStore(database, { holder: "other" });
    await other.finish(await claimed(other), { outcome: "conflict", detail: "" });
    const again = await plans.claimUndo(id, "slack:ann");
    expect(again).toMatchObject({ claim: { holder: standingStill.holder, phase: "undo", attempt: 1 } });
    expect(await mayGoOn(plans, late.claim)).toEqual(lost);
    expect(again.type === "claimed" && (await plans.renew(again.claim))).toBe("held");
  });
});

describe("what a claim tells of others", () => {
  const spentOf = ({ spent }: Claim) => [spent.cluster, Object.fromEntries(spent.namespaces)];

  test("is how many changes were approved before it, also for who takes it over later", async () => {
    await using database = await withDatabase();
    const plans = createPlanStore(database, { cluster: "shop" });
    const propose = async (id: string, more: Partial<ActionPlan> = {}) => {
      const target = { kind: "ConfigMap", namespace: "shop", name: id };
      const plan = {
        ...drawn,
        id,
        recommendationId: id,
        digest: `d-${id}`,
        target,
        steps: [],
        touches: [],
        undo: [],
        ...more,
      };
      await plans.save({ ...plan, expiresAt: Date.now() + 60_000 }, { requestedBy: null, cause: null, confidence: 1 });
      await plans.vote({
        planId: id,
        digest: `d-${id}`,
        by: { id: "slack:ann", name: "ann" },
        budgets: boundless.budgets,
      });
    };
    await propose("old");
    await database.pool.query(
      "update action_plan set decided_at = decided_at - interval '61 minutes', phase = 'apply', state = 'applied'",
    );
    await propose("first");
    await propose("second", { alsoHolds: [{ kind: "Deployment", namespace: "bank", name: "tills" }] });
    await propose("third");
    const claims = [];
    for (const id of ["third", "second", "first"]) claims.push(await plans.claim(id));
    expect(claims.map((claim) => claim && spentOf(claim))).toEqual([
      [2, { shop: 2, bank: 1 }],
      [1, { shop: 1 }],
      [0, {}],
    ]);
    await database.pool.query("update action_plan set lease_until = clock_timestamp()");
    const again = await plans.claim("third");
    expect(again?.attempt).toBe(2);
    expect(again && spentOf(again)).toEqual([2, { shop: 2, bank: 1 }]);
    expect(again?.startedAt).toBe(claims[0]?.startedAt);
  });

  test("is whether its incident was resolved before it began", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    await saveIncident(database, incidentRow(7, { status: "mitigating" }));
    await approved(cluster, planStore(database));
    await changeStatus(database, "7", "resolve", { by: "bob", at: Date.now() });
    const plans = planStore(database, standingStill);
    expect((await claimed(plans)).incidentOver).toBe(true);
    expect((await claimed(plans)).incidentOver, "what has begun may have ended it").toBe(false);
  });
});

test("two changes approved at the same moment do not exceed the actor's budget: the later one names namespace and budget", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const all = [await proposeSetting(cluster, plans, 1), await proposeSetting(cluster, plans, 2)];
  await Promise.all(all.map((plan) => approve(plans, plan)));
  const policy = { ...boundless, budgets: { perNamespacePerHour: 1, perClusterPerHour: 100 } };
  cluster.writes.length = 0;
  const ends = await executeAll(executor(cluster.actor, plans, { policy }));
  expect(ends.map((end) => end.type === "finished" && end.result)).toMatchObject(
    [
      { outcome: "applied" },
      {
        outcome: "refused",
        detail: expect.stringContaining("1 change was made in shop within an hour; the budget is 1."),
      },
    ].toSorted((a) => (ends[0]?.type === "finished" && ends[0].result.outcome === a.outcome ? -1 : 1)),
  );
  expect(cluster.writes).toHaveLength(1);
});
