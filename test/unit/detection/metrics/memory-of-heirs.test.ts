import { expect, test } from "vitest";
import { statefulSet, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open } from "../../../support/everyday.ts";

const mebi = 2 ** 20;
const db = { kind: "StatefulSet", name: "db" };

/** A pod that has long used 75 MiB of 192 is followed by one that begins with 40 and grows by 9 MiB a minute up to `most`. */
function follow(before: "full" | "growing", most: number): readonly string[] {
  const world = open();
  const told = new Set<string>();
  const measure = (pod: string, ms: number, mebibytes: (ageMs: number) => number) => {
    const from = world.now();
    world.run(ms, (at) => {
      for (const { detector, summary } of world.active())
        if (detector === "memory-forecast") told.add(/pod \S+/.exec(summary)?.[0] ?? summary);
      const labels = { namespace: "shop", pod, container: "app" };
      const points = [
        { name: "container_memory_working_set_bytes" as const, labels, at, value: mebibytes(at - from) * mebi },
        { name: "container_memory_limit_bytes" as const, labels, at, value: 192 * mebi },
      ];
      world.engine.ingest({ type: "derived", at, source: "prometheus", points });
    });
  };
  world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-a", owner: db, at: old }));
  measure("db-a", 12 * minute, (ageMs) => (before === "full" ? 75 : Math.min(186, 40 + (9 * ageMs) / minute)));
  world.drop(workPod({ name: "db-a", owner: db, at: old }));
  world.put(workPod({ name: "db-b", owner: db, at: world.now() }));
  measure("db-b", 9 * minute, (ageMs) => Math.min(most, 40 + (9 * ageMs) / minute));
  return [...told];
}

test("a new pod that fills up to what the one before had filled is no leak", () => {
  expect(follow("full", 74)).toEqual([]);
});

test("one that goes on beyond it is", () => {
  expect(follow("full", 180)).toEqual(["pod db-b"]);
});

test("nor is it taken for filling up when the one before had grown until it ended", () => {
  expect(follow("growing", 180)).toEqual(["pod db-a", "pod db-b"]);
});
