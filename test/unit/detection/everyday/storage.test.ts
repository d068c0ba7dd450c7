import { describe, expect, test } from "vitest";
import { apiTime, eventAbout, made, nodeOf, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { minute, open, start, titles } from "../../../support/everyday.ts";

describe("storage", () => {
  const claim = (status: object, annotations: object = {}) =>
    made("v1", "PersistentVolumeClaim", "data-db-0", {
      meta: { creationTimestamp: apiTime(start), annotations },
      spec: { storageClassName: "standard" },
      status,
    });
  const spec = { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data-db-0" } }] };
  const classOf = (volumeBindingMode: string) =>
    made("storage.k8s.io/v1", "StorageClass", "standard", { meta: { namespace: undefined }, volumeBindingMode });
  const unschedulable = (message: string) => [
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: apiTime(start) },
  ];
  const db = { kind: "StatefulSet", name: "db" };

  test("a claim is bound by its pod's node, which the autoscaler has yet to bring", () => {
    const world = open();
    world.put(nodeOf("node-1"), classOf("WaitForFirstConsumer"), claim({ phase: "Pending" }));
    world.put(
      statefulSet("db", { replicas: 1, available: 0, meta: { creationTimestamp: apiTime(start) } }),
      workPod({
        name: "db-0",
        owner: db,
        at: start,
        node: "",
        phase: "Pending",
        spec,
        conditions: unschedulable("0/1 nodes are available: 1 Insufficient cpu."),
      }),
    );
    world.event(
      eventAbout({ kind: "Pod", name: "db-0" }, "TriggeredScaleUp", "pod triggered scale-up", {
        at: start + 5_000,
        type: "Normal",
      }),
    );
    world.run(2.5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a volume that is being made for a claim that is bound at once", () => {
    const world = open();
    world.put(nodeOf("node-1"), classOf("Immediate"), claim({ phase: "Pending" }));
    const message =
      "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    world.put(
      statefulSet("db", { replicas: 1, available: 0, meta: { creationTimestamp: apiTime(start) } }),
      workPod({
        name: "db-0",
        owner: db,
        at: start,
        node: "",
        phase: "Pending",
        spec,
        conditions: unschedulable(message),
      }),
    );
    world.run(30_000);
    world.put(
      claim({ phase: "Bound" }),
      statefulSet("db", { replicas: 1, meta: { creationTimestamp: apiTime(start) } }),
      workPod({ name: "db-0", owner: db, at: start, spec, readyAt: world.now() }),
    );
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("provisioning that has failed some times and then went well", () => {
    const world = open();
    world.put(claim({ phase: "Bound" }));
    world.event(
      eventAbout(
        { kind: "PersistentVolumeClaim", name: "data-db-0" },
        "ProvisioningFailed",
        "failed to provision volume: rpc error: deadline exceeded",
        { at: start, count: 4 },
      ),
    );
    world.run(2 * minute);
    expect(titles(world)).toEqual([]);
  });
});
