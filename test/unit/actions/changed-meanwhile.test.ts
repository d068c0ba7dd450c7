import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import type { ActionPlan } from "../../../src/incident/fix/action-plan.ts";
import type { Recommendation } from "../../../src/incident/fix/recommendation.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { executeNext } from "../../support/carry-out.ts";
import { recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

const podName = "carts-2-abcde";
const conditions = (ready: boolean) => ({ conditions: [{ type: "Ready", status: ready ? "True" : "False" }] });
const becomes = (cluster: ActorCluster, name: string, ready: boolean) =>
  cluster.edit("Pod", name, (pod) => ({ ...pod, status: { phase: "Running", ...conditions(ready) } }));

/** A budget for the carts' pods. */
const budget = (disruptionsAllowed: number) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "carts-budget", namespace: "shop" },
  spec: { minAvailable: 1, selector: { matchLabels: { app: "carts" } } },
  status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 2 },
});

/** Plans and approves, lets `meanwhile` happen, and carries out. */
async function carriedOut(
  cluster: ActorCluster,
  recommendation: Recommendation,
  meanwhile: (cluster: ActorCluster) => unknown,
  actor: (real: ActorPort) => ActorPort = (real) => real,
) {
  await using database = await withDatabase();
  const plans = planStore(database);
  const plan: ActionPlan = await propose(cluster.actor, plans, { recommendation });
  await approve(plans, plan);
  await meanwhile(cluster);
  cluster.writes.length = 0;
  return await executeNext(executor(actor(cluster.actor), plans));
}

describe("a pod that was broken when its deletion was planned", () => {
  const deletion = recommend("delete-pod", ["Pod", podName]);

  test.each([
    { name: "is deleted while it is broken, whatever its budget says", ready: false, allowed: 0, want: "applied" },
    { name: "is deleted also when it has come up, with room in its budget", ready: true, allowed: 1, want: "applied" },
    {
      name: "is not deleted when it has come up and its budget has no room",
      ready: true,
      allowed: 0,
      want: "conflict",
    },
  ])("$name", async ({ ready, allowed, want }) => {
    await using cluster = await startActorCluster();
    await cluster.create(budget(allowed));
    becomes(cluster, podName, false);
    const outcome = await carriedOut(cluster, deletion, () => becomes(cluster, podName, ready));
    expect(outcome).toMatchObject({ result: { outcome: want } });
    expect(cluster.writes).toHaveLength(want === "applied" ? 1 : 0);
    if (want === "conflict")
      expect(outcome).toMatchObject({ result: { detail: expect.stringContaining("disruption budget carts-budget") } });
  });

  test("is not deleted when it comes up between the look at it and the deletion", async () => {
    await using cluster = await startActorCluster();
    await cluster.create(budget(0));
    becomes(cluster, podName, false);
    let looks = 0;
    const outcome = await carriedOut(
      cluster,
      deletion,
      () => undefined,
      (real) => ({
        ...real,
        apply: (step, guard) => {
          if (looks++ === 0) becomes(cluster, podName, true);
          return real.apply(step, guard);
        },
      }),
    );
    expect(outcome).toMatchObject({
      result: { outcome: "conflict", detail: expect.stringContaining("disruption budget carts-budget") },
    });
    expect(cluster.get("Pod", podName)?.metadata.deletionTimestamp).toBeUndefined();
  });

  test("is not deleted when it has come up and nobody can say what its budget allows", async () => {
    await using cluster = await startActorCluster();
    becomes(cluster, podName, false);
    const outcome = await carriedOut(
      cluster,
      deletion,
      () => becomes(cluster, podName, true),
      (real) => ({ ...real, list: async () => ({ type: "failed", reason: "unreachable", detail: "ECONNREFUSED" }) }),
    );
    expect(outcome).toMatchObject({ type: "postponed", detail: expect.stringContaining("disruption budgets") });
    expect(cluster.writes).toEqual([]);
  });
});

test("a pod that stood in the way of a repaired rollout is left alone when it has come up", async () => {
  await using cluster = await startActorCluster();
  const uid = cluster.get("StatefulSet", "db")?.metadata.uid ?? "";
  await cluster.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "db-0",
      namespace: "shop",
      labels: { app: "db" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid, controller: true }],
    },
    spec: { containers: [{ name: "db", image: "registry.local/shop/db:16.1" }] },
    status: { phase: "Pending", ...conditions(false) },
  });
  const rollback = recommend("rollback-deployment", ["StatefulSet", "db"], { toRevision: 1 });
  const outcome = await carriedOut(cluster, rollback, () => becomes(cluster, "db-0", true));
  expect(outcome).toMatchObject({ result: { outcome: "applied" } });
  expect(cluster.writes.map(({ verb, resource }) => `${verb} ${resource.kind}`)).toEqual(["patch StatefulSet"]);
});

