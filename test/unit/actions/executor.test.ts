import { describe, expect, test, vi } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { createExecutor, type ExecuteEnd } from "../../../src/actions/execute/executor.ts";
import type { ActionPlan } from "../../../src/incident/fix/action-plan.ts";
import { heldKeys } from "../../../src/incident/fix/held-objects.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { verifyAudit } from "../../../src/store/audit.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { executeAll } from "../../support/carry-out.ts";
import { planFor, recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose, proposeSetting } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

/** A cluster whose writes to one kind wait until they are let go; `inside` tells what waits. */
function holding(cluster: ActorCluster, kind: string) {
  const inside: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const actor: ActorPort = {
    ...cluster.actor,
    async apply(step, guard) {
      if (step.target.kind === kind) {
        inside.push(step.target.name);
        await released;
      }
      return await cluster.actor.apply(step, guard);
    },
  };
  return { actor, inside, release };
}

/** As the Deployment controller does it: a ReplicaSet's name ends with the hash that its pods bear. */
function labelPods(cluster: ActorCluster): void {
  cluster.edit("Pod", "carts-2-abcde", (pod) => ({
    ...pod,
    metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, "pod-template-hash": "2" } },
  }));
}

const evict = recommend("evict-pod", ["Pod", "carts-2-abcde"]);
const state = async (plans: ReturnType<typeof planStore>, plan: ActionPlan) => (await plans.get(plan.id))?.plan.state;

describe("plans beside each other", () => {
  test("an eviction that is held up keeps no plan waiting that has nothing to do with it", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const slow = await propose(cluster.actor, plans, { recommendation: evict });
    const other = await proposeSetting(cluster, plans, 1);
    await approve(plans, slow);
    await approve(plans, other);
    const held = holding(cluster, "Pod");
    const all = executeAll(executor(held.actor, plans, { clock: systemClock }));
    await vi.waitFor(async () => expect(await state(plans, other)).toBe("applied"), { timeout: 20_000 });
    await vi.waitFor(() => expect(held.inside).toEqual(["carts-2-abcde"]), { timeout: 20_000 });
    expect(await state(plans, slow)).toBe("executing");
    held.release();
    expect((await all).map((end) => end.type)).toEqual(["finished", "finished"]);
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
  });

  test("what was approved meanwhile is taken up while another is still held up", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const held = holding(cluster, "Pod");
    const ends: ExecuteEnd[] = [];
    const running = createExecutor(executor(held.actor, plans), (end) => ends.push(end));
    const slow = await propose(cluster.actor, plans, { recommendation: evict });
    await approve(plans, slow);
    await running.takeUp();
    const late = await proposeSetting(cluster, plans, 1);
    await approve(plans, late);
    await running.takeUp();
    // It may have ended before anybody asks for the next end.
    await vi.waitFor(() => expect(ends).toMatchObject([{ type: "finished", planId: late.id }]));
    held.release();
    await running.nextEnd();
    expect(ends).toMatchObject([{ planId: late.id }, { planId: slow.id }]);
    expect(running.nextEnd()).toBeUndefined();
  });

  test("no more are under way than there is room for; the others follow", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    for (let index = 0; index < 7; index++) await approve(plans, await proposeSetting(cluster, plans, index));
    const held = holding(cluster, "ConfigMap");
    const all = executeAll(executor(held.actor, plans, { clock: systemClock }));
    await vi.waitFor(() => expect(held.inside).toHaveLength(4), { timeout: 20_000 });
    held.release();
    expect(await all).toHaveLength(7);
    expect(new Set(held.inside).size).toBe(7);
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
  });

  test("what breaks one of them, breaks that one alone", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const [first, second] = [await proposeSetting(cluster, plans, 1), await proposeSetting(cluster, plans, 2)];
    for (const plan of [first, second]) await approve(plans, plan);
    const ends: ExecuteEnd[] = [];
    const breaking: ActorPort = {
      ...cluster.actor,
      apply: (step, guard) =>
        step.target.name === "settings-1" ? Promise.reject(new Error("away")) : cluster.actor.apply(step, guard),
    };
    const running = createExecutor(executor(breaking, plans), (end) => ends.push(end));
    await running.takeUp();
    for (let ended = running.nextEnd(); ended; ended = running.nextEnd()) await ended;
    expect(new Map(ends.map((end) => [end.planId, end.type]))).toEqual(
      new Map([
        [first.id, "broken"],
        [second.id, "finished"],
      ]),
    );
  });
});

