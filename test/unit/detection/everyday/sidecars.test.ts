import { describe, expect, test } from "vitest";
import { apiTime, made, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { ended, minute, old, open, running, start, titles } from "../../../support/everyday.ts";

const db = { kind: "StatefulSet", name: "db" };

describe("sidecars", () => {
  const sidecar = { name: "istio-proxy", image: "istio/proxyv2", restartPolicy: "Always" };
  const withSidecar = (status: object, over: object = {}) =>
    workPod({
      name: "db-0",
      owner: db,
      at: old,
      spec: { initContainers: [sidecar] },
      status: { initContainerStatuses: [{ name: "istio-proxy", ready: true, started: true, ...status }] },
      ...over,
    });

  test("one that was started again some times in its life is no init container that fails", () => {
    const world = open();
    const lastState = ended(1, old, old + minute);
    world.put(statefulSet("db", { replicas: 1 }), withSidecar({ restartCount: 3, state: running(old), lastState }));
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("one that crashes again and again is told", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }));
    const waiting = { waiting: { reason: "CrashLoopBackOff" } };
    const lastState = ended(1, start - 5_000, start);
    const status = { restartCount: 4, ready: false, state: waiting, lastState };
    world.put(withSidecar(status, { ready: false, readyAt: start }));
    world.run(minute);
    expect(titles(world)).toEqual(["db keeps crashing"]);
  });

  test("a Job whose sidecar is told to stop when the work is done", () => {
    const world = open();
    const at = start + minute;
    const owner = { kind: "Job", name: "migrate" };
    world.put(
      made("batch/v1", "Job", "migrate", {
        meta: { creationTimestamp: apiTime(start) },
        spec: { template: { spec: { containers: [{ name: "app" }] } } },
        status: { active: 1, startTime: apiTime(start) },
      }),
    );
    const pod = { name: "migrate-x", owner, at: start, spec: { restartPolicy: "Never", initContainers: [sidecar] } };
    const proxy = (state: object) => ({ initContainerStatuses: [{ name: "istio-proxy", restartCount: 0, state }] });
    world.put(workPod({ ...pod, status: proxy(running(start)) }));
    world.run(minute);
    world.put(
      workPod({
        ...pod,
        ready: false,
        readyAt: at,
        status: proxy(ended(137, start, at)),
        containers: [{ name: "app", restartCount: 0, state: ended(0, start, at, "Completed") }],
      }),
    );
    world.run(15_000);
    world.put(workPod({ ...pod, phase: "Succeeded", status: proxy(ended(137, start, at)) }));
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("an ephemeral container for debugging that ends with an error", () => {
    const world = open();
    const ephemeralContainerStatuses = [{ name: "debugger", restartCount: 0, state: ended(1, start, start + minute) }];
    world.put(
      statefulSet("db", { replicas: 1 }),
      workPod({ name: "db-0", owner: db, at: old, status: { ephemeralContainerStatuses } }),
    );
    world.run(3 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("an init container that waits for minutes until a database is there", () => {
    const world = open();
    const at = start;
    world.put(
      workPod({
        name: "db-0",
        owner: db,
        at,
        phase: "Pending",
        spec: { initContainers: [{ name: "wait-for-db" }] },
        status: { initContainerStatuses: [{ name: "wait-for-db", restartCount: 0, state: running(at) }] },
        containers: [{ name: "app", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } }],
      }),
    );
    world.run(10 * minute);
    expect(titles(world)).toEqual([]);
  });
});