describe("an object that a plan changes", () => {
  const raised = recommend("patch-resources", ["Deployment", "carts"], {
    container: "carts",
    limits: { memory: "96Mi" },
  });
  const inTemplate = (text: string, other: string) => (cluster: ActorCluster) =>
    cluster.edit("Deployment", "carts", (o) => JSON.parse(JSON.stringify(o).replaceAll(text, other)) as object);
  const replicas = (cluster: ActorCluster) =>
    cluster.edit("Deployment", "carts", (o) => ({ ...o, spec: { ...(o.spec as object), replicas: 7 } }));
  const label = (cluster: ActorCluster) =>
    cluster.edit("Deployment", "carts", (o) => ({
      ...o,
      metadata: { ...o.metadata, labels: { app: "carts", team: "b" } },
    }));
  const status = (cluster: ActorCluster) =>
    cluster.edit("Deployment", "carts", (o) => ({ ...o, status: { replicas: 9 } }));
  const anew = (cluster: ActorCluster) =>
    cluster.edit("Deployment", "carts", (o) => ({ ...o, metadata: { ...o.metadata, uid: "newer" } }));

  test.each([
    {
      name: "in the field itself",
      meanwhile: inTemplate('"34Mi"', '"64Mi"'),
      want: "was changed since the plan was made",
    },
    {
      name: "in another field of its pods",
      meanwhile: inTemplate("carts:1.4.2", "carts:1.4.3"),
      want: "was changed since the plan was made",
    },
    { name: "in its labels", meanwhile: label, want: "was changed since the plan was made" },
    { name: "in that it is another one of its name", meanwhile: anew, want: "was deleted and made anew" },
    {
      name: "in what its controller or an autoscaler writes",
      meanwhile: (c: ActorCluster) => [status(c), replicas(c)],
      want: undefined,
    },
  ])("that was changed meanwhile $name: $want", async ({ meanwhile, want }) => {
    await using cluster = await startActorCluster();
    const outcome = await carriedOut(cluster, raised, meanwhile);
    expect(outcome).toMatchObject({
      result: want ? { outcome: "conflict", detail: `Deployment shop/carts ${want}.` } : { outcome: "applied" },
    });
    expect(cluster.writes).toHaveLength(want ? 0 : 1);
  });
});

describe("what is made was worked out from an object", () => {
  const rerun = recommend("rerun-job", ["Job", "reindex"]);

  test("that was made anew since, and may be running: nothing is run beside it", async () => {
    await using cluster = await startActorCluster();
    const outcome = await carriedOut(cluster, rerun, () =>
      cluster.edit("Job", "reindex", (job) => ({ ...job, metadata: { ...job.metadata, uid: "newer" }, status: {} })),
    );
    expect(outcome).toMatchObject({
      result: { outcome: "conflict", detail: "Job shop/reindex was deleted and made anew." },
    });
    expect(cluster.writes).toEqual([]);
  });

  test("that is the same, whatever became of its status", async () => {
    await using cluster = await startActorCluster();
    const outcome = await carriedOut(cluster, rerun, () =>
      cluster.edit("Job", "reindex", (job) => ({ ...job, status: { ...(job.status as object), failed: 3 } })),
    );
    expect(outcome).toMatchObject({ result: { outcome: "applied" } });
    expect(cluster.writes.map(({ verb, resource }) => `${verb} ${resource.kind}`)).toEqual(["create Job"]);
  });
});

test("of several objects that a plan changes, the first is not touched when a later one has moved on", async () => {
  await using cluster = await startActorCluster();
  const both = recommend("patch-config", ["ConfigMap", "carts-config"], {
    key: "pool",
    value: "20",
    restart: ["carts"],
  });
  const outcome = await carriedOut(cluster, both, () =>
    cluster.edit("Deployment", "carts", (object) => JSON.parse(JSON.stringify(object).replaceAll('"34Mi"', '"40Mi"'))),
  );
  expect(outcome).toMatchObject({
    result: {
      outcome: "conflict",
      detail: "Deployment shop/carts was changed since the plan was made. Nothing was done.",
    },
  });
  expect(cluster.writes).toEqual([]);
});
