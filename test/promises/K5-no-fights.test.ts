import { describe, expect, test } from "vitest";
import type { ActorPreviewPort } from "../../src/actions/cluster-port.ts";
import { makePlan, type PlanDeps } from "../../src/actions/plan/plan.ts";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import type { PlanRefusalReason } from "../../src/incident/fix/action-plan.ts";
import type { Recommendation } from "../../src/incident/fix/recommendation.ts";
import { type ActorCluster, startActorCluster } from "../support/actor-cluster.ts";
import { planDeps, recommend } from "../support/plan-fixture.ts";
import { promiseFigure } from "../support/promise-figure.ts";

const carts = ["Deployment", "carts"] as const;
const limits = (memory: string) => ({ container: "carts", limits: { memory } });
const annotate = (annotations: Record<string, string>) => (object: KubeObject) => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});
const label = (labels: Record<string, string>) => (object: KubeObject) => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
});

interface Case {
  readonly name: string;
  readonly recommendation: Recommendation;
  readonly given?: (cluster: ActorCluster) => unknown;
  readonly deps?: (cluster: ActorPreviewPort) => Partial<PlanDeps>;
  readonly reason: PlanRefusalReason;
  readonly detail: RegExp;
}

/** A budget that lets no pod of carts go, and one that is there to be deleted. */
const withSpentBudget = (c: ActorCluster) =>
  c
    .create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "carts", namespace: "shop" },
      spec: { minAvailable: 2, selector: { matchLabels: { app: "carts" } } },
      status: {
        disruptionsAllowed: 0,
        currentHealthy: 1,
        desiredHealthy: 2,
        expectedPods: 2,
        observedGeneration: 1,
      },
    })
    .then(() =>
      c.edit("Pod", "carts-2-abcde", (o) => ({
        ...o,
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      })),
    );

const cases: readonly Case[] = [
  {
    name: "Argo CD owns it",
    given: (c) =>
      c.edit("Deployment", "carts", annotate({ "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/carts" })),
    recommendation: recommend("patch-resources", carts, limits("96Mi")),
    reason: "managed-by-gitops",
    detail: /Argo CD.*Commit/,
  },
  {
    name: "Flux owns it",
    given: (c) => c.edit("Deployment", "carts", label({ "kustomize.toolkit.fluxcd.io/name": "shop" })),
    recommendation: recommend("rollback-deployment", carts),
    reason: "managed-by-gitops",
    detail: /Flux/,
  },
  {
    name: "an operator keeps it as it is",
    given: (c) =>
      c.edit("StatefulSet", "db", (o) => ({
        ...o,
        metadata: {
          ...o.metadata,
          ownerReferences: [
            { apiVersion: "acid.zalan.do/v1", kind: "postgresql", name: "db", uid: "1", controller: true },
          ],
        },
      })),
    recommendation: recommend("rollback-deployment", ["StatefulSet", "db"], { toRevision: 1 }),
    reason: "managed-by-controller",
    detail: /postgresql db/,
  },
  {
    name: "an autoscaler decides the pods",
    recommendation: recommend("scale", ["StatefulSet", "db"], { replicas: 3 }),
    reason: "hpa-owns-replicas",
    detail: /db-scaler/,
  },
  {
    name: "a paused rollout",
    recommendation: recommend("restart", ["Deployment", "payment"]),
    reason: "rollout-paused",
    detail: /Resume it first/,
  },
  {
    name: "a paused rollout that has to read a config map again",
    recommendation: recommend("patch-config", ["ConfigMap", "carts-config"], {
      key: "pool",
      value: "20",
      restart: ["payment"],
    }),
    reason: "rollout-paused",
    detail: /payment/,
  },
  {
    name: "a disruption budget holds a pod",
    given: withSpentBudget,
    recommendation: recommend("delete-pod", ["Pod", "carts-2-abcde"]),
    reason: "disruption-budget",
    detail: /budget shop\/carts allows 0 disruptions now/,
  },
  {
    name: "an eviction that a budget forbids",
    given: withSpentBudget,
    recommendation: recommend("evict-pod", ["Pod", "carts-2-abcde"]),
    reason: "disruption-budget",
    detail: /cannot be evicted now\. Disruption budget shop\/carts allows 0/,
  },
];

describe("kubemend never fights another controller (K5); no plan is made for", () => {
  test.each(cases)("$name", async ({ recommendation, given, deps, reason, detail }) => {
    await using cluster = await startActorCluster();
    await given?.(cluster);
    cluster.writes.length = 0;
    const outcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor, deps?.(cluster.actor)));
    expect(outcome).toMatchObject({ type: "refused", refusal: { reason, detail: expect.stringMatching(detail) } });
    expect(cluster.writes).toEqual([]);
  });

  test("any of the owners there are", () => {
    expect(new Set(cases.map(({ reason }) => reason)).size).toBeGreaterThan(4);
    promiseFigure("K5", `${cases.length} objects that somebody else owns or guards`, "each refused with its reason");
  });
});

describe("what is not a conflict", () => {
  test("a restart of what Argo CD owns: the annotation is in no manifest", async () => {
    await using cluster = await startActorCluster();
    cluster.edit("Deployment", "carts", annotate({ "argocd.argoproj.io/tracking-id": "x" }));
    expect(
      await makePlan({ incidentId: "7", recommendation: recommend("restart", carts) }, planDeps(cluster.actor)),
    ).toMatchObject({ type: "planned" });
  });

  test("scaling up from zero under an autoscaler, which leaves such a workload alone", async () => {
    await using cluster = await startActorCluster();
    cluster.edit("StatefulSet", "db", (object) => ({ ...object, spec: { ...(object.spec as object), replicas: 0 } }));
    const recommendation = recommend("scale", ["StatefulSet", "db"], { replicas: 1 });
    expect(await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor))).toMatchObject({
      type: "planned",
    });
  });

  test("deleting a pod that is not ready, whatever the budget allows", async () => {
    await using cluster = await startActorCluster();
    const recommendation = recommend("delete-pod", ["Pod", "carts-2-abcde"]);
    expect(await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor))).toMatchObject({
      type: "planned",
    });
  });

  test("a change owned elsewhere comes with its diff, to be committed there", async () => {
    await using cluster = await startActorCluster();
    cluster.edit("Deployment", "carts", annotate({ "argocd.argoproj.io/instance": "shop" }));
    const outcome = await makePlan(
      { incidentId: "7", recommendation: recommend("patch-resources", carts, limits("96Mi")) },
      planDeps(cluster.actor),
    );
    expect(outcome).toMatchObject({ refusal: { diff: expect.stringContaining("+              memory: 96Mi") } });
  });
});
