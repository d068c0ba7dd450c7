import { describe, expect, test } from "vitest";
import type { DerivedSeriesName } from "../../../../src/cluster/series-names.ts";
import { apiTime, made, ownedBy, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { createWorld } from "../../../support/detect-objects.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;
const old = start - 24 * 60 * minute;
const open = () => createWorld({ start, tickMs: 15_000, learnMs: 2 * 60 * minute });
type World = ReturnType<typeof open>;
const titles = (world: World) => world.engine.incidents().map(({ title }) => title);

type Row = readonly [name: DerivedSeriesName, labels: Readonly<Record<string, string>>, value: number];

/** Ticks on, with these values measured at each of them. */
function measure(world: World, ms: number, rows: (now: number) => readonly Row[]) {
  world.run(ms, (at) => {
    const points = rows(at).map(([name, labels, value]) => ({
      name,
      labels: { namespace: "shop", ...labels },
      at,
      value,
    }));
    world.engine.ingest({ type: "derived", at, source: "prometheus", points });
  });
}

const db = { kind: "StatefulSet", name: "db" };
const throttled = (pod: string, value: number): Row => [
  "container_cpu_throttled_ratio",
  { pod, container: "app" },
  value,
];

describe("what was there when watching began is no news", () => {
  test("a container that is throttled all the time", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    measure(world, 10 * minute, () => [throttled("db-0", 0.7)]);
    expect(titles(world)).toEqual([]);
  });

  test("nor is its next pod, which is throttled as much", () => {
    const world = open();
    const owner = { kind: "ReplicaSet", name: "web-a1" };
    const set = made("apps/v1", "ReplicaSet", "web-a1", {
      meta: ownedBy("Deployment", "web"),
      spec: { replicas: 1, template: { spec: { containers: [{ name: "app" }] } } },
    });
    world.put(set, workPod({ name: "web-a1-x1", owner, at: old }));
    measure(world, 10 * minute, () => [throttled("web-a1-x1", 0.7)]);
    world.drop(workPod({ name: "web-a1-x1", owner, at: old }));
    world.put(workPod({ name: "web-a1-x2", owner, at: world.now() }));
    measure(world, 10 * minute, () => [throttled("web-a1-x2", 0.75)]);
    expect(titles(world)).toEqual([]);
  });

  test("errors that an application counts all the time", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    measure(world, 10 * minute, () => [["app_errors_per_second", { workload: "db", type: "cache_miss" }, 0.3]]);
    expect(titles(world)).toEqual([]);
  });
});

describe("but what begins is", () => {
  test("a new pod that is throttled far more than the one before", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    measure(world, 10 * minute, () => [throttled("db-0", 0.1)]);
    world.put(
      workPod({
        name: "db-0",
        owner: db,
        at: world.now(),
        meta: { uid: "second", creationTimestamp: apiTime(world.now()) },
      }),
    );
    measure(world, 3 * minute, () => [throttled("db-0", 0.9)]);
    expect(titles(world)).toEqual(["db is throttled at its CPU limit"]);
  });

  test("the first pod of a new workload that is throttled", () => {
    const world = open();
    measure(world, 2 * minute, () => []);
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: world.now() }));
    measure(world, 3 * minute, () => [throttled("db-0", 0.9)]);
    expect(titles(world)).toEqual(["db is throttled at its CPU limit"]);
  });

  test("a type of errors that was never counted before", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    measure(world, 10 * minute, () => [["requests_per_second", { workload: "db" }, 5]]);
    measure(world, minute, () => [["app_errors_per_second", { workload: "db", type: "lost_connection" }, 0.3]]);
    expect(titles(world)).toEqual(["db reports errors (lost_connection)"]);
  });
});
