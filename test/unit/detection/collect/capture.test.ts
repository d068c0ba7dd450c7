import { describe, expect, test, vi } from "vitest";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { type CaptureOptions, createCapture, type SampleSink } from "../../../../src/detection/collect/capture.ts";
import { sampleBatch } from "../../../../src/detection/collect/capture-samples.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import type { ObjectRef } from "../../../../src/incident/object-ref.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { readSamples } from "../../../../src/store/cluster/read-samples.ts";
import { insertSamples, relabelSamples } from "../../../../src/store/cluster/samples.ts";
import { createSampleTidying } from "../../../../src/store/cluster/tidy-samples.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { withDatabase } from "../../../support/postgres.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const dayMs = 86_400_000;
const spec = {
  replicas: 2,
  selector: { matchLabels: { app: "web" } },
  template: { metadata: {}, spec: { containers: [{ name: "web" }] } },
};
const pod = (name: string, phase = "Running"): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "shop",
    uid: name,
    ownerReferences: [{ kind: "Deployment", name: "web", uid: "web", controller: true }],
  },
  spec: { nodeName: "node-1", containers: [{ name: "web" }] },
  status: {
    phase,
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [{ name: "web", restartCount: 3 }],
  },
});
const objects: readonly KubeObject[] = [
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-1", uid: "n" },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", uid: "web" },
    spec,
    status: { availableReplicas: 1, updatedReplicas: 2 },
  },
  pod("web-1"),
  pod("web-2"),
  pod("web-done", "Succeeded"),
];

function observed() {
  const observation = createObservation({ cluster: "test" });
  for (const object of objects) observation.objects.apply("ADDED", object, start);
  const { series } = observation;
  const one = { namespace: "shop", pod: "web-1" };
  series.push("container_cpu_cores", { ...one, container: "web" }, start, 0.25);
  series.push("container_cpu_cores", { ...one, container: "sidecar" }, start, 0.5);
  series.push("container_memory_limit_ratio", { ...one, container: "web" }, start, 0.9);
  series.push("container_memory_limit_ratio", { ...one, container: "sidecar" }, start, 0.1);
  series.push("health_error_count", { ...one, workload: "web" }, start, 7);
  series.push("container_cpu_cores", { namespace: "shop", pod: "web-2", container: "web" }, start - 600_000, 9);
  series.push("latency_p95_seconds", { namespace: "shop", workload: "web" }, start, 0.125);
  series.push("node_cpu_ratio", { node: "node-1" }, start, 0.75);
  return observation;
}

const deployment: ObjectRef = { kind: "Deployment", namespace: "shop", name: "web" };
const anomaly = (target: ObjectRef, more: Partial<Anomaly> = {}): Anomaly => ({
  fingerprint: "f",
  detector: "d",
  family: "metric",
  reason: "r",
  target,
  score: 1,
  severity: "high",
  summary: "",
  startsAt: start,
  detectedAt: start,
  ...more,
});
const incident = (more: Partial<Incident> = {}): Incident => ({
  id: "1",
  cluster: "test",
  groupKey: "g",
  title: "t",
  severity: "high",
  status: "open",
  openedAt: start,
  onset: start - 45_000,
  updatedAt: start,
  target: deployment,
  affected: [deployment],
  anomalies: [],
  anomaliesDropped: 0,
  ...more,
});

