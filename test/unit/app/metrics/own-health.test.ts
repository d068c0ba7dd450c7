import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { addAuditMetrics } from "../../../../src/app/metrics/audit-metrics.ts";
import { countTurnedAway } from "../../../../src/app/metrics/delivery-metrics.ts";
import { addIncidentMetrics } from "../../../../src/app/metrics/incident-metrics.ts";
import { countMails } from "../../../../src/app/metrics/mail-metrics.ts";
import { createMetrics } from "../../../../src/app/metrics/metrics.ts";
import { addOutcomeMetrics } from "../../../../src/app/metrics/outcome-metrics.ts";
import { addShardMetrics } from "../../../../src/app/metrics/shard-metrics.ts";
import { countSlackCalls } from "../../../../src/app/metrics/slack-metrics.ts";
import type { ClusterSources } from "../../../../src/app/sources/cluster-sources.ts";
import { runHeartbeat } from "../../../../src/app/watch/heartbeat.ts";
import type { SlackPort } from "../../../../src/bot/slack/slack-port.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import { AppError } from "../../../../src/lib/app-error.ts";
import type { Clock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import type { Database } from "../../../../src/store/database.ts";
import { startJobs } from "../../../../src/store/jobs.ts";
import { fillIncident } from "../../../support/filled-pages.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const idle: ClusterSources = {
  signals: Object.assign((async function* () {})(), { dropped: 0, droppedLogLines: 0, queued: 0 }),
  pushLogs: async () => ({ outcome: "not-ready", retryAfterSeconds: 1 }),
  notifyAlerts: () => ({ outcome: "not-ready", retryAfterSeconds: 1 }),
  pushTraces: async () => ({ outcome: "not-ready", retryAfterSeconds: 1 }),
  watches: { states: [], failures: [] },
  stats: {
    prometheus: undefined,
    loki: undefined,
    scrape: undefined,
    pushed: { requests: 0, refusedRequests: 0, lines: 0, withoutPlace: 0, otherNamespace: 0, cut: 0, wrongTime: 0 },
    traces: { requests: 0, refusedRequests: 0, calls: 0, unplaced: 0, wrongTime: 0, tooMany: 0 },
    alerts: { alerts: 0, dropped: 0, refusedRequests: 0 },
  } as ClusterSources["stats"],
};

const never = { userName: async () => ({ ok: false, failure: { type: "later", code: "ratelimited" } }) };

/** Everything that a watcher exports. */
function everything(database: Database, now = Date.now) {
  const observation = createObservation({ cluster: "test" });
  const engine = createDetectionEngine({ observation, nextId: () => "1" });
  const { registry, incidents } = createMetrics({
    cluster: "test",
    clock: { now },
    engine,
    observation,
    sources: idle,
    capture: () => undefined,
    forecaster: () => ({ series: 0, refused: 0, evicted: 0 }),
  });
  addOutcomeMetrics(registry, { database, log: silentLogger });
  addAuditMetrics(registry);
  const record = addIncidentMetrics(registry, incidents, []);
  const slack = countSlackCalls(never as unknown as SlackPort, registry);
  countMails({ send: async () => undefined, [Symbol.asyncDispose]: async () => undefined }, registry);
  countTurnedAway(registry, silentLogger);
  addShardMetrics(registry, { stats: { count: 1, held: [0], watchers: 1, handOvers: 1 } });
  return { registry, record, slack, observation };
}

async function value(
  registry: Registry,
  name: string,
  labels: Record<string, string> = {},
): Promise<number | undefined> {
  const metric = (await registry.getMetricsAsJSON()).find((one) => one.name === name);
  const values: readonly { value: number; labels: object; metricName?: string }[] = metric?.values ?? [];
  return values.find((one) => Object.entries(labels).every(([key, wanted]) => Reflect.get(one.labels, key) === wanted))
    ?.value;
}

