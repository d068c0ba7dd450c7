import { describe, expect, test } from "vitest";
import { foreignOoms, isWithin } from "../../../src/cluster/foreign-ooms.ts";
import type { KubeEvent, KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../src/cluster/observation.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const at = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();
const node = makeRef("Node", undefined, "n1");

function spansOf(objects: readonly KubeObject[], events: readonly KubeEvent[] = []) {
  const observation = createObservation({ cluster: "test" });
  for (const object of objects) observation.objects.apply("ADDED", object, at);
  for (const event of events) observation.events.push(event, at);
  return foreignOoms(observation, node);
}

const killed = (more: { nodeName?: string; reason?: string; restartCount?: number } = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "carts-1", namespace: "shop", uid: "p", creationTimestamp: iso(at - 60 * minute) },
  spec: { nodeName: more.nodeName ?? "n1", containers: [{ name: "carts" }] },
  status: {
    containerStatuses: [
      {
        name: "carts",
        ready: true,
        restartCount: more.restartCount ?? 1,
        lastState: { terminated: { reason: more.reason ?? "OOMKilled", exitCode: 137, finishedAt: iso(at) } },
      },
    ],
  },
});

const starting = (component: string): KubeEvent => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "n1.1", namespace: "default", uid: "e" },
  involvedObject: { kind: "Node", name: "n1" },
  reason: "Starting",
  message: "Starting kubelet.",
  type: "Normal",
  source: { component },
  lastTimestamp: iso(at),
});

describe("memory kills that say nothing about their node", () => {
  test("are those within a minute of a container's own", () => {
    const spans = spansOf([killed()]);
    const told = [-61, -60, 0, 60, 61].map((seconds) => isWithin(spans, at + seconds * 1_000));
    expect(told).toEqual([false, true, true, true, false]);
  });

  test("and all since a pod was made whose container was started again and again: it tells of its last end only", () => {
    const spans = spansOf([killed({ restartCount: 4 })]);
    expect([-61, -60, -10, 1, 2].map((minutes) => isWithin(spans, at + minutes * minute))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  test("and those that a kubelet reports when it starts, but not kube-proxy", () => {
    expect(isWithin(spansOf([], [starting("kubelet")]), at + 30_000)).toBe(true);
    expect(spansOf([], [starting("kube-proxy")])).toEqual([]);
  });

  test("not those of another node, nor after another end", () => {
    expect(
      spansOf([killed({ nodeName: "n2" }), { ...killed({ reason: "Error" }), metadata: { name: "b", uid: "q" } }]),
    ).toEqual([]);
  });
});
