import { describe, expect, test } from "vitest";
import { apiTime, nodeOf, ownedBy, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { ended, minute, old, open, titles } from "../../../support/everyday.ts";

const db = { kind: "StatefulSet", name: "db" };

describe("pods that are not run by Kubernetes' own workloads", () => {
  test("static pods of the control plane, and completed and evicted leftovers", () => {
    const world = open();
    world.put(nodeOf("node-1"));
    world.put(workPod({ name: "kube-apiserver-node-1", owner: { kind: "Node", name: "node-1" }, at: old }));
    for (const [name, phase, reason] of [
      ["done", "Succeeded", undefined],
      ["evicted", "Failed", "Evicted"],
    ] as const)
      world.put(
        workPod({
          name,
          owner: { kind: "ReplicaSet", name: "web-a1" },
          at: old,
          phase,
          conditions: [{ type: "Ready", status: "False", lastTransitionTime: apiTime(old) }],
          status: reason ? { reason, message: "The node was low on resource: memory." } : {},
        }),
      );
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a StatefulSet that an operator owns is the one that is told, once", () => {
    const world = open();
    const owned = { meta: ownedBy("Kafka", "events") };
    world.put(statefulSet("db", { replicas: 1, ...owned }), workPod({ name: "db-0", owner: db, at: old }));
    world.run(minute);
    const at = world.now();
    world.put(
      statefulSet("db", { replicas: 1, available: 0, ...owned }),
      workPod({
        name: "db-0",
        owner: db,
        at: old,
        ready: false,
        readyAt: at,
        containers: [
          {
            name: "app",
            ready: false,
            restartCount: 3,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: ended(1, at - 5_000, at),
          },
        ],
      }),
    );
    world.run(3 * minute);
    expect(world.engine.incidents().map(({ target }) => `${target.kind}/${target.name}`)).toEqual(["StatefulSet/db"]);
  });
});
