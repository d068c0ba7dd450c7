import { expect, test } from "vitest";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node-a", creationTimestamp: "2026-11-01T00:00:00Z" },
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

function nodeEvent(world: World, reason: string, count = 1): void {
  const at = new Date(world.now()).toISOString();
  world.event({
    apiVersion: "v1",
    kind: "Event",
    metadata: { uid: reason, name: `node-a.${reason}`, namespace: "default", creationTimestamp: at },
    type: reason === "SystemOOM" ? "Warning" : "Normal",
    reason,
    message: "(combined from similar events): System OOM encountered, victim process: MainThread, pid: 14436",
    count,
    firstTimestamp: at,
    lastTimestamp: at,
    involvedObject: { kind: "Node", name: "node-a" },
    source: { component: "kubelet" },
  });
}

const killed = (world: World) =>
  pod({
    app: "carts",
    at: start - 600_000,
    restartCount: 1,
    node: "node-a",
    lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: new Date(world.now()).toISOString() } },
  });

function measured(world: World, ratio: number): void {
  for (let at = start; at <= world.now(); at += 5_000)
    world.observation.series.push("node_memory_ratio", { node: "node-a" }, at, ratio);
}

test.each<[string, (world: World) => void, boolean]>([
  ["a node whose kubelet tells of four kills that no container explains", () => undefined, true],
  [
    "not one whose kubelet tells so of a container that met its own limit, although its pod says so a moment later",
    (world) => {
      world.run(5_000);
      world.put(killed(world));
    },
    false,
  ],
  [
    "not one that is measured to have room: a container of a namespace that nobody watches met its own limit",
    (world) => measured(world, 0.41),
    false,
  ],
  ["one that is measured to be full", (world) => measured(world, 0.97), true],
  ["not one whose kubelet has just started and reads an old log", (world) => nodeEvent(world, "Starting"), false],
])("ran out of memory: %s", (_name, also, told) => {
  const world = createWorld({ start });
  world.put(node, ...deployment({ app: "carts" }), pod({ app: "carts", at: start - 600_000, node: "node-a" }));
  world.run(120_000);
  nodeEvent(world, "SystemOOM", 4);
  also(world);
  world.run(60_000);
  const titles = world.active().filter(({ detector }) => detector === "repeated-warning");
  expect(titles.map(({ target }) => target.name)).toEqual(told ? ["node-a"] : []);
});
