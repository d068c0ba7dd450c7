import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../src/cluster/kubernetes-types.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { type HealthReader, healthSource, healthTarget } from "../../../../src/detection/collect/health.ts";
import { createKnownPods } from "../../../../src/detection/collect/known-pods.ts";
import { readHealth } from "../../../../src/detection/collect/read-health.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const json = JSON.stringify;

describe("an answer is read by the names that applications use", () => {
  test.each([
    {
      name: "flat, in percent",
      body: json({ status: "healthy", cpu: 12.5, memory: 41.2, errorCount: 3, uptime: 3_600 }),
      want: { up: true, cpu: 12.5, memory: 41.2, errorCount: 3, uptimeSeconds: 3_600, percent: true },
    },
    {
      name: "flat, as shares",
      body: json({ cpu: 0.12, memory: 0.4, errors: 0, uptime_seconds: 5 }),
      want: { cpu: 0.12, memory: 0.4, errorCount: 0, uptimeSeconds: 5, percent: false },
    },
    {
      name: "a small percentage that says so",
      body: json({ cpu_percent: 0.7, memory_percent: 0.9 }),
      want: { cpu: 0.7, memory: 0.9, percent: true },
    },
    {
      name: "numbers in text",
      body: json({ cpu: "12.5%", mem: "41 %", error_count: "7", uptime: "1h2m5s" }),
      want: { cpu: 12.5, memory: 41, errorCount: 7, uptimeSeconds: 3_725, percent: true },
    },
    {
      name: "one level down",
      body: json({
        status: "UP",
        metrics: { cpuUsage: 0.5, memory: { used: 128, total: 512 }, errorCount: 1 },
        uptimeMs: 90_000,
      }),
      want: { cpu: 0.5, memory: 0.25, errorCount: 1, uptimeSeconds: 90 },
    },
    { name: "a list of errors is counted", body: json({ errors: ["a", "b"] }), want: { errorCount: 2 } },
    {
      name: "values of other types are passed over",
      body: json({ cpu: null, memory: [1], errorCount: {}, uptime: true }),
      want: { up: true },
    },
    {
      name: "negative and endless numbers are none",
      body: '{"cpu":-1,"memory":1e999,"errorCount":-3}',
      want: { up: true },
    },
    { name: "a status of down", body: json({ status: "DOWN", cpu: 0.1 }), want: { up: false, cpu: 0.1 } },
    {
      name: "a status that is a word of its own is no verdict",
      body: json({ status: "degraded" }),
      want: { up: true },
    },
    { name: "plain text", body: "OK\n", want: { up: true, broken: false } },
    { name: "plain text that says no", body: "unhealthy", want: { up: false } },
    { name: "nothing", body: "", want: { up: true } },
    { name: "broken JSON", body: '{"cpu": 12, "mem', want: { up: true, broken: true } },
    { name: "a web page", body: "<html><body>fine</body></html>", want: { up: true } },
  ])("$name", ({ body, want }) => {
    const report = readHealth(200, body);
    expect(report).toMatchObject(want);
    for (const part of ["cpu", "memory", "errorCount", "uptimeSeconds"]) expect(part in report).toBe(part in want);
  });

  test("a refusal is down, but what it tells is kept", () => {
    expect(readHealth(503, json({ status: "error", cpu: 99, errorCount: 12 }))).toMatchObject({
      up: false,
      cpu: 99,
      errorCount: 12,
    });
  });

  test("text of a megabyte and a thousand keys take no time to speak of", () => {
    const many = json(
      Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, { cpu: "1h".repeat(100) }])),
    );
    const began = performance.now();
    readHealth(200, many);
    readHealth(200, "1h".repeat(500_000));
    readHealth(200, json({ uptime: "1".repeat(500_000) }));
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});

interface PodWish {
  readonly name?: string;
  readonly annotations?: Record<string, string>;
  readonly phase?: string;
}

function pod({
  name = "patient-1",
  annotations = { "kubemend.dev/health-path": "/health" },
  phase = "Running",
}: PodWish = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "ward", uid: name, annotations },
    spec: { containers: [{ name: "main", ports: [{ containerPort: 8000 }, { name: "admin", containerPort: 9000 }] }] },
    status: { phase },
  };
}

describe("who is asked", () => {
  const path = { "kubemend.dev/health-path": "/health" };
  test.each([
    { name: "the first port, by http", wish: {}, want: { port: 8_000, path: "/health", scheme: "http" } },
    {
      name: "a port by number",
      wish: { annotations: { ...path, "kubemend.dev/health-port": "8443", "kubemend.dev/health-scheme": "https" } },
      want: { port: 8_443, scheme: "https" },
    },
    {
      name: "a port by name",
      wish: { annotations: { ...path, "kubemend.dev/health-port": "admin" } },
      want: { port: 9_000 },
    },
    { name: "nobody without the annotation", wish: { annotations: {} }, want: undefined },
    {
      name: "nobody at a port that is none",
      wish: { annotations: { ...path, "kubemend.dev/health-port": "99999" } },
      want: undefined,
    },
    { name: "nobody before it runs", wish: { phase: "Pending" }, want: undefined },
  ])("$name", ({ wish, want }) => {
    const target = healthTarget(pod(wish));
    if (want) expect(target).toMatchObject(want);
    else expect(target).toBeUndefined();
  });

  test("a pod whose workload has the annotation", () => {
    expect(healthTarget(pod({ annotations: {} }), { "kubemend.dev/health-path": "/h" })).toMatchObject({
      path: "/h",
      port: 8_000,
    });
  });
});

