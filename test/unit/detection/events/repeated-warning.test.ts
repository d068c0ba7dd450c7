import { describe, expect, test } from "vitest";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
let serial = 0;

function warns(world: World, about: { kind: string; name: string }, reason: string, message: string): void {
  const at = new Date(world.now()).toISOString();
  const namespace = about.kind === "Node" ? {} : { namespace: "shop" };
  world.event({
    apiVersion: "v1",
    kind: "Event",
    metadata: { uid: `warns-${++serial}`, name: `warns-${serial}`, namespace: "shop", creationTimestamp: at },
    type: "Warning",
    reason,
    message,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    involvedObject: { ...about, ...namespace },
  });
}

const waits = (suffix: string, app: string, world: World) =>
  pod({
    app,
    suffix,
    at: world.now(),
    ready: false,
    phase: "Pending",
    state: { waiting: { reason: "ContainerCreating" } },
  });

const told = (world: World) => world.active().filter(({ detector }) => detector === "repeated-warning");
const noAddress = (sandbox: number) =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${sandbox}a": plugin type="aws-cni" failed (add): add cmd: failed to assign an IP address to container`;

function quietWorld(): World {
  const world = createWorld({ start });
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "node-1" }, status: { conditions: [] } };
  world.put(node, ...["carts", "orders"].flatMap((app) => [...deployment({ app }), pod({ app, at: start - 600_000 })]));
  world.run(60_000);
  return world;
}

test("a warning that names a new sandbox each time is the same warning again", () => {
  const world = quietWorld();
  world.put(waits("x2", "carts", world));
  for (let i = 0; i < 3; i++) {
    warns(world, { kind: "Pod", name: "carts-a1-x2" }, "FailedCreatePodSandBox", noAddress(i));
    world.run(12_000);
  }
  expect(told(world).map(({ target, value }) => `${target.name} ${value}`)).toEqual(["carts 3"]);
});

test("it is over once the pod runs", () => {
  const world = quietWorld();
  world.put(waits("x2", "carts", world));
  for (let i = 0; i < 4; i++) {
    warns(world, { kind: "Pod", name: "carts-a1-x2" }, "FailedCreatePodSandBox", noAddress(i));
    world.run(12_000);
  }
  expect(told(world)).toHaveLength(1);
  world.put(pod({ app: "carts", suffix: "x2", at: world.now() - 60_000 }));
  world.run(45_000);
  expect(told(world)).toEqual([]);
});

test("two workloads whose pods one node gives no network are one incident", () => {
  const world = quietWorld();
  for (const app of ["carts", "orders"]) world.put(waits("x2", app, world));
  for (let i = 0; i < 6; i++) {
    for (const app of ["carts", "orders"])
      warns(world, { kind: "Pod", name: `${app}-a1-x2` }, "FailedCreatePodSandBox", noAddress(i));
    world.run(12_000);
  }
  expect(told(world)).toHaveLength(2);
  expect(world.engine.incidents()).toHaveLength(1);
});

test("what a watcher tells of a node every half minute is over some pauses after the last time", () => {
  const world = quietWorld();
  for (let i = 0; i < 4; i++) {
    warns(
      world,
      { kind: "Node", name: "node-1" },
      "ConntrackFull",
      "Conntrack table usage over 90%: 65418 out of 65536",
    );
    world.run(30_000);
  }
  expect(told(world).map(({ target }) => target.name)).toEqual(["node-1"]);
  world.run(180_000);
  expect(told(world)).toEqual([]);
});

describe("warnings of controllers that no state shows", () => {
  const address = { status: { loadBalancer: { ingress: [{ ip: "203.0.113.7" }] } } };
  const conflict =
    'Operation cannot be fulfilled on endpoints "carts": the object has been modified; please apply your changes to the latest version and try again';
  test.each<[string, { kind: string; name: string }, string, string, readonly string[]]>([
    [
      "a load balancer that has its address, and gets no new nodes",
      { kind: "Service", name: "carts" },
      "UpdateLoadBalancerFailed",
      "Error updating load balancer with new hosts [node-1 node-2]: quota exceeded",
      ["UpdateLoadBalancerFailed carts"],
    ],
    [
      "endpoints that the API server does not take",
      { kind: "Service", name: "carts" },
      "FailedToUpdateEndpointSlices",
      "Error updating Endpoint Slices for Service shop/carts: failed to update carts-x: admission webhook denied the request",
      ["FailedToUpdateEndpointSlices carts"],
    ],
    [
      "endpoints that two controllers write at once",
      { kind: "Service", name: "carts" },
      "FailedToUpdateEndpoint",
      `Failed to update endpoint shop/carts: ${conflict}`,
      [],
    ],
    [
      "devices that a driver cannot prepare",
      { kind: "Pod", name: "carts-a1-x2" },
      "FailedPrepareDynamicResources",
      "Failed to prepare dynamic resources: DRA driver gpu.example.com is not registered",
      ["FailedPrepareDynamicResources carts"],
    ],
    [
      "containers that a node cannot remove",
      { kind: "Node", name: "node-1" },
      "ContainerGCFailed",
      "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
      ["ContainerGCFailed node-1"],
    ],
  ])("%s", (_title, about, reason, message, want) => {
    const world = quietWorld();
    world.put(waits("x2", "carts", world), { ...service("carts", { app: "carts" }), ...address });
    for (let i = 0; i < 4; i++) {
      warns(world, about, reason, message);
      world.run(12_000);
    }
    expect(told(world).map((one) => `${one.reason} ${one.target.name}`)).toEqual(want);
  });
});

describe("pods that a controller finds failed and makes again", () => {
  const agent = (available: number) => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "shop", uid: "agent" },
    spec: { template: { metadata: { labels: { app: "agent" } }, spec: { containers: [] } } },
    status: { desiredNumberScheduled: 3, numberAvailable: available },
  });
  const found = (node: number, serial: number) =>
    `${node < 0 ? "(combined from similar events): " : ""}Found failed daemon pod shop/agent-x${serial} on node node-${node}, will try to kill it`;
  test.each<[string, number, (serial: number) => number, readonly string[]]>([
    ["on one node again and again", 2, () => 1, ["FailedDaemonPod agent"]],
    ["on nodes that are shut down one after the other", 2, (serial) => serial + 1, []],
    ["on so many nodes that one event tells of all", 2, () => -1, []],
    ["and has all of by now", 3, () => 1, []],
  ])("%s", (_title, available, nodeOf, want) => {
    const world = quietWorld();
    world.put(agent(available));
    for (let i = 0; i < 3; i++) {
      warns(world, { kind: "DaemonSet", name: "agent" }, "FailedDaemonPod", found(nodeOf(i), i));
      world.run(12_000);
    }
    expect(told(world).map((one) => `${one.reason} ${one.target.name}`)).toEqual(want);
  });
});