const folder = new URL("../../../../k8s/monitoring/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

const webPage = readFileSync(new URL("../../../../docs/web.md", import.meta.url), "utf8");

function expressions(): string[] {
  const dashboard = JSON.parse(read("grafana-dashboard.json")) as { panels: { targets: { expr: string }[] }[] };
  const rules = parse(read("prometheus-rules.yaml")) as { groups: { rules: { expr: string }[] }[] };
  return [
    ...dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr)),
    ...rules.groups.flatMap((group) => group.rules.map((rule) => rule.expr)),
    // What the manual names counts as a promise too.
    ...[...webPage.matchAll(/`(kubemend_[a-z_]+)/g)].map(([, name = ""]) => name),
  ];
}

describe("dashboard and rules", () => {
  test("every metric and label that they name is exported, and every one that is exported is in the manual", async () => {
    await using db = await withDatabase();
    const stop = new AbortController();
    const { registry } = everything(db);
    const beating = runHeartbeat({
      url: "http://127.0.0.1:1/",
      everyMs: 60_000,
      notWell: async () => "not now",
      registry,
      log: silentLogger,
      signal: stop.signal,
    });
    const exported = new Map<string, readonly string[]>();
    for (const { name } of registry.getMetricsAsArray() as readonly { name: string }[]) {
      const labels = (Reflect.get(registry.getSingleMetric(name) ?? {}, "labelNames") as string[] | undefined) ?? [];
      exported.set(name, labels);
      for (const suffix of ["_bucket", "_sum", "_count"]) exported.set(name + suffix, [...labels, "le"]);
    }
    const named = expressions();
    expect(named.length).toBeGreaterThan(30);
    // And the manual names each that is exported, with its labels.
    const manual = new Map(
      [...webPage.matchAll(/`(kubemend_[a-z_0-9]+)(?:\{([a-z,]+)\})?`/g)].map(([, name = "", labels = ""]) => [
        name,
        labels,
      ]),
    );
    const own = [...registry.getMetricsAsArray()]
      .map(({ name }) => name)
      .filter((name) => name.startsWith("kubemend_"));
    expect([...manual.keys()].toSorted()).toEqual(own.toSorted());
    for (const name of own) expect(manual.get(name), name).toBe(exported.get(name)?.join(","));
    for (const expression of named) {
      const metrics = [...expression.matchAll(/\b((?:kubemend|nodejs|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)];
      expect(metrics.length, expression).toBeGreaterThan(0);
      for (const [, name = "", matchers = ""] of metrics) {
        expect([...exported.keys()], expression).toContain(name);
        for (const [, label] of matchers.matchAll(/([a-z_]+)(?==|!|=~)/g))
          expect(exported.get(name), expression).toContain(label);
      }
    }
    stop.abort();
    await beating;
  });

  test("the share of log lines that was read is that of the last minutes by the cluster's own clock", async () => {
    await using db = await withDatabase();
    const now = Date.parse("2025-03-01T12:00:00Z");
    const { registry, observation } = everything(db, () => now);
    const line = { namespace: "shop", pod: "web", container: "app", line: "hello" };
    for (const at of [now - 60_000, now]) observation.logs.push({ ...line, at });
    observation.logs.missed(now, 6);
    observation.logs.missed(now - 3_600_000, 1_000);
    expect(await value(registry, "kubemend_log_share_read")).toBe(0.25);
  });

  test("every rule says what it means and what to do, and how bad it is", () => {
    const { groups } = parse(read("prometheus-rules.yaml")) as {
      groups: { rules: { alert: string; labels: { severity: string }; annotations: Record<string, string> }[] }[];
    };
    for (const rule of groups.flatMap((group) => group.rules)) {
      expect(rule.alert).toMatch(/^Kubemend[A-Z]/);
      expect(["critical", "high", "medium"]).toContain(rule.labels.severity);
      expect(rule.annotations["summary"]).toMatch(/\.$/);
      expect(rule.annotations["description"]).toMatch(/\.$/);
    }
  });
});

describe("figures of kubemend itself", () => {
  test("how long detection took is measured once an incident, also over ticks and reopening", async () => {
    await using db = await withDatabase();
    const { registry, record } = everything(db);
    const at = (over: Partial<Incident>): Incident => ({
      ...incidentView.incident,
      onset: 1_000,
      openedAt: 8_000,
      ...over,
    });
    const active = [{ family: "blind" }] as never;
    record({ incidents: [at({})], active });
    record({ incidents: [at({ status: "acknowledged" })], active: [] });
    record({ incidents: [at({ status: "resolved", resolvedAt: 61_000 })], active: [] });
    record({ incidents: [at({ status: "reopened" })], active });
    const text = await registry.metrics();
    expect(text).toContain('kubemend_detection_latency_seconds_count{cluster="test"} 1');
    expect(text).toContain('kubemend_detection_latency_seconds_sum{cluster="test"} 7');
    expect(text).toContain('kubemend_incident_duration_seconds_sum{cluster="test",severity="critical"} 60');
    for (const event of ["opened", "resolved", "reopened"])
      expect(await value(registry, "kubemend_incident_events_total", { event })).toBe(1);
    expect(await value(registry, "kubemend_blind_sources")).toBe(1);
  });

  test("counts come out of the database: they survive a restart, and say when it is away", async () => {
    await using db = await withDatabase();
    await fillIncident(db);
    await db.pool.query(
      `update diagnosis set body = body || '{"tokens":{"input":900,"output":80,"costUsd":0.25}}'::jsonb`,
    );
    await using jobs = await startJobs(db.url);
    await jobs.send("plan-fixes", { incidentId: "7" }, { key: "7" });
    const { registry } = everything(db);
    expect(await value(registry, "kubemend_incidents", { status: "open" })).toBe(1);
    expect(await value(registry, "kubemend_undelivered_incidents")).toBe(1);
    expect(await value(registry, "kubemend_jobs", { queue: "plan-fixes", state: "created" })).toBe(1);
    expect(await value(registry, "kubemend_model_tokens_total", { direction: "input" })).toBe(900);
    expect(await value(registry, "kubemend_model_cost_usd_total")).toBe(0.25);
    expect(await value(registry, "kubemend_database_up")).toBe(1);

    const full = new Registry();
    addOutcomeMetrics(full, { database: db, log: silentLogger, keeping: { trouble: "No space left on device" } });
    expect(await value(full, "kubemend_database_up")).toBe(0);

    const away = { kysely: undefined } as unknown as Database;
    expect(await value(everything(away).registry, "kubemend_database_up")).toBe(0);
  });

  test("what Slack answers is counted by method and code, and codes do not grow for ever", async () => {
    const registry = new Registry();
    let code = 0;
    const port = { userName: async () => ({ ok: false, failure: { type: "never", code: `code-${code++}` } }) };
    const slack = countSlackCalls(port as unknown as SlackPort, registry);
    for (let i = 0; i < 200; i++) await slack.userName("U1");
    const { values } = (await registry.getMetricsAsJSON())[0] ?? { values: [] };
    expect(values).toHaveLength(50);
    expect(await value(registry, "kubemend_slack_requests_total", { method: "userName", outcome: "other" })).toBe(151);
  });
});

test("mails are counted by what became of them", async () => {
  const registry = new Registry();
  const answers = [undefined, new AppError("mail-refused", "no such mailbox"), new AppError("mail-not-sent", "busy")];
  const mailer = countMails(
    {
      async send() {
        const problem = answers.shift();
        if (problem) throw problem;
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
    registry,
  );
  const mail = { subject: "", text: "", html: "", pictures: [], messageId: "<a@b>" };
  for (const fails of [false, true, true]) {
    const sent = mailer.send(mail, { to: "ada@example.com" });
    await (fails ? expect(sent).rejects.toBeInstanceOf(AppError) : sent);
  }
  for (const outcome of ["sent", "refused", "later"])
    expect(await value(registry, "kubemend_mails_total", { outcome })).toBe(1);
});

describe("the dead man's switch", () => {
  /** A monitor, and a clock whose every sleep is one step that the test allows. */
  async function monitored(notWell: () => Promise<string | undefined>, status = 200) {
    const methods: string[] = [];
    const server = createServer((request, response) => {
      methods.push(request.method ?? "");
      response.writeHead(status).end();
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const stop = new AbortController();
    let step: () => void = () => undefined;
    let asleep = Promise.withResolvers<void>();
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          step = resolve;
          signal?.addEventListener("abort", () => reject(signal.reason));
          asleep.resolve();
        }),
    };
    const registry = new Registry();
    const done = runHeartbeat({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping`,
      everyMs: 60_000,
      notWell,
      registry,
      log: silentLogger,
      signal: stop.signal,
      clock,
    });
    const beat = async () => {
      await asleep.promise;
      asleep = Promise.withResolvers();
      step();
      await asleep.promise;
    };
    return {
      methods,
      registry,
      beat,
      first: () => asleep.promise,
      async [Symbol.asyncDispose]() {
        stop.abort();
        await done;
        await new Promise((closed) => server.close(closed));
      },
    };
  }

  test("beats while kubemend is well, is silent while it is blind, and beats again", async () => {
    let why: string | undefined;
    await using monitor = await monitored(async () => why);
    await monitor.first();
    expect(monitor.methods).toEqual(["POST"]);
    why = "monitoring is blind: source-silent";
    await monitor.beat();
    await monitor.beat();
    expect(monitor.methods).toHaveLength(1);
    why = undefined;
    await monitor.beat();
    expect(monitor.methods).toHaveLength(2);
    expect(await value(monitor.registry, "kubemend_heartbeats_total", { outcome: "withheld" })).toBe(2);
  });

  test("a monitor that refuses is counted and asked again", async () => {
    await using monitor = await monitored(async () => undefined, 500);
    await monitor.first();
    await monitor.beat();
    expect(await value(monitor.registry, "kubemend_heartbeats_total", { outcome: "failed" })).toBe(2);
  });
});
