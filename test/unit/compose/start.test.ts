import { pino } from "pino";
import { describe, expect, test, vi } from "vitest";
import { defaultPolicy } from "../../../src/actions/policy/policy-file.ts";
import { createDesk } from "../../../src/app/desk/desk.ts";
import { buildView } from "../../../src/app/view/build-view.ts";
import { demoTime } from "../../../src/cli/demo/demo-time.ts";
import { type Config, configSchema } from "../../../src/config/config.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { type Role, startKubemend } from "../../../src/main.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { demoRecordingFolder } from "../../../src/replay/demo-recording.ts";
import { loadTruth } from "../../../src/replay/player/load-truth.ts";
import { loadRecording } from "../../../src/replay/recording/load-recording.ts";
import { type ServedRecording, serveRecording } from "../../../src/replay/serve.ts";
import { createVirtualClock } from "../../../src/replay/virtual-clock.ts";
import { verifyAudit } from "../../../src/store/audit.ts";
import { listIncidents } from "../../../src/store/incidents/incidents.ts";
import { startJobs } from "../../../src/store/jobs.ts";
import { openStore, type Store } from "../../../src/store/open-store.ts";
import { createPlanStore } from "../../../src/store/plans/plan-store.ts";
import { httpFake } from "../../support/http-fake.ts";
import { type TestDatabase, withDatabase } from "../../support/postgres.ts";

const recording = await loadRecording(demoRecordingFolder);
const faults = await loadTruth(demoRecordingFolder);
const settings = (more: object): Config =>
  configSchema.parse({
    cluster: "shop",
    web: { port: 0 },
    detection: { scrapeSeconds: 5, learnMinutes: 3 },
    ...more,
  });

const storeOf = (database: TestDatabase): Promise<Store> => openStore({ url: database.url, dataFolder: "unused" });

function start(role: Role, store: Store, cluster: ServedRecording, config: Config) {
  const { clock, kubeconfig } = cluster;
  return startKubemend({
    config,
    policy: defaultPolicy,
    role,
    store,
    kubeConfig: kubeconfig,
    log: silentLogger,
    clock,
  });
}

