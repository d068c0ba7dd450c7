import { describe, expect, test } from "vitest";
import { followRollouts } from "../../../src/actions/verify/followed-rollouts.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { ActionPlan, WriteStep } from "../../../src/incident/fix/action-plan.ts";
import type { Execution } from "../../../src/incident/fix/execution.ts";
import { makeRef, type ObjectRef, refKey } from "../../../src/incident/object-ref.ts";
import { planView } from "../../support/incident-view.ts";

const carts = makeRef("Deployment", "shop", "carts");
const config = makeRef("ConfigMap", "shop", "carts-config");
const pod = makeRef("Pod", "shop", "carts-1-a");
const patch = (target: ObjectRef): WriteStep => ({ type: "patch", target, patchType: "json", body: [] });

const deployment = (status: object, resourceVersion = "20"): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "carts", namespace: "shop", uid: "d", generation: 2, resourceVersion },
  spec: { replicas: 2, template: { spec: { containers: [] } } },
  status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
});
const complete = deployment({});
const starting = deployment({ availableReplicas: 1 });
const stalled = deployment({
  conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
});

const applied: Execution = {
  id: "e",
  planId: planView.plan.id,
  kind: "apply",
  outcome: "applied",
  detail: "",
  startedAt: 0,
  resourceVersionBefore: "10",
  resourceVersionAfter: "20",
};

function follow(
  plan: Partial<ActionPlan>,
  objects: readonly (readonly [ObjectRef, KubeObject])[],
  executions: readonly Execution[] = [applied],
) {
  const seen = new Map(objects.map(([ref, object]) => [refKey(ref), object]));
  const { alsoHolds: _none, ...own } = planView.plan;
  return followRollouts({ ...planView, plan: { ...own, ...plan }, executions }, async (ref) => seen.get(refKey(ref)));
}

describe("a value that workloads read anew", () => {
  const plan = { target: config, steps: [patch(config), patch(carts)] };
  test("is there when their pods have been replaced", async () => {
    expect(await follow(plan, [[carts, complete]])).toEqual({ state: "complete" });
  });
  test("is not there before, although nothing is left to do for the ConfigMap itself", async () => {
    expect(await follow(plan, [[carts, starting]])).toEqual({
      state: "progressing",
      reason: "Deployment shop/carts: 1 of 2 pods are available",
    });
    expect(await follow(plan, [[carts, stalled]])).toMatchObject({ state: "stalled" });
  });
});

describe.each(["delete", "evict"] as const)("a pod that goes by %s", (type) => {
  const step: WriteStep = type === "delete" ? { type, target: pod, propagation: "Background" } : { type, target: pod };
  const plan = { target: pod, steps: [step], alsoHolds: [carts, makeRef("Node", undefined, "node-1")] };
  test("is replaced when the one in its place is there", async () => {
    expect(await follow(plan, [[carts, starting]])).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("1 of 2 pods are available"),
    });
    expect(await follow(plan, [[carts, complete]])).toEqual({ state: "not-applicable" });
  });
  test("does not have to move a rollout that stood still before", async () => {
    expect(await follow(plan, [[carts, stalled]])).toEqual({ state: "not-applicable" });
  });
});

test("a pod that heals itself replaces none: what else its workload is doing does not count", async () => {
  const step: WriteStep = { type: "http", target: pod, port: 80, method: "POST", path: "/heal" };
  expect(await follow({ target: pod, steps: [step], alsoHolds: [carts] }, [[carts, starting]])).toEqual({
    state: "not-applicable",
  });
});

test("a rollout of the target itself is told without its name, of several the first that has not ended", async () => {
  const db = makeRef("StatefulSet", "shop", "db");
  const plan = { target: carts, steps: [patch(carts), patch(db)] };
  const waiting = "1 of 2 pods are available";
  expect(await follow(plan, [[carts, starting]])).toEqual({ state: "progressing", reason: waiting });
  expect(
    await follow(plan, [
      [carts, complete],
      [db, starting],
    ]),
  ).toEqual({ state: "progressing", reason: `StatefulSet shop/db: ${waiting}` });
});

describe("a watch that lags behind", () => {
  const plan = { target: carts, steps: [patch(carts)] };
  test("shows a rollout as complete that has not begun: it is that of before", async () => {
    expect(await follow(plan, [[carts, deployment({}, "10")]])).toEqual({
      state: "progressing",
      reason: "Deployment shop/carts is still seen as it was before",
    });
    expect(await follow(plan, [[carts, deployment({}, "20")]])).toEqual({ state: "complete" });
  });
  test.each([
    ["nothing is known of before", []],
    ["an attempt that changed nothing", [{ ...applied, outcome: "conflict" as const }]],
    ["what was taken back", [{ ...applied, kind: "undo" as const }]],
  ])("holds up nothing: %s", async (_name, executions) => {
    expect(await follow(plan, [[carts, deployment({}, "10")]], executions)).toEqual({ state: "complete" });
  });
});
