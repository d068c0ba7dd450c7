import Fastify from "fastify";
import { expect, test } from "vitest";
import { createPrometheusClient } from "../../../../src/adapters/prometheus/prometheus-client.ts";
import { ingestRoutes } from "../../../../src/bot/web/ingest.ts";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createAlertIntake } from "../../../../src/detection/collect/alertmanager.ts";
import { type LiveReader, liveSignals } from "../../../../src/detection/collect/live-signals.ts";
import { prometheusSource } from "../../../../src/detection/collect/prometheus/prometheus.ts";
import { createLogIntake } from "../../../../src/detection/collect/push/log-intake.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { httpFake } from "../../../support/http-fake.ts";
import { packedPush } from "../../../support/push-bodies.ts";

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "shop", uid: "p" },
  spec: { containers: [{ name: "web" }] },
  status: { phase: "Running" },
};

/** A cluster of one pod; metrics and logs come from elsewhere. */
const reader: LiveReader = {
  watch: async ({ onObject, onSight, signal }) => {
    onObject("ADDED", pod);
    onSight({ ok: true, detail: "" });
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  },
  nodeMetrics: async () => Promise.reject(new Error("not to be scraped")),
  podMetrics: async () => Promise.reject(new Error("not to be scraped")),
  readLog: async () => Promise.reject(new Error("not to be read")),
  followLog: async () => Promise.reject(new Error("not to be followed")),
};

test("metrics of a Prometheus, pushed logs and alerts reach detection through one stream", async () => {
  await using prometheus = await httpFake(({ path, params }) => {
    const query = params.get("query") ?? "";
    if (path.endsWith("/values")) return { body: { status: "success", data: ["http_requests_total"] } };
    const time = Number(params.get("time"));
    const result = query.startsWith("max(timestamp")
      ? [{ metric: {}, value: [time, String(time - 2)] }]
      : query.includes("http_requests_total")
        ? [{ metric: { namespace: "shop", pod: "web-1", code: "500" }, value: [time, "2"] }]
        : [];
    return { body: { status: "success", data: { resultType: "vector", result } } };
  });
  const stopping = new AbortController();
  const logs = createLogIntake();
  const alerts = createAlertIntake();
  const observation = createObservation({ cluster: "test" });
  const engine = createDetectionEngine({ observation, nextId: () => "1", detectors: [] });
  const client = createPrometheusClient({ url: prometheus.url });
  const signals = liveSignals({
    reader,
    clock: systemClock,
    signal: stopping.signal,
    scrape: false,
    logs: false,
    sources: [
      (context) => logs.source(context),
      (context) => alerts.source(context),
      (context) =>
        prometheusSource({
          ...context,
          reader: client,
          intervalMs: 100,
          workloadOf: () => ({ workload: "web", createdAt: 0 }),
        }),
    ],
  });
  const web = Fastify();
  await web.register(
    ingestRoutes({
      token: "sesame",
      pushLogs: (request) => logs.push(request),
      notifyAlerts: (body) => alerts.notify(body),
    }),
  );
  const url = await web.listen({ host: "127.0.0.1", port: 0 });
  const post = async (path: string, body: string | Buffer, type: string) => {
    const headers = { authorization: "Bearer sesame", "content-type": type };
    const response = await fetch(url + path, {
      method: "POST",
      headers,
      body: new Uint8Array(Buffer.from(body as string)),
    });
    return response.status;
  };

  const seconds = Math.floor(Date.now() / 1_000);
  const stream = { labels: '{namespace="shop",pod="web-1",container="web"}', entries: [{ seconds, line: "boom" }] };
  expect(await post("/loki/api/v1/push", packedPush([stream]), "application/x-protobuf")).toBe(204);
  const alert = {
    status: "firing",
    labels: { alertname: "Down", namespace: "shop" },
    startsAt: new Date().toISOString(),
    fingerprint: "a",
  };
  expect(
    await post(
      "/api/v1/alertmanager",
      JSON.stringify({ version: "4", status: "firing", alerts: [alert] }),
      "application/json",
    ),
  ).toBe(204);

  const wanted = { namespace: "shop", workload: "web" };
  for await (const signal of signals) {
    engine.ingest(signal);
    const all = [
      observation.series.get("errors_per_second", wanted),
      observation.logs.pods("shop")[0],
      observation.alerts.firing(Date.now())[0],
    ];
    if (all.every((one) => one !== undefined)) stopping.abort();
  }
  expect(observation.series.get("errors_per_second", wanted)?.last).toBeCloseTo(2);
  expect(observation.logs.lines({ namespace: "shop", pod: "web-1" }).map(({ line }) => line)).toEqual(["boom"]);
  expect(observation.alerts.firing(Date.now()).map(({ name }) => name)).toEqual(["Down"]);
  expect(await post("/loki/api/v1/push", packedPush([stream]), "application/x-protobuf")).toBe(503);
  await web.close();
});
