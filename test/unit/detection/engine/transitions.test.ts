import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createTransitions } from "../../../../src/detection/engine/transitions.ts";

const target = { kind: "Deployment", namespace: "shop", name: "carts" };
const deployment = (available: number, template = "1"): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "carts", namespace: "shop", uid: "d1", generation: 1 },
  spec: { replicas: 1, selector: { matchLabels: {} }, template: { metadata: { labels: { v: template } }, spec: {} } },
  status: {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    ...(available > 0 ? { availableReplicas: available } : {}),
  },
});

describe("work of a workload", () => {
  const start = () => {
    const observation = createObservation({ cluster: "test" });
    const transitions = createTransitions({ echoMs: () => 25_000 });
    const see = (available: number, at: number) => {
      observation.objects.apply("MODIFIED", deployment(available), at);
      transitions.observe(deployment(available), at);
    };
    see(1, 0);
    transitions.update(observation, 5_000);
    return { observation, transitions, see };
  };

  it("counts when it begins and ends between two ticks", () => {
    const { observation, transitions, see } = start();
    see(0, 6_000);
    see(1, 9_000);
    transitions.update(observation, 10_000);
    expect(transitions.inProgress(target)).toBe(false);
    expect(transitions.settling(target, 30_000)).toBe(true);
    expect(transitions.settling(target, 36_000)).toBe(false);
  });

  it("is over sooner for what is no rate, where rates remember it for long", () => {
    const observation = createObservation({ cluster: "test" });
    const transitions = createTransitions({ echoMs: () => 75_000 });
    for (const [available, at] of [
      [1, 0],
      [0, 6_000],
      [1, 9_000],
    ] as const) {
      observation.objects.apply("MODIFIED", deployment(available), at);
      transitions.observe(deployment(available), at);
    }
    transitions.update(observation, 10_000);
    expect(transitions.settling(target, 45_000)).toBe(true);
    expect(transitions.settling(target, 39_000, 30_000)).toBe(true);
    expect(transitions.settling(target, 45_000, 30_000)).toBe(false);
  });

  it("disturbs no longer than its grace", () => {
    const { observation, transitions, see } = start();
    see(0, 6_000);
    transitions.update(observation, 10_000);
    expect(transitions.settling(target, 60_000)).toBe(true);
    expect(transitions.settling(target, 70_000)).toBe(false);
    expect(transitions.inProgress(target)).toBe(true);
  });

  it("is not seen where nothing is missing", () => {
    const { observation, transitions, see } = start();
    see(1, 6_000);
    transitions.update(observation, 10_000);
    expect(transitions.settling(target, 10_000)).toBe(false);
  });
});
