import { describe, expect, test } from "vitest";
import { deploymentOf, made, ownedBy, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { minute, open, start, titles, type World } from "../../../support/everyday.ts";

const old = start - 24 * 60 * 60_000;

describe("a rollout that never ends by its own rules does not hold incidents open", () => {
  const trouble = (world: World) => {
    const bad = { waiting: { reason: "InvalidImageName" } };
    const broken = workPod({
      name: "db-0",
      owner: { kind: "StatefulSet", name: "db" },
      at: old,
      ready: false,
      containers: [{ name: "app", ready: false, restartCount: 0, state: bad }],
    });
    world.put(broken);
    world.run(minute);
    expect(titles(world)).toHaveLength(1);
    world.put(workPod({ name: "db-0", owner: { kind: "StatefulSet", name: "db" }, at: old }));
    world.run(3 * minute);
    return world.engine.incidents().map(({ status }) => status);
  };

  test("a StatefulSet with a partition", () => {
    const world = open();
    const spec = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };
    world.put(statefulSet("db", { replicas: 3, updated: 1, generation: 2, spec }));
    expect(trouble(world)).toEqual(["resolved"]);
  });

  test("a StatefulSet that is updated on deletion only", () => {
    const world = open();
    world.put(
      statefulSet("db", { replicas: 3, updated: 1, generation: 2, spec: { updateStrategy: { type: "OnDelete" } } }),
    );
    expect(trouble(world)).toEqual(["resolved"]);
  });

  test("a workload that is deleted while it is broken", () => {
    const world = open();
    const broken = deploymentOf("web", { replicas: 2, available: 0 });
    const set = made("apps/v1", "ReplicaSet", "web-a1", {
      meta: ownedBy("Deployment", "web"),
      spec: { replicas: 2, template: { spec: { containers: [{ name: "app" }] } } },
    });
    const pod = workPod({
      name: "web-a1-x",
      owner: { kind: "ReplicaSet", name: "web-a1" },
      at: start,
      phase: "Pending",
      containers: [{ name: "app", restartCount: 0, state: { waiting: { reason: "InvalidImageName" } } }],
    });
    world.put(broken, set, pod);
    world.run(minute);
    expect(titles(world)).toHaveLength(1);
    world.drop(broken, set, pod);
    world.run(5 * minute);
    expect(world.engine.incidents().map(({ status }) => status)).toEqual(["resolved"]);
  });
});
