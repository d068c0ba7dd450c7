import { expect, test } from "vitest";
import { apiTime, deploymentOf, eventAbout, made, nodeOf, ownedBy, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open, titles } from "../../../support/everyday.ts";

const owner = { kind: "ReplicaSet", name: "web-b2" };

/** A rolling update that takes one of three pods away at a time; the image of the new one is large. */
function roll(pulling: boolean): readonly string[] {
  const world = open();
  world.put(
    nodeOf("node-1"),
    deploymentOf("web", { replicas: 3 }),
    made("apps/v1", "ReplicaSet", "web-b2", {
      meta: ownedBy("Deployment", "web"),
      spec: { replicas: 1, template: { spec: { containers: [{ name: "app" }] } } },
    }),
    workPod({ name: "web-b2-x1", owner, at: old }),
    workPod({ name: "web-b2-x2", owner, at: old }),
  );
  world.run(minute);
  const at = world.now();
  const progressing = { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", lastUpdateTime: apiTime(at) };
  const status = { replicas: 3, available: 2, updated: 1, generation: 2 };
  const pod = { name: "web-b2-x3", owner, at };
  world.put(
    deploymentOf("web", { ...status, status: { conditions: [progressing] } }),
    workPod({ ...pod, phase: "Pending" }),
  );
  const about = { kind: "Pod", name: pod.name };
  if (pulling) world.event(eventAbout(about, "Pulling", 'Pulling image "registry/app:2"', { at, type: "Normal" }));
  world.run(6 * minute);
  if (pulling)
    world.event(eventAbout(about, "Pulled", "Successfully pulled image", { at: world.now(), type: "Normal" }));
  world.put(deploymentOf("web", { replicas: 3, generation: 2 }), workPod({ ...pod, readyAt: world.now() }));
  world.run(minute);
  return titles(world);
}

test("a rollout waits for a large image while the other pods serve", () => {
  expect(roll(true)).toEqual([]);
});

test("a pod that starts no container and fetches nothing is told", () => {
  expect(roll(false)).toEqual(["web has only 2 of 3 pods in service"]);
});
