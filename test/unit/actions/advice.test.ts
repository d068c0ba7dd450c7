import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Change } from "../../../src/actions/change/change.ts";
import { strategicPatch } from "../../../src/actions/change/strategic-patch.ts";
import { commitFileOf } from "../../../src/actions/plan/commit-file.ts";
import { draftDiff } from "../../../src/actions/plan/preview.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";

const draft = (...changes: readonly Change[]) => ({ changes, pods: 0, note: "" });
const hpa = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "carts", namespace: "shop" },
  spec: { maxReplicas: 5 },
};
const deployment = (spec: object): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "carts", namespace: "shop", uid: "d", resourceVersion: "7" },
  spec: { replicas: 2, template: { spec: { containers: [] } }, ...spec },
});
const restartedAt = (at: string) => ({
  template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": at } }, spec: { containers: [] } },
});
const scale: Change = { type: "scale", before: deployment({}), replicas: 4 };
const created: Change = { type: "create", object: hpa };

describe("what whoever owns the object elsewhere is told to change", () => {
  test("an object that is not there yet, whole", () => {
    const file = commitFileOf(draft(created));
    expect(file?.name).toBe("patch-horizontalpodautoscaler-carts.yaml");
    expect(parse(file?.text ?? "")).toEqual(hpa);
  });

  test("of several objects each its part, named after the first", () => {
    const file = commitFileOf(draft(scale, created));
    expect(file?.name).toBe("patch-deployment-carts.yaml");
    const [first, second] = (file?.text ?? "").split("---\n").map((part) => parse(part) as unknown);
    expect(first).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "carts", namespace: "shop" },
      spec: { replicas: 4 },
    });
    expect(second).toEqual(hpa);
  });

  test.each<{ name: string; change: Change }>([
    {
      name: "a restart, which is an order and no state",
      change: { type: "modify", before: deployment({}), after: deployment(restartedAt("2026-11-20T12:00:00Z")) },
    },
    { name: "a pod that goes", change: { type: "delete", object: deployment({}), propagation: "Background" } },
    { name: "a pod that is evicted", change: { type: "evict", object: deployment({}) } },
  ])("nothing to commit: $name", ({ change }) => expect(commitFileOf(draft(change))).toBeUndefined());

  test("its diff shows each change, without asking the server", () => {
    expect(draftDiff(draft(scale))).toMatch(/-\s+replicas: 2\n\+\s+replicas: 4/);
    expect(draftDiff(draft(created))).toMatch(/^--- HorizontalPodAutoscaler shop\/carts \(does not exist\)\n/);
    const modified: Change = { type: "modify", before: deployment({}), after: deployment({ minReadySeconds: 9 }) };
    const [first, second] = draftDiff(draft(modified, scale)).split("--- Deployment shop/carts\n").slice(1);
    expect([first, second]).toEqual([
      expect.stringMatching(/\+\s+minReadySeconds: 9/),
      expect.stringMatching(/\+\s+replicas: 4/),
    ]);
  });

  test("a value that becomes a list, or a list a value, is given whole", () => {
    expect(strategicPatch({ args: "a" }, { args: ["b"] })).toEqual({ args: ["b"] });
    expect(strategicPatch({ args: ["a"] }, { args: "b" })).toEqual({ args: "b" });
    expect(strategicPatch({ a: { b: 1 } }, { a: ["b"] })).toEqual({ a: ["b"] });
    expect(strategicPatch({ a: { b: 1, c: 2 }, d: 1 }, { a: { b: 1 } })).toEqual({ a: { c: null }, d: null });
  });
});