/** The value of a metric that has no label of its own; undefined when there is no such metric. */
async function metric(url: string | undefined, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name}{cluster=`));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

const soon = { timeout: 25_000, interval: 100 };

describe("kubemend watches a served recording", () => {
  test("is alive and ready, takes logs and alerts from who knows the token, and samples reach the database", async () => {
    await using database = await withDatabase();
    await using store = await storeOf(database);
    const cluster = await serveRecording({ recording, faults, speed: 2 });
    await using _cluster = { [Symbol.asyncDispose]: () => cluster.close() };
    const { clock } = cluster;
    const config = settings({ logs: { source: "push" }, ingest: { token: "sesame" }, capture: { seconds: 5 } });
    const kubemend = await start("all", store, cluster, config);
    await using _kubemend = kubemend;
    const { url } = kubemend;
    const post = async (path: string, body: object, token: string) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      return (await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })).status;
    };

    for (const path of ["/healthz", "/readyz"]) expect((await fetch(url + path)).status, path).toBe(200);

    const stream = { namespace: "sock-shop", pod: "carts-1", container: "carts" };
    const line = [String(BigInt(Math.round(clock.now())) * 1_000_000n), "INFO started"];
    const logs = { streams: [{ stream, values: [line] }] };
    const labels = { alertname: "CheckoutBroken", namespace: "sock-shop", deployment: "orders", severity: "critical" };
    const startsAt = new Date(clock.now()).toISOString();
    const alerts = {
      version: "4",
      status: "firing",
      alerts: [{ status: "firing", labels, annotations: { summary: "Nobody can pay" }, startsAt, fingerprint: "a1" }],
    };
    expect(await post("/loki/api/v1/push", logs, "wrong")).toBe(401);
    expect(await post("/api/v1/alertmanager", alerts, "wrong")).toBe(401);
    expect(await metric(url, "kubemend_log_push_requests_total")).toBe(0);
    expect(await post("/loki/api/v1/push", logs, "sesame")).toBe(204);
    expect(await post("/api/v1/alertmanager", alerts, "sesame")).toBe(204);
    expect(await metric(url, "kubemend_log_push_lines_total")).toBe(1);
    expect(await metric(url, "kubemend_alerts_total")).toBe(1);

    await vi.waitFor(async () => {
      expect(await metric(url, "kubemend_log_lines_total")).toBe(1);
      const incidents = await listIncidents(store.database, { limit: 10 });
      expect(incidents.map(({ target }) => target.name)).toContain("orders");
    }, soon);
    await vi.waitFor(async () => {
      expect(await metric(url, "kubemend_capture_written_total")).toBeGreaterThan(0);
      expect(await metric(url, "kubemend_forecast_series")).toBeGreaterThan(0);
    }, soon);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await kubemend.stop();
    const { rows } = await database.pool.query<{ pods: string; bad: string }>(
      `select count(*) as pods, count(*) filter (where label = 'bad' and workload = 'orders') as bad from pods where cluster = 'shop'`,
    );
    expect(Number(rows[0]?.pods)).toBeGreaterThan(0);
    expect(Number(rows[0]?.bad), "samples of what the alert is about").toBeGreaterThan(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  test("a push is refused with the reason while logs are followed, and a Prometheus that is set is asked instead of scraping", async () => {
    await using database = await withDatabase();
    await using store = await storeOf(database);
    const cluster = await serveRecording({ recording, faults, speed: 10 });
    await using _cluster = { [Symbol.asyncDispose]: () => cluster.close() };
    await using prometheus = await httpFake(({ path, params }) => {
      if (path.endsWith("/values")) return { body: { status: "success", data: [] } };
      const time = Number(params.get("time"));
      const query = params.get("query") ?? "";
      const result = query.startsWith("max(timestamp") ? [{ metric: {}, value: [time, String(time)] }] : [];
      return { body: { status: "success", data: { resultType: "vector", result } } };
    });
    const config = settings({ prometheus: { url: prometheus.url, token: "s3cret" } });
    await using kubemend = await start("watcher", store, cluster, config);
    const { url } = kubemend;
    const refused = await fetch(`${url}/loki/api/v1/push`, { method: "POST", body: "{}" });
    expect([refused.status, await refused.text()]).toEqual([415, expect.stringContaining("logs.source")]);
    await vi.waitFor(async () => {
      expect(await metric(url, "kubemend_prometheus_queries_total")).toBeGreaterThan(3);
      expect(await metric(url, "kubemend_log_lines_total")).toBeGreaterThan(0);
      expect(await metric(url, "kubemend_detection_ticks_total")).toBeGreaterThan(4);
    }, soon);
    expect(new Set(prometheus.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer s3cret"]),
    );
    expect(await metric(url, "kubemend_detection_series"), "nothing is scraped").toBe(0);
  });

  test("reads logs from a Loki that is set, and says so when the model it is told to use is missing", async () => {
    await using database = await withDatabase();
    await using store = await storeOf(database);
    const cluster = await serveRecording({ recording, faults, speed: 10 });
    await using _cluster = { [Symbol.asyncDispose]: () => cluster.close() };
    const stream = { namespace: "sock-shop", pod: "carts-1", container: "carts" };
    await using loki = await httpFake(({ params }) => {
      const values = [[params.get("start") ?? "0", "INFO started"]];
      return { body: { status: "success", data: { resultType: "streams", result: [{ stream, values }] } } };
    });
    const warned: string[] = [];
    const log = pino({ level: "warn" }, { write: (line) => void warned.push(line) });
    const config = settings({
      logs: { source: "loki" },
      loki: { url: loki.url, query: '{job="shop"}', tenant: "team-a" },
      detection: { scrapeSeconds: 5, learnMinutes: 3, model: "no-such-folder" },
      capture: { enabled: false },
    });
    const { clock, kubeconfig } = cluster;
    const kubemend = await startKubemend({
      config,
      policy: defaultPolicy,
      role: "watcher",
      store,
      kubeConfig: kubeconfig,
      log,
      clock,
    });
    await using _kubemend = kubemend;
    await vi.waitFor(async () => {
      expect(await metric(kubemend.url, "kubemend_loki_lines_total")).toBeGreaterThan(0);
      expect(await metric(kubemend.url, "kubemend_log_lines_total")).toBeGreaterThan(0);
      expect(await metric(kubemend.url, "kubemend_detection_ticks_total")).toBeGreaterThan(1);
    }, soon);
    expect(loki.requests[0]?.headers["x-scope-orgid"]).toBe("team-a");
    expect(loki.requests[0]?.params.get("query")).toBe('{job="shop"}');
    expect(await metric(kubemend.url, "kubemend_detection_failures_total")).toBe(0);
    expect(await metric(kubemend.url, "kubemend_capture_samples_total"), "switched off").toBe(0);
    expect(warned.join("")).toContain("forecaster.no-model");
  });
});

test("watcher and actor in two processes' places share nothing but the database: what one proposes and a person approves, the other applies", async () => {
  await using database = await withDatabase();
  await using watcherStore = await storeOf(database);
  await using actorStore = await storeOf(database);
  const time = demoTime({
    recordingStart: recording.start,
    injectedAt: faults[0]?.injectedAt,
    leadInSpeed: 60,
    now: Date.now(),
  });
  const speed = 3;
  const clock = createVirtualClock({ startAt: time.startAt, speed });
  const cluster = await serveRecording({ recording, faults, clock, ...time, speed });
  await using _cluster = { [Symbol.asyncDispose]: () => cluster.close() };
  const config = settings({});
  await using watcher = await start("watcher", watcherStore, cluster, config);
  const actor = await start("actor", actorStore, cluster, config);
  await using _actor = actor;
  expect([typeof watcher.url, actor.url], "only the watcher is reached over HTTP").toEqual(["string", undefined]);

  const carts = `${cluster.url}/apis/apps/v1/namespaces/sock-shop/deployments/carts`;
  const limit = async () => {
    const deployment = (await (await fetch(carts)).json()) as {
      spec: { template: { spec: { containers: { resources: { limits: { memory: string } } }[] } } };
    };
    return deployment.spec.template.spec.containers[0]?.resources.limits.memory;
  };
  const proposed = await vi.waitFor(async () => {
    for (const { id } of await listIncidents(database, { limit: 10 })) {
      const fixes = (await buildView(database, id))?.fixes ?? [];
      const plan = fixes[0]?.plan?.plan;
      if (plan?.state === "proposed") return plan;
    }
    throw new Error("no plan yet");
  }, soon);
  expect(proposed.target).toMatchObject({ kind: "Deployment", name: "carts" });
  const before = await limit();

  await using jobs = await startJobs(database.url);
  const desk = createDesk({
    database,
    plans: createPlanStore(database),
    policy: defaultPolicy,
    redact: createRedactor().redact,
    changed: async () => undefined,
    statusDecided: () => undefined,
    jobs,
    clock,
    ask: async () => ({ type: "refused", reason: "empty-question", text: "" }),
  });
  const ann = { id: "slack:ann", name: "ann" };
  expect(await desk.approve(proposed.id, proposed.digest, ann)).toEqual({ type: "approved" });
  expect(await desk.approve(proposed.id, proposed.digest, ann)).toMatchObject({ type: "refused" });
  await vi.waitFor(async () => {
    const stored = await createPlanStore(database).get(proposed.id);
    expect(stored?.plan.state).toBe("applied");
    expect(stored?.executions).toHaveLength(1);
  }, soon);
  expect(await limit()).not.toBe(before);
  expect(await verifyAudit(database)).toMatchObject({ intact: true });
});
