import { expect, test } from "vitest";
import { deploymentOf, made, ownedBy, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open, titles } from "../../../support/everyday.ts";

test("lines that were there before the owners of their pod count for the Deployment, not for its ReplicaSet", () => {
  const world = open();
  world.put(workPod({ name: "web-a1-x", owner: { kind: "ReplicaSet", name: "web-a1" }, at: old }));
  world.log("web-a1-x", '{"level":"info","msg":"listening on port 8080"}');
  world.run(5_000);
  world.put(
    deploymentOf("web", { replicas: 1 }),
    made("apps/v1", "ReplicaSet", "web-a1", {
      meta: ownedBy("Deployment", "web"),
      spec: { replicas: 1, template: { spec: { containers: [{ name: "app" }] } } },
    }),
  );
  world.run(10 * minute, () => world.log("web-a1-x", '{"level":"info","msg":"served a page"}'));
  world.run(minute, () => world.log("web-a1-x", ...Array<string>(20).fill('{"level":"error","msg":"disk is gone"}')));
  expect(titles(world)).not.toEqual([]);
  expect(new Set(world.active().map(({ target }) => `${target.kind} ${target.name}`))).toEqual(
    new Set(["Deployment web"]),
  );
});
