import { describe, expect, test } from "vitest";
import { makeRef, type ObjectRef } from "../../../src/incident/object-ref.ts";
import type { Change } from "../../../src/rca/gather/changes.ts";
import { withoutTakenBack } from "../../../src/rca/gather/taken-back.ts";
import { crashed, ns, quietShop, waiting } from "./shop.ts";

const payment = makeRef("Service", ns, "payment");
const quota = makeRef("ResourceQuota", ns, "small");
const object = (ref: ObjectRef) => ({ apiVersion: "v1", kind: ref.kind, metadata: { name: ref.name } });
const set = (at: number, path: string, before: string | undefined, after: string | undefined): Change => ({
  ref: payment,
  at,
  action: "modified",
  fields: [
    { path, area: "selector", ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) },
  ],
  after: object(payment) as Change["after"],
});
const whole = (at: number, action: "created" | "deleted"): Change => ({
  ref: quota,
  at,
  action,
  fields: [],
  after: object(quota) as Change["after"],
});

test.each<{ name: string; changes: readonly Change[]; left: readonly number[] }>([
  { name: "there and back", changes: [set(1, "a", "x", "y"), set(2, "a", "y", "x")], left: [] },
  { name: "set and removed again", changes: [set(1, "a", undefined, "y"), set(2, "a", "y", undefined)], left: [] },
  {
    name: "there, back, and somewhere else",
    changes: [set(1, "a", "x", "y"), set(2, "a", "y", "x"), set(3, "a", "x", "z")],
    left: [3],
  },
  {
    name: "a detour that ends where it was",
    changes: [set(1, "a", "x", "y"), set(2, "a", "y", "z"), set(3, "a", "z", "x")],
    left: [],
  },
  { name: "another field", changes: [set(1, "a", "x", "y"), set(2, "b", "y", "x")], left: [1, 2] },
  { name: "back too late to be settled", changes: [set(1, "a", "x", "y"), set(11, "a", "y", "x")], left: [1, 11] },
  {
    name: "values that are not told may differ",
    changes: [set(1, "a", "(hidden)", "(hidden)"), set(2, "a", "(hidden)", "(hidden)")],
    left: [1, 2],
  },
  { name: "made and deleted", changes: [whole(1, "created"), whole(2, "deleted")], left: [] },
  { name: "deleted and made again", changes: [whole(1, "deleted"), whole(2, "created")], left: [1, 2] },
])("what was taken back: $name", ({ changes, left }) => {
  expect(withoutTakenBack(changes, 10).map(({ at }) => at)).toEqual(left);
});

describe("what was repaired before is not blamed for what breaks now", () => {
  test("a quota that refused a pod which has been there since", async () => {
    const shop = await quietShop();
    const set = shop.observation.objects
      .list("ReplicaSet")
      .find(
        ({ metadata }) => metadata.ownerReferences?.[0]?.name === "payment" && metadata.name.startsWith("payment-"),
      );
    if (!set) throw new Error("payment has a replica set");
    const at = new Date(shop.onset - 100_000).toISOString();
    shop.observation.events.push(
      {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: "refused", namespace: ns, uid: "refused", creationTimestamp: at },
        involvedObject: { kind: "ReplicaSet", namespace: ns, name: set.metadata.name },
        type: "Warning",
        reason: "FailedCreate",
        message: `Error creating: pods "payment-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=8, limited: pods=8`,
        count: 2,
        firstTimestamp: at,
        lastTimestamp: at,
      },
      shop.onset - 100_000,
    );
    shop.change("Deployment", "payment", (draft) => {
      draft.spec.replicas = 0;
    });
    shop.dropPods("payment");
    const { diagnosis } = shop.diagnose([
      ["Deployment", "payment", "state", "ScaledToZero"],
      ["Deployment", "orders", "metric", "error-ratio"],
    ]);
    expect(diagnosis.hypotheses[0]?.cause).toBe("dependency-down");
    expect(diagnosis.hypotheses.map(({ cause }) => cause)).not.toContain("quota-exceeded");
  });

  test("a pod that waited for a secret and was replaced", async () => {
    const shop = await quietShop();
    const name = shop.freshPod("payment", waiting("payment", "CreateContainerConfigError", 'secret "keys" not found'));
    const pod = shop.observation.objects.get("Pod", ns, name);
    if (!pod) throw new Error("the pod is there");
    shop.observation.objects.apply("DELETED", pod, shop.onset - 120_000);
    const { diagnosis } = shop.diagnose([["Deployment", "payment", "metric", "latency"]]);
    expect(diagnosis.hypotheses.map(({ cause }) => cause)).not.toContain("missing-config");
  });

  test("a selector that led to other pods for a while and is as it was", async () => {
    const shop = await quietShop();
    const lead = (app: string) =>
      shop.change("Service", "payment", (draft) => {
        draft.spec.selector = { app };
      });
    const usual = shop.observation.objects.get("Service", ns, "payment")?.spec.selector?.["app"] ?? "";
    lead("catalogue");
    const symptom = [["Deployment", "payment", "metric", "latency"]] as const;
    expect(shop.diagnose(symptom).diagnosis.hypotheses.map(({ cause }) => cause)).toContain("selector-mismatch");
    lead(usual);
    expect(shop.diagnose(symptom).diagnosis.hypotheses.map(({ cause }) => cause)).not.toContain("selector-mismatch");
  });

  test.each([
    { name: "gone for twenty seconds", gone: true },
    { name: "told to go twenty seconds ago, and still there", gone: false },
  ])("an image that could not be pulled, its pod $name, when the next release crashes", async ({ gone }) => {
    const shop = await quietShop();
    const name = shop.freshPod("payment", waiting("payment", "ErrImagePull", "manifest unknown: not found"));
    const { objects } = shop.observation;
    const pod = objects.get("Pod", ns, name);
    if (!pod) throw new Error("the pod is there");
    const toldAt = shop.onset - 20_000;
    const leaving = {
      ...pod,
      metadata: {
        ...pod.metadata,
        deletionTimestamp: new Date(toldAt + 30_000).toISOString(),
        deletionGracePeriodSeconds: 30,
      },
      status: { ...pod.status, phase: "Pending" },
    };
    objects.apply(gone ? "DELETED" : "MODIFIED", leaving, toldAt);
    shop.freshPod("payment", crashed("payment", 9, shop.onset, "Error", 1));
    const { diagnosis } = shop.diagnose([["Deployment", "payment", "state", "CrashLoopBackOff"]]);
    expect(diagnosis.hypotheses.map(({ cause }) => cause)).not.toContain("image-not-found");
  });
});
