import { expect, test } from "vitest";
import { namespaceRefusal } from "../../../src/chaos/guard.ts";

const namespace = (name: string, labels?: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, uid: name, ...(labels ? { labels } : {}) },
});
const allowed = { "kubemend.dev/chaos": "allowed" };

test("experiments run where the owner of the namespace allows them", () =>
  expect(namespaceRefusal("shop", namespace("shop", allowed), ["kubemend"])).toBeUndefined());

test.each([
  ["one of Kubernetes itself", "kube-system", namespace("kube-system", allowed), /belongs to Kubernetes/],
  ["where kubemend runs", "kubemend", namespace("kubemend", allowed), /kubemend itself runs in kubemend/],
  [
    "where kubemend runs by its labels",
    "tools",
    namespace("tools", { ...allowed, "app.kubernetes.io/part-of": "kubemend" }),
    /kubemend itself runs in tools/,
  ],
  ["one that is not there", "shop", undefined, /there is no namespace shop/],
  ["without a label", "shop", namespace("shop"), /kubectl label namespace shop kubemend\.dev\/chaos=allowed/],
  ["with another word", "shop", namespace("shop", { "kubemend.dev/chaos": "maybe" }), /does not allow experiments/],
])("and nowhere else: %s", (_name, name, found, why) =>
  expect(namespaceRefusal(name, found, ["kubemend"])).toMatch(why));
