import { expect, test } from "vitest";
import { undoPlan } from "../../../src/actions/execute/undo.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { executeNext } from "../../support/carry-out.ts";
import { recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

const autoscaled = recommend("create-hpa", ["Deployment", "carts"], { minReplicas: 1, maxReplicas: 4, cpuPercent: 70 });
const scaled = recommend("scale", ["Deployment", "carts"], { replicas: 3 });
const kind = "HorizontalPodAutoscaler";

const setBounds = (maxReplicas: number) => (cluster: ActorCluster) =>
  cluster.edit(kind, "carts", (object) => ({ ...object, spec: { ...(object.spec as object), maxReplicas } }));
const setReplicas = (replicas: number) => (cluster: ActorCluster) =>
  cluster.edit("Deployment", "carts", (object) => ({ ...object, spec: { ...(object.spec as object), replicas } }));
const addAutoscaler = (cluster: ActorCluster) =>
  cluster.create({
    apiVersion: "autoscaling/v2",
    kind,
    metadata: { name: "carts-by-hand", namespace: "shop" },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts" }, maxReplicas: 9 },
  });

test.each<{
  name: string;
  change: typeof scaled;
  meanwhile: (cluster: ActorCluster) => unknown;
  want: string | undefined;
}>([
  { name: "a number of pods, as it was left", change: scaled, meanwhile: () => {}, want: undefined },
  {
    name: "a number of pods that somebody has set otherwise",
    change: scaled,
    meanwhile: setReplicas(5),
    want: "Somebody has changed the replicas of Deployment shop/carts since.",
  },
  {
    name: "a number of pods that an autoscaler decides by now",
    change: scaled,
    meanwhile: addAutoscaler,
    want: "Autoscaler carts-by-hand decides by now how many pods Deployment shop/carts has.",
  },
  { name: "an autoscaler, as it was made", change: autoscaled, meanwhile: () => {}, want: undefined },
  {
    name: "an autoscaler whose bounds somebody has set",
    change: autoscaled,
    meanwhile: setBounds(20),
    want: "Somebody has set HorizontalPodAutoscaler shop/carts otherwise since.",
  },
])("an undo meets $name", async ({ change, meanwhile, want }) => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans, { recommendation: change });
  await approve(plans, plan);
  expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
  await meanwhile(cluster);
  cluster.writes.length = 0;
  const outcome = await undoPlan(plan.id, "slack:ann", { ...executor(cluster.actor, plans), plans });
  expect(outcome).toMatchObject(
    want === undefined ? { type: "undone" } : { type: "failed", result: { outcome: "conflict", detail: want } },
  );
  expect(cluster.writes).toHaveLength(want === undefined ? 1 : 0);
});
