import { describe, expect, test } from "vitest";
import { podCountOf, rolloutNote } from "../../../src/actions/change/workload.ts";
import { makePlan } from "../../../src/actions/plan/plan.ts";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { planDeps, recommend } from "../../support/plan-fixture.ts";

const workload = (kind: string, spec: object, status: object = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "carts", namespace: "shop", uid: "w" },
  spec,
  status,
});

describe("how many pods a rollout replaces, and how, is said before it is approved", () => {
  test.each([
    { object: workload("Deployment", { replicas: 3 }), pods: 3, note: "3 pods are replaced one after the other." },
    { object: workload("Deployment", {}), pods: 1, note: "1 pod is replaced." },
    {
      object: workload("Deployment", { replicas: 3, strategy: { type: "Recreate" } }),
      pods: 3,
      note: "3 pods are stopped and then started anew: a short outage.",
    },
    {
      object: workload("StatefulSet", { replicas: 2, updateStrategy: { type: "OnDelete" } }),
      pods: 2,
      note: "2 pods are NOT replaced by itself: update strategy OnDelete waits for each pod to be deleted.",
    },
    {
      object: workload("DaemonSet", {}, { desiredNumberScheduled: 40 }),
      pods: 40,
      note: "40 pods are replaced one after the other.",
    },
    {
      object: workload("CronJob", { replicas: 7 }),
      pods: 0,
      note: "The next run of the CronJob uses it; a run in progress is not touched.",
    },
  ])("$object.kind $object.spec: $pods pods", ({ object, pods, note }) => {
    expect(podCountOf(object)).toBe(pods);
    expect(rolloutNote(object)).toBe(note);
  });
});

describe("a node is not drained while a protected namespace has pods there", () => {
  const policy = policySchema.parse({
    version: 1,
    protectedNamespaces: ["vault-*"],
    rules: [{ name: "all", namespaces: ["*"], maxRisk: "high", approvers: { anyone: true } }],
  });
  test.each([
    { pods: 0, more: undefined },
    { pods: 1, more: "Pod vault-1/keys-1." },
    { pods: 3, more: "Pod vault-1/keys-1, Pod vault-1/keys-2, Pod vault-1/keys-3." },
    { pods: 5, more: "Pod vault-1/keys-1, Pod vault-1/keys-2, Pod vault-1/keys-3 and 2 more." },
  ])("$pods of them", async ({ pods, more }) => {
    await using cluster = await startActorCluster();
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "vault-1" } });
    for (let i = 1; i <= pods; i++)
      await cluster.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: `keys-${i}`,
          namespace: "vault-1",
          ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "keys", uid: "k", controller: true }],
        },
        spec: { nodeName: "node-1", containers: [{ name: "keys", image: "registry.local/keys:1" }] },
      });
    const recommendation = recommend("drain", ["Node", "node-1"]);
    const outcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor, { policy }));
    if (more === undefined) expect(outcome.type).toBe("planned");
    else
      expect(outcome).toMatchObject({
        type: "refused",
        refusal: { reason: "policy-refused", detail: `It would also touch what the policy protects: ${more}` },
      });
  });

  test("nor while a namespace of its pods has had as many changes as its budget allows", async () => {
    await using cluster = await startActorCluster();
    const recommendation = recommend("drain", ["Node", "node-1"]);
    const made = (namespaces: ReadonlyMap<string, number>) =>
      makePlan(
        { incidentId: "7", recommendation },
        planDeps(cluster.actor, {
          policy,
          standing: async () => ({ now: Date.now(), frozen: false, spent: { cluster: 10, namespaces } }),
        }),
      );
    expect((await made(new Map([["elsewhere", 10]]))).type).toBe("planned");
    expect(await made(new Map([["shop", 10]]))).toMatchObject({
      refusal: {
        reason: "policy-refused",
        detail: "It also touches namespaces whose budget of 10 changes an hour is used up: shop (10 made).",
      },
    });
  });
});

test("a drain tells of Services and disruption budgets only in the namespaces of the pods that it evicts", async () => {
  await using cluster = await startActorCluster();
  const recommendation = recommend("drain", ["Node", "node-1"]);
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "elsewhere" } });
  await cluster.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "namesake", namespace: "elsewhere" },
    spec: { selector: { app: "carts" }, ports: [{ port: 80 }] },
  });
  await cluster.create({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "namesake", namespace: "elsewhere" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "carts" } } },
  });
  const made = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor));
  if (made.type !== "planned") throw new Error(made.refusal.detail);
  const { services, note } = made.plan.blastRadius;
  expect(services.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(["shop/carts-internal"]);
  expect(note).not.toContain("namesake");
});
