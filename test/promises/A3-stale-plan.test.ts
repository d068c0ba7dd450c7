import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../src/actions/cluster-port.ts";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { type ActorCluster, startActorCluster } from "../support/actor-cluster.ts";
import { executeNext } from "../support/carry-out.ts";
import { planFor } from "../support/plan-fixture.ts";
import { approve, executor, planStore, propose, raiseLimit } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";

const spec = (object: KubeObject) => object.spec as { template: { spec: { containers: { name: string }[] } } };
/** Another person's change of the same workload. */
const otherImage = (cluster: ActorCluster, image: string) =>
  cluster.edit("Deployment", "carts", (object) => {
    const copy = structuredClone(object);
    for (const container of spec(copy).template.spec.containers)
      if (container.name === "carts") Object.assign(container, { image });
    return copy;
  });
const statusTick = (cluster: ActorCluster, ready: number) =>
  cluster.edit("Deployment", "carts", (object) => ({
    ...object,
    status: { ...(object.status as object), readyReplicas: ready },
  }));

describe("a stale plan is refused and can be made anew (A3)", () => {
  test(`${promised(200, 12)} races with somebody who writes at the same moment`, async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    for (let round = 0; round < promised(200, 12); round++) {
      const plan = await propose(cluster.actor, plans, { recommendation: raiseLimit(`${100 + round}Mi`) });
      await approve(plans, plan);
      // Half of the writers come between the look and the write, half before the look.
      const racing: ActorPort = {
        ...cluster.actor,
        apply: async (step, guard) => {
          if (round % 2 === 0) otherImage(cluster, `registry.local/shop/carts:race-${round}`);
          return await cluster.actor.apply(step, guard);
        },
      };
      if (round % 2 === 1) otherImage(cluster, `registry.local/shop/carts:race-${round}`);
      cluster.writes.length = 0;
      const outcome = await executeNext(executor(racing, plans));
      expect(outcome).toMatchObject({
        type: "finished",
        result: { outcome: "conflict", detail: expect.stringContaining("was changed since the plan was made") },
      });
      expect(cluster.writes).toEqual([]);
      const again = await planFor(raiseLimit(`${100 + round}Mi`), cluster.actor);
      expect(again.digest).not.toBe(plan.digest);
      expect(again.diff).toContain(`+              memory: ${100 + round}Mi`);
    }
    promiseFigure("A3", `${promised(200, 12)} races`, "each refused as stale, each planned anew with another diff");
  });

  test("an object that was deleted and made anew is another object", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans);
    await approve(plans, plan);
    cluster.edit("Deployment", "carts", (object) => ({ ...object, metadata: { ...object.metadata, uid: "another" } }));
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({
      result: { outcome: "conflict", detail: expect.stringContaining("made anew") },
    });
  });

  test("a status that moves all the time (pods crash and come back) does not make a plan stale", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans);
    await approve(plans, plan);
    let ticks = 0;
    const flapping: ActorPort = {
      ...cluster.actor,
      apply: async (step, guard) => {
        // Three times the status moves just before the write: 409, look again, write with the new version.
        if (ticks < 3) statusTick(cluster, ticks++ % 2);
        return await cluster.actor.apply(step, guard);
      },
    };
    expect(await executeNext(executor(flapping, plans))).toMatchObject({ result: { outcome: "applied" } });
    expect(cluster.writes).toHaveLength(1);
  });
});