describe("a sample", () => {
  const take = (active: Anomaly[] = [], incidents: Incident[] = []) =>
    sampleBatch({ observation: observed(), active, incidents, at: start + 1_000, freshMs: 60_000 });

  test("says what is known and leaves open what is not", () => {
    const { nodes, pods, deployments } = take();
    expect(nodes).toEqual([
      {
        at: start + 1_000,
        label: "good",
        node: "node-1",
        ready: true,
        pods: 3,
        cpuRatio: 0.75,
        memoryRatio: null,
        filesystemRatio: null,
      },
    ]);
    expect(pods.map(({ pod: name }) => name)).toEqual(["web-1", "web-2"]);
    expect(pods[0]).toMatchObject({
      workload: "web",
      ready: true,
      restarts: 3,
      cpuCores: 0.75,
      memoryLimitRatio: 0.9,
      healthErrorCount: 7,
      requestsPerSecond: null,
    });
    expect(pods[1]?.cpuCores).toBeNull();
    expect(deployments).toMatchObject([
      { deployment: "web", desired: 2, available: 1, updated: 2, latencyP95Seconds: 0.125, errorRatio: null },
    ]);
  });

  const podRef: ObjectRef = { kind: "Pod", namespace: "shop", name: "web-1" };
  test.each([
    { name: "nothing is wrong", active: [], incidents: [], want: "good good good good" },
    { name: "a detector reports one pod", active: [anomaly(podRef)], incidents: [], want: "good alert good good" },
    {
      name: "a detector reports the workload, seen on a pod",
      active: [anomaly(deployment, { seenOn: podRef })],
      incidents: [],
      want: "good alert alert alert",
    },
    {
      name: "an incident of the workload",
      active: [anomaly(deployment)],
      incidents: [incident()],
      want: "good bad bad bad",
    },
    {
      name: "an incident of the node",
      active: [],
      incidents: [incident({ target: { kind: "Node", name: "node-1" }, affected: [] })],
      want: "bad good good good",
    },
    {
      name: "an incident that is over",
      active: [],
      incidents: [incident({ status: "resolved" })],
      want: "good good good good",
    },
    {
      name: "an anomaly of an open incident that has ended",
      active: [],
      incidents: [
        incident({
          target: { kind: "Service", namespace: "shop", name: "x" },
          affected: [],
          anomalies: [anomaly(podRef, { endsAt: start })],
        }),
      ],
      want: "good good good good",
    },
  ])("$name: $want", ({ active, incidents, want }) => {
    const { nodes, pods, deployments } = take(active, incidents);
    expect([...nodes, ...pods, ...deployments].map(({ label }) => label).join(" ")).toBe(want);
  });
});

function captured(sink: Partial<SampleSink> = {}, options: Partial<CaptureOptions> = {}) {
  const clock = createManualClock(start);
  const calls: string[] = [];
  const stopping = new AbortController();
  const capture = createCapture({
    sink: {
      insert: async ({ pods }) => void calls.push(`insert ${((pods[0]?.at ?? 0) - start) / 1_000}`),
      relabel: async ({ from, to }) => void calls.push(`relabel ${(from - start) / 1_000}..${(to - start) / 1_000}`),
      tidy: async (now) => {
        calls.push(`tidy ${(now - start) / 3_600_000}h`);
        return { pruned: 0, done: true };
      },
      ...sink,
    },
    observation: observed(),
    clock,
    log: silentLogger,
    ...options,
  });
  const running = capture.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
  };
  return { clock, capture, calls, stop };
}

