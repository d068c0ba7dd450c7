import { describe, expect, test } from "vitest";
import { apiTime, deploymentOf, eventAbout, made, nodeOf, ownedBy, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open, titles, type World } from "../../../support/everyday.ts";

const owner = { kind: "ReplicaSet", name: "web-a1" };
const about = { kind: "Pod", name: "web-a1-x2" };

const statusMap = made("v1", "ConfigMap", "cluster-autoscaler-status", { meta: { namespace: "kube-system" } });
const ofKarpenter = {
  ...nodeOf("node-0"),
  metadata: { name: "node-0", labels: { "karpenter.sh/nodepool": "default" } },
};

/** A pod waits for room; what is told a minute and a half later, when its node has just come. */
function waitFor(message: string, inCluster: readonly object[], told: (world: World) => void = () => undefined) {
  const world = open();
  world.put(
    nodeOf("node-1"),
    ...inCluster,
    deploymentOf("web", { replicas: 1 }),
    made("apps/v1", "ReplicaSet", "web-a1", {
      meta: ownedBy("Deployment", "web"),
      spec: { replicas: 1, template: { spec: { containers: [{ name: "app" }] } } },
    }),
    workPod({ name: "web-a1-x1", owner, at: old }),
  );
  world.run(minute);
  const at = world.now();
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
  world.put(
    deploymentOf("web", { replicas: 2, available: 1, generation: 2 }),
    workPod({
      name: "web-a1-x2",
      owner,
      at,
      node: "",
      phase: "Pending",
      conditions: [{ ...condition, lastTransitionTime: apiTime(at) }],
    }),
  );
  // The autoscaler looks around every ten seconds, and more rarely in a large cluster.
  world.run(30_000);
  told(world);
  world.run(minute);
  return titles(world);
}

const room = "0/1 nodes are available: 1 Insufficient cpu.";
const brings = (world: World) =>
  world.event(
    eventAbout(about, "TriggeredScaleUp", "pod triggered scale-up: [{pool-1 1->2 (max: 5)}]", {
      at: world.now(),
      type: "Normal",
    }),
  );
const refuses = (world: World) =>
  world.event(
    eventAbout(about, "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached", {
      at: world.now(),
      type: "Normal",
    }),
  );

describe("a pod that waits until the autoscaler has looked", () => {
  test("with the status that the cluster autoscaler keeps", () => {
    expect(waitFor(room, [statusMap], brings)).toEqual([]);
  });

  test("with nodes of Karpenter, one of which is being replaced", () => {
    const message =
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {karpenter.sh/disrupted: }.";
    const taints = [{ key: "karpenter.sh/disrupted", effect: "NoSchedule" }];
    const nominated = (world: World) =>
      world.event(
        eventAbout(about, "Nominated", "Pod should schedule on: nodeclaim/default-x7k2p", {
          at: world.now(),
          type: "Normal",
        }),
      );
    expect(waitFor(message, [{ ...ofKarpenter, spec: { taints } }], nominated)).toEqual([]);
  });

  test("is told when it says that it brings none", () => {
    expect(waitFor(room, [statusMap], refuses)).toEqual(["web has pods that no node takes"]);
  });

  test("is told when it says nothing", () => {
    expect(waitFor(room, [statusMap])).toEqual(["web has pods that no node takes"]);
  });
});

test("a node that an autoscaler takes away is not held responsible for a pod that finds no room", () => {
  const world = open();
  const disrupted = { taints: [{ key: "karpenter.sh/disrupted", effect: "NoSchedule" }] };
  const waiting = (message: string, at: number) =>
    workPod({
      name: "db-0",
      owner: { kind: "StatefulSet", name: "db" },
      at,
      node: "",
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: apiTime(at) },
      ],
    });
  world.put(nodeOf("node-1"), nodeOf("node-2"));
  world.run(minute);
  world.put(nodeOf("node-2", { spec: disrupted }));
  world.run(minute);
  world.put(
    made("apps/v1", "StatefulSet", "db", { spec: { replicas: 1 } }),
    waiting(
      "0/2 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint {karpenter.sh/disrupted: }.",
      world.now(),
    ),
  );
  world.run(minute);
  expect(titles(world).filter((title) => title.startsWith("Node"))).toEqual([]);
  expect(titles(world)).toHaveLength(1);
});
