import { describe, expect, test, vi } from "vitest";
import type { PlanStore } from "../../../../src/actions/plan/plan-store.ts";
import type { Claim } from "../../../../src/incident/fix/stored-plan.ts";
import { type ActorCluster, startActorCluster } from "../../../support/actor-cluster.ts";
import { recommend } from "../../../support/plan-fixture.ts";
import { approve, planStore, propose } from "../../../support/plan-life.ts";
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
});