describe("capture", () => {
  test("takes a sample at regular times, dates an incident back once, and again when it spreads", async () => {
    const { clock, capture, calls, stop } = captured();
    for (let i = 0; i <= 8; i++) {
      const spread = i > 5 ? [deployment, { kind: "Pod", namespace: "shop", name: "x" }] : [deployment];
      capture.record({ active: [], incidents: i > 2 ? [incident({ affected: spread })] : [], at: clock.now() });
      await clock.advance(15_000);
    }
    expect(calls.filter((call) => !call.startsWith("tidy"))).toEqual([
      "insert 0",
      "insert 30",
      "insert 60",
      "relabel -45..60",
      "insert 90",
      "relabel -45..90",
      "insert 120",
    ]);
    await stop();
  });

  test("what still waits is written when it stops", async () => {
    const { clock, capture, calls, stop } = captured();
    for (let i = 0; i < 3; i++) capture.record({ active: [], incidents: [], at: clock.now() + i * 30_000 });
    await stop();
    expect(calls.filter((call) => call.startsWith("insert"))).toEqual(["insert 0", "insert 30", "insert 60"]);
    expect(capture.stats).toMatchObject({ written: 3, queued: 0 });
  });

  test("a database that hangs does not hold up the stop", async () => {
    const { clock, capture, stop } = captured({ insert: () => new Promise(() => undefined) }, { flushMs: 50 });
    capture.record({ active: [], incidents: [], at: clock.now() });
    await expect(
      Promise.race([stop(), new Promise((late) => setTimeout(late, 5_000, "late"))]),
    ).resolves.toBeUndefined();
    expect(capture.stats.written).toBe(0);
  });

  test("tidies at the start and every hour", async () => {
    const { clock, calls, stop } = captured();
    await clock.advance(3 * 3_600_000 + 60_000);
    expect(calls.map((call) => Math.round(Number.parseFloat(call.slice(5))))).toEqual([0, 1, 2, 3]);
    await stop();
  });

  test("what there is much to tidy of is gone on with between the samples", async () => {
    let left = 3;
    const calls: string[] = [];
    const { clock, capture, stop } = captured({
      insert: async () => void calls.push("insert"),
      tidy: async () => {
        calls.push("tidy");
        return { pruned: 0, done: --left <= 0 };
      },
    });
    for (let i = 0; i < 2; i++) capture.record({ active: [], incidents: [], at: clock.now() + i * 30_000 });
    await clock.advance(60_000);
    expect(calls).toEqual(["tidy", "insert", "tidy", "insert", "tidy"]);
    await stop();
  });

  test("a database that is away costs the oldest samples, counted, and nothing else", async () => {
    let away = true;
    const written: number[] = [];
    const insert: SampleSink["insert"] = async ({ nodes }) => {
      if (away) throw new Error("ECONNREFUSED");
      written.push(((nodes[0]?.at ?? 0) - start) / 30_000);
    };
    const { clock, capture, stop } = captured({ insert }, { maxQueued: 3 });
    for (let i = 0; i < 10; i++) {
      capture.record({ active: [], incidents: [], at: clock.now() });
      await clock.advance(30_000);
    }
    expect(capture.stats).toMatchObject({ samples: 10, written: 0, queued: 3, droppedWrites: 6 });
    expect(capture.stats.failures).toBeGreaterThan(5);
    away = false;
    await clock.advance(60_000);
    expect(written).toEqual([0, 7, 8, 9]);
    await stop();
  });

  test("a sample that the database refuses for what it holds does not hold up the next", async () => {
    let first = true;
    const written: number[] = [];
    const insert: SampleSink["insert"] = async ({ nodes }) => {
      if (first) {
        first = false;
        throw Object.assign(new Error("invalid byte sequence"), { code: "22021" });
      }
      written.push(((nodes[0]?.at ?? 0) - start) / 30_000);
    };
    const { clock, capture, stop } = captured({ insert });
    for (let i = 0; i < 3; i++) {
      capture.record({ active: [], incidents: [], at: clock.now() });
      await clock.advance(30_000);
    }
    expect(written).toEqual([1, 2]);
    expect(capture.stats).toMatchObject({ refused: 1, queued: 0 });
    await stop();
  });

  test("more pods than a sample may have are left out and counted", async () => {
    const { clock, capture, stop } = captured({}, { maxPods: 1 });
    capture.record({ active: [], incidents: [], at: clock.now() });
    expect(capture.stats.droppedPods).toBe(1);
    await stop();
  });

  test("into a real database: what training reads is what was seen", async () => {
    await using database = await withDatabase();
    const sink: SampleSink = {
      insert: (batch) => insertSamples(database, "test", batch),
      relabel: (change) => relabelSamples(database, "test", change),
      tidy: (now) => createSampleTidying(database, "test")({ from: now - 14 * dayMs, fullFrom: now - 14 * dayMs }),
    };
    const { clock, capture, stop } = captured(sink);
    capture.record({ active: [], incidents: [], at: start });
    capture.record({ active: [], incidents: [incident({ onset: start })], at: start + 30_000 });
    // A second of its clock every time that one looks: what is stored must not grow old meanwhile.
    await vi.waitFor(async () => {
      await clock.advance(1_000);
      expect(capture.stats.written).toBeGreaterThanOrEqual(3);
    });
    const rows = [];
    for await (const page of readSamples(database, "pods", { cluster: "test", from: start, to: start + 60_000 }))
      rows.push(...page);
    expect(rows.map(({ pod: name, label, cpuCores }) => `${name} ${label} ${cpuCores}`)).toEqual([
      "web-1 bad 0.75",
      "web-2 bad null",
      "web-1 bad 0.75",
      "web-2 bad null",
    ]);
    await stop();
  });
});
