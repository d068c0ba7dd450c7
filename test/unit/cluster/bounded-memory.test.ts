import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { createObjectStore } from "../../../src/cluster/object-store.ts";
import { createSeriesStore } from "../../../src/cluster/series-store.ts";

const minute = 60_000;

describe("what is gone is remembered within bounds", () => {
  const object = (kind: string, name: string): KubeObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name, namespace: "shop", uid: `${kind}-${name}` },
  });

  test("pods that come and go do not crowd out a Service that was deleted", () => {
    const store = createObjectStore({ maxDeleted: 100 });
    const gone = (kind: string, name: string, at: number) => {
      store.apply("ADDED", object(kind, name), at);
      store.apply("DELETED", object(kind, name), at + 1);
    };
    gone("Service", "carts", 0);
    for (let i = 0; i < 1_000; i++) gone("Pod", `job-${i}`, i);
    expect(store.find({ kind: "Service", namespace: "shop", name: "carts" })?.deletedAt).toBe(1);
    expect(store.deleted("Pod")).toHaveLength(99);
    expect(store.dropped.deleted).toBe(901);
  });

  test("one that is made again is gone no more", () => {
    const store = createObjectStore({ maxDeleted: 2 });
    for (const at of [0, 10, 20]) {
      store.apply("ADDED", object("Service", "carts"), at);
      store.apply("DELETED", object("Service", "carts"), at + 1);
    }
    expect(store.deleted("Service")).toHaveLength(1);
    store.apply("ADDED", object("Service", "carts"), 30);
    expect(store.deleted("Service")).toEqual([]);
    expect(store.dropped.deleted).toBe(0);
  });
});

describe("series within bounds", () => {
  test("those of pods that are gone give way to what is measured now", () => {
    const store = createSeriesStore({ maxSeries: 10 });
    for (let i = 0; i < 100; i++) {
      const at = i * 4 * minute;
      store.push("container_cpu_cores", { pod: "always" }, at, 1);
      expect(store.push("container_cpu_cores", { pod: `job-${i}` }, at, 1)?.last).toBe(1);
    }
    expect(store.size).toBeLessThanOrEqual(10);
    expect(store.dropped.series).toBe(0);
    expect(store.get("container_cpu_cores", { pod: "always" })?.length).toBe(100);
  });

  test("where all are measured, a new one is refused and counted, whatever its name", () => {
    const store = createSeriesStore({ maxSeries: 1 });
    store.push("a", { pod: "x" }, 0, 1);
    expect(store.push("b", { pod: "x" }, minute, 1)).toBeUndefined();
    expect(store.push("b", { pod: "x" }, 20 * minute, 1)?.last).toBe(1);
    expect(store.names()).toEqual(["b"]);
    expect(store.dropped.series).toBe(1);
  });
});
