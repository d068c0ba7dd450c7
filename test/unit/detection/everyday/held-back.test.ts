import { describe, expect, test } from "vitest";
import { apiTime, deploymentOf, eventAbout, made, nodeOf, ownedBy, workPod } from "../../../support/cluster-work.ts";
import { ended, minute, old, open, titles } from "../../../support/everyday.ts";

const owner = { kind: "ReplicaSet", name: "web-a1" };
const replicaSet = made("apps/v1", "ReplicaSet", "web-a1", {
  meta: ownedBy("Deployment", "web"),
  spec: { replicas: 1, template: { spec: { containers: [{ name: "app" }] } } },
});

/** A Deployment whose only pod waits with this reason for ten minutes from its making. */
function waits(reason: string): readonly string[] {
  const world = open();
  world.put(nodeOf("node-1"));
  world.run(minute);
  const at = world.now();
  const condition = { type: "PodScheduled", status: "False", reason, lastTransitionTime: apiTime(at) };
  world.put(
    deploymentOf("web", { replicas: 1, available: 0, meta: { creationTimestamp: apiTime(at) } }),
    replicaSet,
    workPod({ name: "web-a1-x1", owner, at, node: "", phase: "Pending", conditions: [condition] }),
  );
  world.run(10 * minute);
  return titles(world);
}

test("pods that a scheduling gate holds back wait for whoever queues work", () => {
  expect(waits("SchedulingGated")).toEqual([]);
});

test("pods that nobody holds back are told", () => {
  expect(waits("")).toEqual(["web has no pod in service"]);
});

test("a new workload fetches a large image for the first time", () => {
  const world = open();
  world.put(nodeOf("node-1"));
  world.run(minute);
  const at = world.now();
  const pod = { name: "web-a1-x1", owner, at };
  world.put(
    deploymentOf("web", { replicas: 1, available: 0, meta: { creationTimestamp: apiTime(at) } }),
    replicaSet,
    workPod({ ...pod, phase: "Pending" }),
  );
  world.event(eventAbout({ kind: "Pod", name: pod.name }, "Pulling", "Pulling image", { at, type: "Normal" }));
  world.run(8 * minute);
  expect(titles(world)).toEqual([]);
});

describe("pods that others than Kubernetes' own controllers make", () => {
  const step = (i: number, phase: string) =>
    workPod({
      name: `build-${i}`,
      owner: { kind: "Workflow", name: "build" },
      at: old,
      phase,
      spec: { restartPolicy: "Never" },
      containers: [{ name: "app", restartCount: 0, state: ended(phase === "Failed" ? 1 : 0, old, Date.now()) }],
    });
  const told = (...steps: object[]) => {
    const world = open();
    world.put(nodeOf("node-1"));
    world.run(minute);
    const finished = (pod: object) =>
      JSON.parse(
        JSON.stringify(pod).replaceAll(/"finishedAt":"[^"]+"/g, `"finishedAt":"${apiTime(world.now())}"`),
      ) as object;
    world.put(...steps.map(finished));
    world.run(minute);
    return titles(world);
  };

  test("one step of a workflow that fails is for the workflow to try again", () => {
    expect(told(step(1, "Succeeded"), step(2, "Failed"))).toEqual([]);
  });

  test("steps that fail again and again are told", () => {
    expect(told(step(1, "Failed"), step(2, "Failed"), step(3, "Failed"))).toEqual([
      expect.stringMatching(/build has pods that failed/),
    ]);
  });
});

test("two parts of many that fail first are few beside those at work", () => {
  const world = open();
  const status = { active: 18, failed: 2, startTime: apiTime(world.now()) };
  const spec = { completions: 100, parallelism: 20, template: { spec: { containers: [{ name: "app" }] } } };
  world.put(made("batch/v1", "Job", "render", { spec, status }));
  world.run(minute);
  expect(titles(world)).toEqual([]);
});

test("a volume that its driver finds damaged is told, bound as it is", () => {
  const world = open();
  world.put(made("v1", "PersistentVolumeClaim", "data", { spec: { resources: {} }, status: { phase: "Bound" } }));
  world.run(minute);
  for (let i = 1; i <= 4; i++) {
    world.event(
      eventAbout({ kind: "PersistentVolumeClaim", name: "data" }, "VolumeConditionAbnormal", "volume is degraded", {
        at: world.now(),
        firstAt: world.now() - (i - 1) * minute,
        count: i,
        id: "damaged",
      }),
    );
    world.run(minute);
  }
  expect(titles(world)).toEqual(["PersistentVolumeClaim data has a volume that its driver finds damaged"]);
});
