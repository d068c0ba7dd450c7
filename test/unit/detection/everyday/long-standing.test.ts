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

/** Requests to a service of which this share fails. */
const failing = (share: number): readonly Row[] => [
  ["requests_per_second", { workload: "db" }, 10],
  ["errors_per_second", { workload: "db" }, 10 * share],
  ["error_ratio", { workload: "db" }, share],
];

describe("requests that fail when watching begins", () => {
  const watch = (shareAt: (ageMs: number) => number, ms: number) => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    measure(world, ms, (now) => failing(shareAt(now - start)));
    return world;
  };
  test("are no news when few do and it passes with the start", () => {
    const world = watch((ageMs) => (ageMs < minute ? 0.06 : 0), 10 * minute);
    expect(titles(world)).toEqual([]);
  });
  test("are when it does not pass, without a word about what would be usual", () => {
    const world = watch(() => 0.06, 4 * minute);
    expect(titles(world)).toEqual(["db answers 6 % of its requests with errors"]);
    expect(world.active().map(({ summary }) => summary)).toEqual(["6 % of the requests to db fail"]);
  });
  test("are at once when many do", () => {
    expect(titles(watch(() => 0.5, minute))).toEqual(["db answers 50 % of its requests with errors"]);
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
