import { describe, expect, test } from "vitest";
import {
  apiTime,
  daemonSet,
  deploymentOf,
  made,
  ownedBy,
  statefulSet,
  workPod,
} from "../../../support/cluster-work.ts";
import { minute, open, titles } from "../../../support/everyday.ts";

describe("rollouts that take long raise nothing", () => {
  test("a DaemonSet is rolled out node by node", () => {
    const world = open();
    const agents = 30;
    world.put(daemonSet("agent", { replicas: agents }));
    world.run(minute);
    for (let updated = 0; updated <= agents; updated++) {
      world.put(
        daemonSet("agent", {
          replicas: agents,
          available: agents - (updated === agents ? 0 : 1),
          updated,
          generation: 2,
        }),
      );
      world.run(30_000);
    }
    expect(titles(world)).toEqual([]);
  });

  test("a StatefulSet is rolled out one pod after the other", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 5 }));
    world.run(minute);
    for (let updated = 0; updated <= 5; updated++) {
      world.put(statefulSet("db", { replicas: 5, available: updated === 5 ? 5 : 4, updated, generation: 2 }));
      world.run(45_000);
    }
    expect(titles(world)).toEqual([]);
  });

  test("a StatefulSet whose pods are granted five minutes to end", () => {
    const world = open();
    const owner = { kind: "StatefulSet", name: "db" };
    world.put(statefulSet("db", { replicas: 3 }));
    world.run(minute);
    for (let updated = 0; updated < 3; updated++) {
      const at = world.now();
      const name = `db-${2 - updated}`;
      const set = { replicas: 3, available: 2, updated, generation: 2 };
      world.put(
        statefulSet("db", set),
        workPod({ name, owner, at: at - 60 * minute, ready: false, deletionTimestamp: apiTime(at + 5 * minute) }),
      );
      world.run(4.5 * minute);
      world.put(
        statefulSet("db", { ...set, updated: updated + 1 }),
        workPod({ name, owner, at: world.now(), phase: "Pending" }),
      );
      world.run(15_000);
      world.put(
        statefulSet("db", { ...set, available: 3, updated: updated + 1 }),
        workPod({ name, owner, at: world.now() }),
      );
      world.run(30_000);
    }
    expect(titles(world)).toEqual([]);
  });

  test("a Deployment that is made anew ends its old pod first", () => {
    const world = open();
    const owner = { kind: "ReplicaSet", name: "web-a1" };
    const recreate = { spec: { strategy: { type: "Recreate" } } };
    const replicaSet = made("apps/v1", "ReplicaSet", "web-a1", {
      meta: ownedBy("Deployment", "web"),
      spec: { replicas: 0, template: { spec: { containers: [{ name: "app" }] } } },
    });
    world.put(deploymentOf("web", { replicas: 1, ...recreate }), replicaSet);
    world.run(minute);
    const at = world.now();
    const ending = { name: "web-a1-x1", owner, at: at - 60 * minute, deletionTimestamp: apiTime(at + 2 * minute) };
    const rollout = { replicas: 1, available: 0, updated: 0, generation: 2, ...recreate };
    world.put(deploymentOf("web", rollout), workPod({ ...ending, ready: false }));
    world.run(110_000);
    world.drop(workPod(ending));
    world.put(deploymentOf("web", { ...rollout, updated: 1 }));
    world.run(15_000);
    world.put(deploymentOf("web", { replicas: 1, generation: 2, ...recreate }));
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("a DaemonSet rollout that hangs at one node is told all the same", () => {
    const world = open();
    world.put(daemonSet("agent", { replicas: 5 }));
    world.run(minute);
    world.put(daemonSet("agent", { replicas: 5, available: 4, updated: 2, generation: 2 }));
    world.run(3 * minute);
    expect(titles(world)).toEqual(["agent has only 4 of 5 pods in service"]);
  });
});
