import { expect, test } from "vitest";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { executeNext } from "../../support/carry-out.ts";
import { planFor, recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

const brokenPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "db-0",
    namespace: "shop",
    labels: { app: "db" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid: "", controller: true }],
  },
  spec: { containers: [{ name: "db", image: "registry.local/shop/db:16.1" }] },
  status: { phase: "Pending", conditions: [{ type: "Ready", status: "False" }] },
};
const rollback = recommend("rollback-deployment", ["StatefulSet", "db"], { toRevision: 1 });

test("the broken pod of an ordered stateful set is deleted with the repair, or nothing would ever replace it", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const uid = cluster.get("StatefulSet", "db")?.metadata.uid ?? "";
  const { metadata } = brokenPod;
  await cluster.create({
    ...brokenPod,
    metadata: { ...metadata, ownerReferences: metadata.ownerReferences.map((owner) => ({ ...owner, uid })) },
  });
  cluster.writes.length = 0;
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans, { recommendation: rollback });
  expect(plan.blastRadius.note).toContain("db-0 is not ready and deleted with it");
  expect(plan.diff).toContain("--- Pod shop/db-0");
  await approve(plans, plan);
  expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
  expect(cluster.writes.map((write) => `${write.verb} ${write.resource.kind}`)).toEqual([
    "patch StatefulSet",
    "delete Pod",
  ]);
});

test("one that replaces its pods in parallel gets on by itself", async () => {
  await using cluster = await startActorCluster();
  cluster.edit("StatefulSet", "db", (object) => ({
    ...object,
    spec: { ...(object.spec as object), podManagementPolicy: "Parallel" },
  }));
  expect((await planFor(rollback, cluster.actor)).steps).toHaveLength(1);
});
