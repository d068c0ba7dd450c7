import { describe, expect, test } from "vitest";
import {
  apiTime,
  daemonSet,
  deploymentOf,
  eventAbout,
  made,
  nodeOf,
  ownedBy,
  statefulSet,
  workPod,
} from "../../../support/cluster-work.ts";
import { minute, open, start, titles } from "../../../support/everyday.ts";

const old = start - 24 * 60 * 60_000;

describe("nodes that come and go raise nothing", () => {
  test("a node that joins is not ready until its network is", () => {
    const world = open();
    world.put(nodeOf("node-1"), daemonSet("agent", { replicas: 1 }));
    world.run(minute);
    const at = world.now();
    const joining = nodeOf("node-2", {
      at,
      ready: false,
      message: "container runtime network not ready: cni plugin not initialized",
    });
    world.put(joining, daemonSet("agent", { replicas: 2, available: 1 }));
    const agent = { name: "agent-2", owner: { kind: "DaemonSet", name: "agent" }, at, node: "node-2" };
    world.put(workPod({ ...agent, phase: "Pending" }));
    for (let i = 0; i < 8; i++) {
      world.run(15_000);
      world.event(
        eventAbout(
          { kind: "Pod", name: "agent-2" },
          "NetworkNotReady",
          "network is not ready: cni plugin not initialized",
          {
            at: world.now(),
            firstAt: at,
            count: 2 + 7 * i,
            id: "not-ready",
          },
        ),
      );
    }
    world.put(nodeOf("node-2", { at, since: world.now() }));
    world.run(30_000);
    world.put(workPod({ ...agent, readyAt: world.now() }), daemonSet("agent", { replicas: 2 }));
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a new node that stays not ready is told", () => {
    const world = open();
    world.put(nodeOf("node-1"));
    world.run(minute);
    world.put(nodeOf("node-2", { at: world.now(), ready: false }));
    world.run(8 * minute);
    expect(titles(world)).toEqual(["Node node-2 is not ready"]);
  });

  test("a drained node that is restarted for its upgrade", () => {
    const world = open();
    const agent = { name: "agent-1", owner: { kind: "DaemonSet", name: "agent" }, at: old };
    world.put(nodeOf("node-1"), nodeOf("node-2"), daemonSet("agent", { replicas: 2 }), workPod(agent));
    world.run(minute);
    const spec = { unschedulable: true };
    world.put(nodeOf("node-1", { spec }));
    world.run(minute);
    world.put(
      nodeOf("node-1", { spec, ready: "Unknown", since: world.now(), reason: "NodeStatusUnknown" }),
      daemonSet("agent", { replicas: 2, available: 1 }),
      workPod({ ...agent, ready: false, readyAt: world.now() }),
    );
    world.run(4 * minute);
    world.put(nodeOf("node-1", { since: world.now() }), daemonSet("agent", { replicas: 2 }), workPod(agent));
    world.run(2 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a cordoned node that goes down with pods of others on it is told at once", () => {
    const world = open();
    const pod = { name: "db-0", owner: { kind: "StatefulSet", name: "db" }, at: old };
    world.put(nodeOf("node-1", { spec: { unschedulable: true } }), statefulSet("db", { replicas: 1 }), workPod(pod));
    world.run(minute);
    world.put(nodeOf("node-1", { spec: { unschedulable: true }, ready: "Unknown", since: world.now() }));
    world.run(30_000);
    expect(titles(world)).toEqual(["Node node-1 is not ready"]);
  });

  test("a node that the cluster autoscaler takes away", () => {
    const world = open();
    world.put(nodeOf("node-1"), nodeOf("node-2"), daemonSet("agent", { replicas: 2 }));
    world.run(minute);
    const taints = [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }];
    world.put(nodeOf("node-2", { spec: { taints } }));
    world.run(30_000);
    world.put(
      nodeOf("node-2", { spec: { taints }, ready: "Unknown", since: world.now() }),
      daemonSet("agent", { replicas: 2, available: 1 }),
    );
    world.run(3 * minute);
    world.drop(nodeOf("node-2"));
    world.put(daemonSet("agent", { replicas: 1 }));
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("a spot instance is taken back: its pods end with the node and are made elsewhere", () => {
    const world = open();
    const owner = { kind: "ReplicaSet", name: "web-a1" };
    world.put(
      nodeOf("node-1"),
      nodeOf("node-2"),
      deploymentOf("web", { replicas: 2 }),
      made("apps/v1", "ReplicaSet", "web-a1", {
        meta: ownedBy("Deployment", "web"),
        spec: { replicas: 2, template: { spec: { containers: [{ name: "app" }] } } },
      }),
      workPod({ name: "web-a1-x1", owner, at: old, node: "node-2" }),
      workPod({ name: "web-a1-x2", owner, at: old }),
    );
    world.run(minute);
    const at = world.now();
    world.put(
      nodeOf("node-2", { ready: false, since: at, message: "node is shutting down" }),
      workPod({
        name: "web-a1-x1",
        owner,
        at: old,
        node: "node-2",
        phase: "Failed",
        status: { reason: "Terminated", message: "Pod was terminated in response to imminent node shutdown." },
        conditions: [{ type: "Ready", status: "False", lastTransitionTime: apiTime(at) }],
        containers: [
          {
            name: "app",
            restartCount: 0,
            state: { terminated: { exitCode: 143, reason: "Error", finishedAt: apiTime(at) } },
          },
        ],
      }),
      deploymentOf("web", { replicas: 2, available: 1 }),
      workPod({ name: "web-a1-x3", owner, at, phase: "Pending" }),
    );
    world.run(30_000);
    world.put(deploymentOf("web", { replicas: 2 }), workPod({ name: "web-a1-x3", owner, at, readyAt: world.now() }));
    world.run(minute);
    world.drop(nodeOf("node-2"));
    world.run(2 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a pod that finds no room is not the fault of nodes that were always tainted", () => {
    const world = open();
    const taints = [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }];
    world.put(
      nodeOf("node-1"),
      nodeOf("control", { spec: { taints } }),
      statefulSet("db", { replicas: 1, available: 0 }),
    );
    world.run(minute);
    const message =
      "0/2 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }.";
    const scheduled = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      lastTransitionTime: apiTime(world.now()),
    };
    world.put(
      workPod({
        name: "db-0",
        owner: { kind: "StatefulSet", name: "db" },
        at: world.now(),
        node: "",
        phase: "Pending",
        conditions: [scheduled],
      }),
    );
    world.run(minute);
    expect(titles(world)).toEqual(["db has pods that no node takes"]);
  });
});
