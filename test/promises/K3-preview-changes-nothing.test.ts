import { expect, test } from "vitest";
import { makePlan } from "../../src/actions/plan/plan.ts";
import type { ActionCode } from "../../src/incident/action-code.ts";
import type { WriteStep } from "../../src/incident/fix/action-plan.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { planDeps, recommend } from "../support/plan-fixture.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const wishes: readonly [ActionCode, readonly [string, string], Record<string, unknown>][] = [
  ["rollback-deployment", ["Deployment", "carts"], {}],
  ["restart", ["Deployment", "carts"], {}],
  ["scale", ["Deployment", "carts"], { replicas: 4 }],
  ["patch-resources", ["Deployment", "carts"], { container: "carts", limits: { memory: "96Mi" } }],
  ["patch-config", ["ConfigMap", "carts-config"], { key: "pool", value: "20", restart: ["carts"] }],
  ["patch-selector", ["Service", "carts"], { selector: { app: "carts" } }],
  ["create-hpa", ["Deployment", "carts"], { minReplicas: 1, maxReplicas: 3, cpuPercent: 70 }],
  ["delete-pod", ["Pod", "carts-2-abcde"], {}],
  ["evict-pod", ["Pod", "carts-2-abcde"], {}],
  ["delete-job", ["Job", "reindex"], {}],
  ["rerun-job", ["Job", "reindex"], {}],
  ["drain", ["Node", "node-1"], {}],
];

test("previews of every kind of write leave every version as it was (K3)", async () => {
  await using cluster = await startActorCluster();
  // A pod without a controller would keep the node from being drained.
  cluster.edit("Pod", "bare", (pod) => ({ ...pod, status: { phase: "Succeeded" } }));
  const revision = cluster.table.revision();
  const seen = new Set<string>();
  const rounds = promised(1_000, 100);
  for (let round = 0; round < rounds; round++) {
    const wish = wishes[round % wishes.length];
    if (!wish) throw new Error("no wish");
    const [action, target, params] = wish;
    const outcome = await makePlan(
      { incidentId: "7", recommendation: recommend(action, target, params) },
      planDeps(cluster.actor),
    );
    expect(outcome, action).toMatchObject({ type: "planned" });
    if (outcome.type === "planned") for (const step of outcome.plan.steps) seen.add(step.type);
  }
  expect([...seen].toSorted()).toEqual(["create", "delete", "evict", "patch"]);
  expect(cluster.table.revision()).toBe(revision);
  expect(cluster.writes).toEqual([]);
  promiseFigure("K3", `${grouped(rounds)} plans, each with its dry runs`, "resourceVersion unchanged");
});

test("a dry run of a deletion deletes nothing: with a body, the API ignores the query (K3)", async () => {
  await using cluster = await startActorCluster();
  const step: WriteStep = {
    type: "delete",
    target: makeRef("Pod", "shop", "carts-2-abcde"),
    propagation: "Background",
  };
  expect(await cluster.actor.dryRun(step)).toMatchObject({ type: "done" });
  expect(cluster.get("Pod", "carts-2-abcde")?.metadata.deletionTimestamp).toBeUndefined();
  expect(await cluster.actor.apply(step, {})).toMatchObject({ type: "done" });
  expect(cluster.writes).toHaveLength(1);
});
