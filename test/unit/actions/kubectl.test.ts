import { describe, expect, test } from "vitest";
import { kubectlOfStep } from "../../../src/actions/change/kubectl.ts";
import { readableDiff } from "../../../src/actions/change/readable-diff.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { WriteStep } from "../../../src/incident/fix/action-plan.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const carts = makeRef("Deployment", "shop", "carts");
const node = makeRef("Node", undefined, "node-1");
const pod = makeRef("Pod", "shop", "carts-1");

describe("the command that makes the same request", () => {
  test.each<{ name: string; step: WriteStep; want: string }>([
    {
      name: "a patch, without what only guards it",
      step: {
        type: "patch",
        target: carts,
        patchType: "json",
        body: [
          { op: "test", path: "/spec/paused", value: false },
          { op: "replace", path: "/spec/paused", value: true },
        ],
      },
      want: `kubectl -n shop patch deployment/carts --type=json -p '[{"op":"replace","path":"/spec/paused","value":true}]'`,
    },
    {
      name: "a patch of what lies in no namespace",
      step: { type: "patch", target: node, patchType: "strategic-merge", body: { spec: { unschedulable: true } } },
      want: `kubectl patch node/node-1 --type=strategic -p '{"spec":{"unschedulable":true}}'`,
    },
    {
      name: "a quote in a value ends no argument",
      step: { type: "patch", target: carts, patchType: "merge", body: { a: "it's; rm -rf /" } },
      want: `kubectl -n shop patch deployment/carts --type=merge -p '{"a":"it'\\''s; rm -rf /"}'`,
    },
    {
      name: "a scale",
      step: {
        type: "patch",
        target: carts,
        subresource: "scale",
        patchType: "merge",
        body: { spec: { replicas: 0 } },
      },
      want: "kubectl -n shop scale deployment/carts --replicas=0",
    },
    {
      name: "a deletion",
      step: { type: "delete", target: pod, propagation: "Foreground" },
      want: "kubectl -n shop delete pod/carts-1 --cascade=foreground",
    },
    {
      name: "an eviction",
      step: { type: "evict", target: pod },
      want: `echo '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"carts-1","namespace":"shop"}}' | kubectl -n shop create --raw /api/v1/namespaces/shop/pods/carts-1/eviction -f -`,
    },
    {
      name: "a question to an application",
      step: { type: "http", target: pod, port: 8080, method: "POST", path: "/heal" },
      want: "kubectl -n shop create --raw /api/v1/namespaces/shop/pods/carts-1:8080/proxy/heal -f /dev/null",
    },
  ])("$name", ({ step, want }) => {
    expect(kubectlOfStep(step)).toBe(want);
  });
});

describe("a diff says of what it is", () => {
  const config = (pool: string): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "carts", namespace: "shop", uid: "c" },
    data: { pool },
  });
  const headOf = (before?: KubeObject, after?: KubeObject) => readableDiff(before, after).split("\n").slice(0, 2);
  test("changed, new and gone objects look different", () => {
    const name = "ConfigMap shop/carts";
    expect(headOf(config("1"), config("2"))).toEqual([`--- ${name}`, `+++ ${name}`]);
    expect(headOf(undefined, config("2"))).toEqual([`--- ${name} (does not exist)`, `+++ ${name}`]);
    expect(headOf(config("1"), undefined)).toEqual([`--- ${name}`, `+++ ${name} (deleted)`]);
    expect(readableDiff(undefined, undefined)).toBe("");
  });
  test("only what is changed is in it, and what is cut off is said", () => {
    const diff = readableDiff(config("1"), config("2"));
    expect(diff).toMatch(/-\s+pool: "1"\n\+\s+pool: "2"/);
    expect(readableDiff(config("1"), config("x".repeat(20_000)))).toMatch(/\n… \d+ more characters$/);
  });
  test("of a Secret nothing is in it", () => {
    const secret = (password: string) => ({ ...config("1"), kind: "Secret", data: { password } });
    expect(readableDiff(secret("aHVudGVyMg=="), secret("aHVudGVyMw=="))).toBe(
      "--- Secret shop/carts\n(the content of a Secret is not shown)",
    );
  });
});
