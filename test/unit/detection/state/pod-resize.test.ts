import { expect, test } from "vitest";
import { apiTime, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open, titles } from "../../../support/everyday.ts";

const resize = (type: string, reason: string | undefined, at: number) => ({
  type,
  status: "True",
  ...(reason ? { reason, message: "Node didn't have enough capacity: memory, requested: 8Gi, capacity: 4Gi" } : {}),
  lastTransitionTime: apiTime(at),
});

function told(type: string, reason: string | undefined, ms: number): readonly string[] {
  const world = open();
  const pod = { name: "db-0", owner: { kind: "StatefulSet", name: "db" }, at: old };
  const ready = { type: "Ready", status: "True", lastTransitionTime: apiTime(old) };
  world.put(statefulSet("db", { replicas: 1 }), workPod(pod));
  world.run(minute);
  world.put(workPod({ ...pod, conditions: [ready, resize(type, reason, world.now())] }));
  world.run(ms);
  return titles(world);
}

test.each([
  ["PodResizePending", "Infeasible", 3, "db has pods whose new resources their node can never give"],
  ["PodResizePending", "Deferred", 20, "db has pods that wait for their new resources"],
  ["PodResizeInProgress", "Error", 3, "db has pods whose new resources cannot be set"],
] as const)("%s %s for %i minutes is told", (type, reason, minutes, title) =>
  expect(told(type, reason, minutes * minute)).toEqual([title]));

test.each([
  ["PodResizePending", "Infeasible", 1],
  ["PodResizePending", "Deferred", 10],
  ["PodResizeInProgress", undefined, 20],
] as const)("%s %s for %i minutes is everyday", (type, reason, minutes) =>
  expect(told(type, reason, minutes * minute)).toEqual([]));
