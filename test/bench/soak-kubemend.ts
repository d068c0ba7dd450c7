import { readdir } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { defaultPolicy } from "../../src/actions/policy/policy-file.ts";
import { configSchema } from "../../src/config/config.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { startKubemend } from "../../src/main.ts";
import { createVirtualClock } from "../../src/replay/virtual-clock.ts";
import { openStore } from "../../src/store/open-store.ts";

export interface SoakOrder {
  readonly clusterUrl: string;
  readonly databaseUrl: string;
  readonly slack: { readonly apiUrl: string; readonly botToken: string; readonly signingSecret: string };
  /** The cluster's clock: when it was started (unix ms), at which time, how fast. */
  readonly clock: { readonly startedAt: number; readonly startAt: number; readonly speed: number };
  readonly minutes: number;
}

/** What the process holds, once a minute. */
export interface SoakLook {
  /** Of the cluster's time. */
  readonly hours: number;
  readonly rssBytes: number;
  /** After a collection. */
  readonly heapBytes: number;
  readonly files: number;
  readonly handles: number;
  readonly connections: number;
  readonly lagP99Ms: number;
  readonly incidents: number;
}

const workloads = ["orders", "carts", "catalogue", "payment", "frontend"] as const;
const pages = ["/metrics", "/readyz?verbose", "/", "/incidents"] as const;
/** Real time between an alert and its end, ten minutes of the cluster's at sixty times the speed. */
const stepMs = 10_000;
const stepsPerLook = 6;

/** Runs kubemend, watcher and actor, in this process, and tells who started it how it does. */
async function soak(order: SoakOrder): Promise<void> {
  const { startedAt, startAt, speed } = order.clock;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "shop", server: order.clusterUrl, skipTLSVerify: true }, { name: "soak" });
  const clock = createVirtualClock({ startAt: startAt + (Date.now() - startedAt) * speed, speed });
  const store = await openStore({ url: order.databaseUrl, dataFolder: "unused" });
  const config = configSchema.parse({
    cluster: "shop",
    web: { port: 0 },
    ingest: { token: "soak" },
    detection: { learnMinutes: 30 },
    slack: { ...order.slack, channel: "#incidents" },
  });
  const kubemend = await startKubemend({
    config,
    policy: defaultPolicy,
    role: "all",
    store,
    kubeConfig,
    log: silentLogger,
    clock,
  });
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  const until = Date.now() + order.minutes * 60_000;
  let began = clock.now();
  for (let step = 0; Date.now() < until; step++) {
    const number = Math.floor(step / 2);
    const status = step % 2 === 0 ? "firing" : "resolved";
    if (status === "firing") began = clock.now();
    const alert = {
      status,
      labels: {
        alertname: `Soak${number % 7}`,
        namespace: "sock-shop",
        deployment: workloads[number % workloads.length],
        severity: "critical",
        number: String(number),
      },
      annotations: { summary: "soak" },
      startsAt: new Date(began).toISOString(),
      endsAt: status === "resolved" ? new Date(clock.now()).toISOString() : "0001-01-01T00:00:00Z",
      fingerprint: `soak-${number}`,
    };
    const group = { version: "4", status, receiver: "kubemend", groupKey: `soak-${number}`, alerts: [alert] };
    await fetch(`${kubemend.url}/api/v1/alertmanager`, {
      method: "POST",
      headers: { authorization: "Bearer soak", "content-type": "application/json" },
      body: JSON.stringify(group),
    });
    for (const page of pages) await (await fetch(`${kubemend.url}${page}`)).text();
    await sleep(stepMs);
    if (step % stepsPerLook !== stepsPerLook - 1) continue;
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const { rows } = await store.database.pool.query<{ connections: number; incidents: number }>(
      `select (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
              (select count(*)::int from incident) as incidents`,
    );
    const look: SoakLook = {
      hours: (clock.now() - startAt) / 3_600_000,
      rssBytes: rss,
      heapBytes: heapUsed,
      files: (await readdir("/proc/self/fd")).length,
      handles: process.getActiveResourcesInfo().length,
      connections: rows[0]?.connections ?? 0,
      lagP99Ms: lag.percentile(99) / 1e6,
      incidents: rows[0]?.incidents ?? 0,
    };
    lag.reset();
    process.send?.(look);
  }
  await kubemend.stop();
  await store.close();
}

await soak(JSON.parse(process.argv[2] ?? "") as SoakOrder);
process.disconnect?.();
