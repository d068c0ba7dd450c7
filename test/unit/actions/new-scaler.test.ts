import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { makePlan } from "../../../src/actions/plan/plan.ts";
import { cpuSetterOf } from "../../../src/actions/vertical-autoscaler.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { executeNext } from "../../support/carry-out.ts";
import { planDeps, recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

const autoscaled = recommend("create-hpa", ["Deployment", "carts"], { minReplicas: 1, maxReplicas: 4, cpuPercent: 70 });
const scaled = recommend("scale", ["Deployment", "carts"], { replicas: 3 });

const horizontal = (name: string, owner?: string) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: {
    name,
    namespace: "shop",
    ...(owner
      ? {
          ownerReferences: [
            { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", name: owner, uid: "u", controller: true },
          ],
        }
      : {}),
  },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts" },
    minReplicas: 1,
    maxReplicas: 9,
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } }],
  },
});

const vertical = (spec: object = {}, namespace = "shop"): KubeObject => ({
  apiVersion: "autoscaling.k8s.io/v1",
  kind: "VerticalPodAutoscaler",
  metadata: { name: "carts-size", namespace, uid: "v" },
  spec: { targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts" }, ...spec },
});

/** A cluster in which these are the vertical autoscalers. */
const withVertical = (actor: ActorPort, objects: readonly KubeObject[]): ActorPort => ({
  ...actor,
  list: async (kind, namespace) =>
    kind === "VerticalPodAutoscaler" ? { type: "found", objects } : await actor.list(kind, namespace),
});

describe("a plan about how many pods there are, when somebody else decides about them by the time it is carried out", () => {
  const already = (name: string) =>
    expect.stringContaining(`utoscaler ${name} decides by now how many pods Deployment shop/carts has.`);
  test.each<{
    name: string;
    recommendation?: typeof autoscaled;
    meanwhile?: (cluster: ActorCluster) => unknown;
    seen?: (actor: ActorPort) => ActorPort;
    want: unknown;
  }>([
    { name: "nobody does", want: { result: { outcome: "applied" } } },
    {
      name: "an autoscaler has come",
      meanwhile: (cluster) => cluster.create(horizontal("carts-by-hand")),
      want: { result: { outcome: "conflict", detail: already("carts-by-hand") } },
    },
    {
      name: "KEDA scales it",
      meanwhile: (cluster) => cluster.create(horizontal("keda-hpa-carts", "carts")),
      want: { result: { outcome: "conflict", detail: already("keda-hpa-carts (of ScaledObject carts)") } },
    },
    {
      name: "its CPU requests are set by another",
      seen: (actor) => withVertical(actor, [vertical()]),
      want: {
        result: {
          outcome: "conflict",
          detail:
            "VerticalPodAutoscaler carts-size sets the CPU requests of Deployment shop/carts by now, which an autoscaler by CPU use would follow.",
        },
      },
    },
    {
      name: "it is scaled by hand, and an autoscaler has come",
      recommendation: scaled,
      meanwhile: (cluster) => cluster.create(horizontal("carts-by-hand")),
      want: { result: { outcome: "conflict", detail: already("carts-by-hand") } },
    },
    {
      name: "it is scaled by hand, and only its CPU requests are set by another",
      recommendation: scaled,
      seen: (actor) => withVertical(actor, [vertical()]),
      want: { result: { outcome: "applied" } },
    },
    {
      name: "nobody can tell",
      seen: (actor) => ({
        ...actor,
        list: async () => ({ type: "failed", reason: "unreachable", detail: "ECONNREFUSED" }),
      }),
      want: { type: "postponed", detail: "autoscalers could not be read: ECONNREFUSED" },
    },
  ])("$name", async ({ recommendation = autoscaled, meanwhile, seen = (actor) => actor, want }) => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, { recommendation });
    await approve(plans, plan);
    await meanwhile?.(cluster);
    cluster.writes.length = 0;
    const outcome = await executeNext(executor(seen(cluster.actor), plans));
    expect(outcome).toMatchObject(want as object);
    const applied = JSON.stringify(want).includes('"applied"');
    expect(cluster.writes.map(({ verb }) => verb)).toHaveLength(applied ? 1 : 0);
  });
});

test("no autoscaler by CPU use is offered where another sets the CPU requests", async () => {
  await using cluster = await startActorCluster();
  const made = (objects: readonly KubeObject[]) =>
    makePlan({ incidentId: "7", recommendation: autoscaled }, planDeps(withVertical(cluster.actor, objects)));
  expect((await made([])).type).toBe("planned");
  expect(await made([vertical()])).toMatchObject({
    refusal: {
      reason: "not-supported",
      detail: expect.stringContaining("VerticalPodAutoscaler carts-size sets the CPU"),
    },
  });
});

const policies = (...containerPolicies: object[]) => ({ resourcePolicy: { containerPolicies } });
test.each([
  { name: "sets both by default", of: vertical(), want: true },
  { name: "only recommends", of: vertical({ updatePolicy: { updateMode: "Off" } }), want: false },
  {
    name: "sets memory alone",
    of: vertical(policies({ containerName: "*", controlledResources: ["memory"] })),
    want: false,
  },
  { name: "leaves all containers alone", of: vertical(policies({ containerName: "*", mode: "Off" })), want: false },
  { name: "leaves one container alone", of: vertical(policies({ containerName: "proxy", mode: "Off" })), want: true },
  {
    name: "sets the CPU of one container",
    of: vertical(
      policies(
        { containerName: "*", controlledResources: ["memory"] },
        { containerName: "carts", controlledResources: ["cpu"] },
      ),
    ),
    want: true,
  },
  { name: "is of another namespace", of: vertical({}, "bank"), want: false },
  { name: "is of another workload", of: vertical({ targetRef: { kind: "StatefulSet", name: "carts" } }), want: false },
])("a vertical autoscaler that $name: $want", ({ of, want }) => {
  const carts: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "carts", namespace: "shop", uid: "c" },
  };
  expect(cpuSetterOf(carts, [of]) !== undefined).toBe(want);
});
