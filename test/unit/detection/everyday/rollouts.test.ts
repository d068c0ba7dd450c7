import { describe, expect, test } from "vitest";
import { daemonSet, statefulSet } from "../../../support/cluster-work.ts";
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

  test("a DaemonSet rollout that hangs at one node is told all the same", () => {
    const world = open();
    world.put(daemonSet("agent", { replicas: 5 }));
    world.run(minute);
    world.put(daemonSet("agent", { replicas: 5, available: 4, updated: 2, generation: 2 }));
    world.run(3 * minute);
    expect(titles(world)).toEqual(["agent has only 4 of 5 pods in service"]);
  });
});
