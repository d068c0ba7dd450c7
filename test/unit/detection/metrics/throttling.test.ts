import { describe, expect, test } from "vitest";
import type { DerivedSeriesName } from "../../../../src/cluster/series-names.ts";
import { made, ownedBy, statefulSet, workPod } from "../../../support/cluster-work.ts";
import { createWorld } from "../../../support/detect-objects.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const second = 1_000;
const minute = 60_000;
const owner = { kind: "ReplicaSet", name: "web-a1" };
const labelsOf = (pod: string) => ({ namespace: "shop", pod, container: "app" });

interface Story {
  readonly tickMs?: number;
  /** Of the pod before it (cores); undefined for none. */
  readonly limitBefore?: number | undefined;
  readonly limit: number;
  /** Share of the new pod's CPU periods in which it is throttled, at this age (ms). */
  readonly throttled: (ageMs: number) => number;
  /** Its age when its probe finds it ready (ms); undefined when it has no probe. */
  readonly readyAfterMs?: number | undefined;
  /** The pod comes back under its old name. */
  readonly sameName?: boolean;
}

/** A pod that ran for ten minutes gives way to one with another limit; how old that is when it is told of (ms), if it is. */
function toldAfter(story: Story): number | undefined {
  const { tickMs = 15 * second, limitBefore, limit, throttled, readyAfterMs, sameName } = story;
  const world = createWorld({ start, tickMs, learnMs: 2 * 60 * minute });
  const [before, after] = sameName ? ["web-0", "web-0"] : ["web-a1-x1", "web-a1-x2"];
  const of = sameName ? { kind: "StatefulSet", name: "web" } : owner;
  const push = (at: number, name: DerivedSeriesName, pod: string, value: number) =>
    world.engine.ingest({
      type: "derived",
      at,
      source: "prometheus",
      points: [{ name, labels: labelsOf(pod), at, value }],
    });
  const measured = (at: number, pod: string, of: number | undefined, share: number) => {
    if (of !== undefined) push(at, "container_cpu_limit_cores", pod, of);
    push(at, "container_cpu_cores", pod, 0.01);
    push(at, "container_cpu_throttled_ratio", pod, share);
  };
  const whole = { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 };
  const spec = { replicas: 1, selector: {}, template: { spec: { containers: [{ name: "app" }] } } };
  const set = made("apps/v1", "ReplicaSet", "web-a1", { meta: ownedBy("Deployment", "web"), spec, status: whole });
  const workloads = sameName
    ? [statefulSet("web", { replicas: 1 })]
    : [made("apps/v1", "Deployment", "web", { spec, status: whole }), set];
  world.put(...workloads, workPod({ name: before, owner: of, at: start - 60 * minute }));
  world.run(10 * minute, (at) => measured(at, before, limitBefore, 0.05));
  const began = world.now();
  const probe = readyAfterMs === undefined ? {} : { readinessProbe: { httpGet: { path: "/", port: 80 } } };
  world.drop(workPod({ name: before, owner: of, at: start - 60 * minute }));
  const put = (ready: boolean) =>
    world.put(
      workPod({
        name: after,
        owner: of,
        at: began,
        ready,
        readyAt: began + (ready ? (readyAfterMs ?? 0) : 0),
        spec: { containers: [{ name: "app", image: "web:1", ...probe }] },
        meta: { uid: "second" },
      }),
    );
  put(readyAfterMs === undefined);
  world.run(5 * minute, (at) => {
    const ageMs = at - began;
    if (readyAfterMs !== undefined && ageMs >= readyAfterMs && ageMs < readyAfterMs + tickMs) put(true);
    // The first rate of a counter needs two samples.
    if (ageMs > tickMs) measured(at, after, limit, throttled(ageMs));
  });
  const [incident] = world.engine.incidents();
  if (incident) expect(incident.title).toBe("web is throttled at its CPU limit");
  return incident && incident.openedAt - began;
}

const always = () => 0.9;
const within = (ms: number) => (ageMs: number) => (ageMs < ms ? 0.9 : 0.05);

describe("a CPU limit that was set", () => {
  const lowered = { limitBefore: 0.5, limit: 0.05, readyAfterMs: 5 * second, throttled: always };
  test.each([
    [5 * second, 35 * second],
    [15 * second, 45 * second],
  ])("lower than before is told as soon as it is ready and two scrapes show it (every %d ms)", (tickMs, ms) => {
    expect(toldAfter({ ...lowered, tickMs })).toBeLessThanOrEqual(ms);
    expect(toldAfter({ ...lowered, tickMs, limitBefore: undefined })).toBeLessThanOrEqual(ms);
    expect(toldAfter({ ...lowered, tickMs, sameName: true })).toBeLessThanOrEqual(ms);
  });

  const asBefore = { limitBefore: 0.1, limit: 0.1, readyAfterMs: 5 * second, throttled: always };
  test.each([
    [5 * second, 55 * second],
    [15 * second, 65 * second],
    [30 * second, 95 * second],
  ])("otherwise is told when it is throttled after its start still (every %d ms)", (tickMs, ms) => {
    for (const story of [asBefore, { ...lowered, readyAfterMs: undefined }]) {
      const told = toldAfter({ ...story, tickMs });
      expect(told).toBeGreaterThan(45 * second);
      expect(told).toBeLessThanOrEqual(ms);
    }
  });

  test.each<[string, Story]>([
    ["where the start alone is throttled", { ...asBefore, throttled: within(40 * second) }],
    [
      "where the start alone is throttled, which takes longer at the lower limit",
      { ...lowered, readyAfterMs: 20 * second, throttled: within(40 * second) },
    ],
    ["where one scrape shows it", { ...lowered, throttled: within(31 * second) }],
    ["where nothing is throttled", { ...lowered, throttled: () => 0.1 }],
  ])("is no news %s", (_title, story) => {
    expect(toldAfter(story)).toBeUndefined();
  });
});
