import { describe, expect, test } from "vitest";
import { apiTime, deploymentOf, eventAbout, made, nodeOf, ownedBy, workPod } from "../../../support/cluster-work.ts";
import { minute, open, start, titles, type World } from "../../../support/everyday.ts";

const old = start - 24 * 60 * 60_000;

describe("growing raises nothing", () => {
  const scheduled = (at: number, message: string) => [
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: apiTime(at) },
  ];
  const grow = (world: World, told: (at: number) => void, forMs: number) => {
    const owner = { kind: "ReplicaSet", name: "web-a1" };
    const one = workPod({ name: "web-a1-x1", owner, at: old });
    const set = made("apps/v1", "ReplicaSet", "web-a1", {
      meta: ownedBy("Deployment", "web"),
      spec: { replicas: 2, template: { spec: { containers: [{ name: "app" }] } } },
    });
    world.put(nodeOf("node-1"), deploymentOf("web", { replicas: 1 }), set, one);
    world.run(2 * minute);
    const at = world.now();
    const waiting = { name: "web-a1-x2", owner, at };
    world.put(
      deploymentOf("web", { replicas: 2, available: 1, generation: 2 }),
      workPod({
        ...waiting,
        node: "",
        phase: "Pending",
        conditions: scheduled(at, "0/1 nodes are available: 1 Insufficient cpu."),
      }),
    );
    told(at);
    world.run(forMs);
    world.put(nodeOf("node-2", { at: world.now() }), workPod({ ...waiting, node: "node-2", ready: false }));
    world.run(30_000);
    world.put(
      deploymentOf("web", { replicas: 2, generation: 2 }),
      workPod({ ...waiting, node: "node-2", readyAt: world.now() }),
    );
    world.run(minute);
    return titles(world);
  };
  const about = { kind: "Pod", name: "web-a1-x2" };

  test("while the cluster autoscaler brings a node for it", () => {
    const world = open();
    const told = (at: number) =>
      world.event(
        eventAbout(about, "TriggeredScaleUp", "pod triggered scale-up: [{pool-1 1->2 (max: 5)}]", {
          at: at + 10_000,
          type: "Normal",
        }),
      );
    expect(grow(world, told, 3 * minute)).toEqual([]);
  });

  test("while Karpenter brings a node for it", () => {
    const world = open();
    const told = (at: number) =>
      world.event(
        eventAbout(about, "Nominated", "Pod should schedule on: nodeclaim/default-x7k2p", {
          at: at + 4_000,
          type: "Normal",
        }),
      );
    expect(grow(world, told, 2 * minute)).toEqual([]);
  });

  test("but a node that does not come is told", () => {
    const world = open();
    const told = (at: number) =>
      world.event(eventAbout(about, "TriggeredScaleUp", "pod triggered scale-up", { at: at + 10_000, type: "Normal" }));
    expect(grow(world, told, 12 * minute)).not.toEqual([]);
  });

  test("and so is one that nobody will bring", () => {
    expect(grow(open(), () => undefined, minute)).not.toEqual([]);
  });
});