describe("plans that share something are carried out one after the other, as they were approved", () => {
  /** Two plans, approved in this order. */
  async function inOrder(first: ActionPlan, second: ActionPlan, plans: ReturnType<typeof planStore>) {
    await approve(plans, first);
    await approve(plans, second);
    const held = await plans.claim();
    expect(held?.plan.id).toBe(first.id);
    expect(await plans.claim(), "the second waits").toBeUndefined();
    if (held) await plans.finish(held, { outcome: "failed", detail: "" });
    expect((await plans.claim())?.plan.id).toBe(second.id);
  }

  test("a pod and the workload it belongs to", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    labelPods(cluster);
    const plans = planStore(database);
    await inOrder(
      await propose(cluster.actor, plans, { recommendation: evict }),
      await propose(cluster.actor, plans, { recommendation: recommend("restart", ["Deployment", "carts"]) }),
      plans,
    );
  });

  test("a ConfigMap whose readers restart, and one of these readers", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const params = { key: "pool", value: "20", restart: ["carts"] };
    await inOrder(
      await propose(cluster.actor, plans, {
        recommendation: recommend("patch-config", ["ConfigMap", "carts-config"], params),
      }),
      await propose(cluster.actor, plans, {
        recommendation: recommend("scale", ["Deployment", "carts"], { replicas: 3 }),
      }),
      plans,
    );
  });

  test("who was approved earlier and waits is not overtaken by who shares something with him", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    labelPods(cluster);
    const plans = planStore(database);
    const params = { key: "pool", value: "20", restart: ["carts"] };
    const holder = await propose(cluster.actor, plans, { recommendation: evict });
    const waiting = await propose(cluster.actor, plans, {
      recommendation: recommend("patch-config", ["ConfigMap", "carts-config"], params),
    });
    const later = await propose(cluster.actor, plans, {
      recommendation: recommend(
        "patch-config",
        ["ConfigMap", "carts-config"],
        { key: "pool", value: "30" },
        { id: "R-other" },
      ),
    });
    const apart = await proposeSetting(cluster, plans, 1);
    for (const plan of [holder, waiting, later, apart]) await approve(plans, plan);
    expect((await plans.claim())?.plan.id).toBe(holder.id);
    expect((await plans.claim())?.plan.id).toBe(apart.id);
    expect(await plans.claim(), "shares nothing with what is under way, but with what waits before it").toBeUndefined();
  });
});

test("a plan holds the workload and the node of a pod that goes, and what an autoscaler scales", async () => {
  await using cluster = await startActorCluster();
  await cluster.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "api-7c9-x",
      namespace: "shop",
      labels: { "pod-template-hash": "7c9" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "api-7c9", uid: "u-1", controller: true }],
    },
    spec: { nodeName: "node-9", containers: [{ name: "api", image: "api:1" }] },
  });
  const plan = await planFor(recommend("evict-pod", ["Pod", "api-7c9-x"]), cluster.actor);
  expect(heldKeys(plan)).toEqual(["Pod/shop/api-7c9-x", "Deployment/shop/api", "Node//node-9"]);
  const scaled = await planFor(
    recommend("create-hpa", ["Deployment", "carts"], { minReplicas: 1, maxReplicas: 4, cpuPercent: 70 }),
    cluster.actor,
  );
  expect(heldKeys(scaled)).toContain("Deployment/shop/carts");
  expect(heldKeys(scaled)).toContain("HorizontalPodAutoscaler/shop/carts");
});
