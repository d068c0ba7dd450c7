import { expect, test } from "vitest";
import { statefulSet, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open } from "../../../support/everyday.ts";

const mebi = 2 ** 20;

/** A container whose working set grows by 12 MiB a minute towards 192 MiB, and of that by `own` MiB in memory of its own. */
function grow(own: number, spec: object = {}): boolean {
  const world = open();
  const pod = workPod({ name: "db-0", owner: { kind: "StatefulSet", name: "db" }, at: old, spec });
  world.put(statefulSet("db", { replicas: 1 }), pod);
  const labels = { namespace: "shop", pod: "db-0", container: "app", node: "node-1" };
  const names = ["container_spec_memory_limit_bytes", "container_memory_rss", "container_memory_working_set_bytes"];
  const series = names.map((name) => ({ name, labels }));
  const from = world.now();
  let told = false;
  world.run(9 * minute, (at) => {
    const minutes = (at - from) / minute;
    const values = [192, 40 + own * minutes, 70 + 12 * minutes];
    const samples = series.map((one, i) => ({ series: one, value: (values[i] ?? 0) * mebi, at }));
    world.engine.ingest({ type: "samples", at, samples });
    told ||= world.active().some(({ detector }) => detector === "memory-forecast");
  });
  return told;
}

test("memory that fills with files that were read is given back when it is needed", () => {
  expect(grow(0.5)).toBe(false);
});

test("what a process takes for itself is not", () => {
  expect(grow(11)).toBe(true);
});

test("nor is what it writes to a volume that lives in memory", () => {
  expect(grow(0.5, { volumes: [{ name: "scratch", emptyDir: { medium: "Memory" } }] })).toBe(true);
});
