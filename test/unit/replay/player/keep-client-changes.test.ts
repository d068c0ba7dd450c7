import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { keepClientChanges } from "../../../../src/replay/player/keep-client-changes.ts";

interface Wish {
  readonly generation?: number;
  readonly annotations?: Record<string, string>;
  readonly memory?: string;
  readonly image?: string;
  readonly env?: readonly { name: string; value: string }[];
  readonly observed?: number;
}

function deployment({
  generation = 2,
  annotations = {},
  memory = "34Mi",
  image = "carts:1.6.5",
  env = [],
  observed = generation,
}: Wish): KubeObject {
  const containers = [{ name: "carts", image, env, resources: { limits: { memory } } }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "carts", namespace: "shop", uid: "u1", resourceVersion: "7", generation, annotations },
    spec: { replicas: 1, template: { spec: { containers } } },
    status: { observedGeneration: observed, readyReplicas: 1 },
  };
}

describe("an object that a client changed follows the recording and keeps what the client wanted", () => {
  test.each([
    {
      name: "a higher limit and an annotation survive the recorded fix",
      current: deployment({ generation: 3, memory: "200Mi", annotations: { "kubemend/plan": "1" } }),
      next: deployment({ generation: 3, memory: "128Mi", annotations: { revision: "3" } }),
      want: deployment({ generation: 3, memory: "200Mi", annotations: { revision: "3", "kubemend/plan": "1" } }),
    },
    {
      name: "what the client did not touch is the recording's, and counts as a new generation",
      current: deployment({ generation: 3, annotations: { "kubemend/plan": "1" } }),
      next: deployment({ generation: 3, memory: "128Mi" }),
      want: deployment({ generation: 4, memory: "128Mi", annotations: { "kubemend/plan": "1" } }),
    },
    {
      name: "lists of named items merge by name",
      current: deployment({ generation: 3, env: [{ name: "OURS", value: "1" }] }),
      next: deployment({ generation: 3, env: [{ name: "THEIRS", value: "2" }] }),
      want: deployment({
        generation: 4,
        env: [
          { name: "THEIRS", value: "2" },
          { name: "OURS", value: "1" },
        ],
      }),
    },
    {
      name: "the status is the recording's, its observed generation keeps its distance",
      current: deployment({ generation: 5, memory: "200Mi" }),
      next: deployment({ generation: 3, memory: "128Mi", observed: 2 }),
      want: deployment({ generation: 5, memory: "200Mi", observed: 4 }),
    },
  ])("$name", ({ current, next, want }) => {
    const kept = keepClientChanges(deployment({}), current, next);
    const { resourceVersion: _r, ...metadata } = want.metadata;
    expect(kept).toEqual({ ...want, metadata });
  });

  test("an annotation that the client removed stays away", () => {
    const recorded = deployment({ annotations: { a: "1", b: "2" } });
    const kept = keepClientChanges(
      recorded,
      deployment({ annotations: { b: "2" } }),
      deployment({ annotations: { a: "1", b: "3" } }),
    );
    expect(kept.metadata.annotations).toEqual({ b: "3" });
  });
});