async function ask(
  answer: HealthReader["podAnswer"],
  options: { ms?: number; pods?: Pod[]; maxPods?: number; createdAt?: number } = {},
) {
  const { ms = 31_000, pods = [pod()], createdAt = start - 600_000 } = options;
  const clock = createManualClock(start);
  const known = createKnownPods();
  for (const object of pods) known.apply({ type: "object", at: 0, change: "ADDED", object: object });
  const stopping = new AbortController();
  const signals: Signal[] = [];
  const running = healthSource({
    reader: { podAnswer: answer },
    clock,
    known,
    signal: stopping.signal,
    emit: (signal) => signals.push(signal),
    workloadOf: () => ({ workload: "patient", createdAt }),
    ...(options.maxPods === undefined ? {} : { maxPods: options.maxPods }),
  });
  await clock.advance(ms);
  stopping.abort();
  await running;
  const points = signals.flatMap((signal) => (signal.type === "derived" ? signal.points : []));
  return {
    latest: Object.fromEntries(points.map(({ name, labels, value }) => [`${name} ${labels["pod"]}`, value])),
    sights: signals.flatMap((signal) => (signal.type === "source" ? [`${signal.ok}: ${signal.detail}`] : [])),
  };
}

describe("answers become series", () => {
  test("percent become shares, of the whole workload from then on", async () => {
    let cpu = 0.9;
    const next = () => {
      cpu += 40;
      return cpu;
    };
    const answers = async () => ({
      status: 200,
      body: json({ cpu: next(), memory: 50, errorCount: 2, uptime: 100 }),
    });
    const { latest, sights } = await ask(answers);
    expect(latest).toEqual({
      "health_up patient-1": 1,
      "health_cpu_ratio patient-1": expect.closeTo(1.209) as number,
      "health_memory_ratio patient-1": 0.5,
      "health_error_count patient-1": 2,
      "health_uptime_seconds patient-1": 100,
    });
    expect(sights).toEqual(["true: health endpoints are asked"]);
    let round = 0;
    const idle = await ask(async () => ({ status: 200, body: json({ cpu: round++ === 0 ? 80 : 0.8 }) }));
    expect(idle.latest["health_cpu_ratio patient-1"]).toBeCloseTo(0.008);
  });

  test("memory in bytes is no share, and an uptime in milliseconds is found out", async () => {
    const { latest } = await ask(async () => ({ status: 200, body: json({ memory: 123_456_789, uptime: 540_000 }) }));
    expect(latest).toEqual({ "health_up patient-1": 1, "health_uptime_seconds patient-1": 540 });
  });

  test.each([
    { name: "a refusal of the application", answer: async () => ({ status: 503, body: "busy" }) },
    {
      name: "nobody listens in the pod",
      answer: async () => ({
        status: 503,
        body: json({
          kind: "Status",
          apiVersion: "v1",
          message: "error trying to reach service: dial tcp: connection refused",
        }),
      }),
    },
    {
      name: "an answer that does not come in time",
      answer: async () =>
        Promise.reject(new Error("No answer", { cause: new DOMException("timeout", "TimeoutError") })),
    },
  ])("$name is down, not blindness", async ({ answer }) => {
    const { latest, sights } = await ask(answer, { ms: 120_000 });
    expect(latest).toEqual({ "health_up patient-1": 0 });
    expect(sights).toEqual(["true: health endpoints are asked"]);
  });

  test.each([
    {
      name: "the API refuses",
      answer: async () => ({ status: 403, body: json({ kind: "Status", apiVersion: "v1", message: "forbidden" }) }),
      says: "the Kubernetes API answers 403",
    },
    { name: "the API is away", answer: async () => Promise.reject(new Error("ECONNREFUSED")), says: "ECONNREFUSED" },
  ])("$name: that is blindness, told once and within two minutes", async ({ answer, says }) => {
    const { latest, sights } = await ask(answer, { ms: 90_000 });
    expect(latest).toEqual({});
    expect(sights).toEqual([`false: no health endpoint can be asked: ${says}`]);
  });

  test("more pods than can be asked are told of", async () => {
    const { sights } = await ask(async () => ({ status: 200, body: "ok" }), {
      pods: [pod(), pod({ name: "patient-2" })],
      maxPods: 1,
    });
    expect(sights).toEqual(["true: health endpoints are asked; 1 more than can be asked are left out"]);
  });
});
