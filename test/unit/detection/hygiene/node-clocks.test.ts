import { describe, expect, test } from "vitest";
import type { KubeEvent } from "../../../../src/cluster/kubernetes-types.ts";
import { hygieneFindings } from "../../../../src/detection/hygiene/hygiene-findings.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;
const iso = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** A node as its kubelet reports it, by a clock that is so far ahead (ms). */
const node = (name: string, at: number, aheadMs = 0) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, uid: `n-${name}`, creationTimestamp: iso(start - 600 * minute) },
  spec: {},
  status: {
    conditions: [
      {
        type: "Ready",
        status: "True",
        lastHeartbeatTime: iso(at + aheadMs),
        lastTransitionTime: iso(start - 600 * minute),
      },
    ],
  },
});

/** A pod that was placed there at this time and has started at once. */
const pod = (name: string, nodeName: string, at: number, aheadMs = 0) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop", uid: `p-${name}`, creationTimestamp: iso(at), labels: { app: "web" } },
  spec: { nodeName, containers: [{ name: "app", image: "web:1" }] },
  status: {
    phase: "Running",
    startTime: iso(at + aheadMs),
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: iso(at) },
      { type: "Ready", status: "True", lastTransitionTime: iso(at + aheadMs) },
    ],
    containerStatuses: [
      { name: "app", ready: true, restartCount: 0, state: { running: { startedAt: iso(at + aheadMs) } } },
    ],
  },
});

const started = (name: string, host: string, at: number, aheadMs = 0): KubeEvent => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: `${name}.17`, namespace: "shop", uid: `e-${name}`, creationTimestamp: iso(at) },
  involvedObject: { kind: "Pod", namespace: "shop", name },
  type: "Normal",
  reason: "Started",
  message: "Container started",
  firstTimestamp: iso(at + aheadMs),
  lastTimestamp: iso(at + aheadMs),
  count: 1,
  source: { component: "kubelet", host },
});

const found = ({ observation, now }: World) =>
  hygieneFindings(observation, now()).filter(({ code }) => code === "node-clock-wrong");

const twoNodes = () => {
  const world = createWorld({ start });
  world.put(node("n1", start), node("n2", start));
  return world;
};
/** A minute later a pod starts on the first node, with an event and the next heartbeat. */
const startOn = (world: World, name: string, aheadMs: number) => {
  world.run(minute);
  const at = world.now();
  world.put(pod(name, "n1", at, aheadMs), node("n1", at, aheadMs), node("n2", at));
  world.event(started(name, "n1", at, aheadMs));
};

describe("a node's clock that is wrong is told before it does harm", () => {
  test("ahead: what two or three stamped, by how much, and what to do", () => {
    const world = twoNodes();
    startOn(world, "web-1", 90_000);
    const [finding, ...others] = found(world);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ target: { kind: "Node", name: "n1" }, level: "risk" });
    expect(finding?.text).toMatch(/^the clock of node n1 is 1 min 30 s ahead: /);
    expect(finding?.text).toContain("Event shop/web-1.17 (by 1 min 30 s)");
    expect(finding?.text).toContain("Pod shop/web-1 (by 1 min 30 s)");
    expect(finding?.text).toContain("its own heartbeat (by 1 min 30 s)");
    expect(finding?.advice).toContain("chrony");
  });

  test("behind: what was stamped before it can have been", () => {
    const world = twoNodes();
    startOn(world, "web-1", -120_000);
    expect(found(world).map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^the clock of node n1 is 2 min behind: .* bear a time before what they tell of can have been$/,
      ),
    ]);
  });

  test.each([90_000, -120_000])("it is no incident, and it is over once the clock was set (%d ms)", (aheadMs) => {
    const world = twoNodes();
    startOn(world, "web-1", aheadMs);
    expect(found(world)).toHaveLength(1);
    startOn(world, "web-2", 0);
    expect(found(world)).toEqual([]);
    expect(world.engine.incidents()).toEqual([]);
  });

  test("it is told for as long as heartbeats say so, not by a node that is gone", () => {
    const world = twoNodes();
    startOn(world, "web-1", 90_000);
    for (let i = 0; i < 9; i++) {
      world.run(5 * minute);
      world.put(node("n1", world.now(), 90_000), node("n2", world.now()));
    }
    expect(found(world)).toHaveLength(1);
    world.drop(node("n1", world.now(), 90_000));
    expect(found(world)).toEqual([]);
  });

  test.each([
    ["right clocks", 0],
    ["clocks that are a second or two apart", 2_000],
  ])("%s are no finding", (_title, aheadMs) => {
    const world = twoNodes();
    startOn(world, "web-1", aheadMs);
    expect(found(world)).toEqual([]);
  });

  test("news that comes late is no finding", () => {
    const world = twoNodes();
    world.run(10 * minute);
    world.put(pod("web-1", "n1", start), node("n1", start + minute));
    world.event(started("web-1", "n1", start));
    expect(found(world)).toEqual([]);
  });
});
