import { expect, test } from "vitest";
import { apiTime, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open, titles } from "../../../support/everyday.ts";

const db = { kind: "StatefulSet", name: "db" };
const refusal = "2026-11-20 12:12:03.120 UTC [88] FATAL:  the database system is shutting down";

/** A database is told to end, refuses what is new until its clients have left, and is there again, or goes on refusing. */
function replaced(endsAfterMs: number) {
  const world = open();
  const pod = { name: "db-0", owner: db, at: old };
  world.put(statefulSet("db", { replicas: 1 }), workPod(pod));
  world.run(10 * minute, () => world.log("db-0", "2026-11-20 12:00:00.000 UTC [7] LOG:  checkpoint complete"));
  world.put(workPod({ ...pod, deletionTimestamp: apiTime(world.now() + 30_000) }));
  world.run(endsAfterMs, () => world.log("db-0", refusal, refusal, refusal));
  world.drop(workPod(pod));
  world.put(statefulSet("db", { replicas: 1, available: 0 }));
  world.run(15_000);
  world.put(statefulSet("db", { replicas: 1 }), workPod({ ...pod, at: world.now(), meta: { uid: "second" } }));
  world.run(2 * minute);
  return titles(world);
}

test("what a pod says while it ends, as it was told to, is no incident", () => {
  expect(replaced(30_000)).toEqual([]);
});

test("one that refuses for minutes instead of ending is", () => {
  expect(replaced(4 * minute)).not.toEqual([]);
});
