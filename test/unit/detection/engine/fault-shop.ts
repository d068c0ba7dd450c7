import { expect } from "vitest";
import type { Sample } from "../../../../src/cluster/signal.ts";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { createTraffic, deployment, type PodOptions, pod, service, type Traffic } from "../../../support/small-shop.ts";

export const start = Date.parse("2026-11-20T12:00:00Z");
const tickMs = 5_000;
export const twoScrapes = 2 * tickMs;
export const minute = 60_000;
export const Mi = 2 ** 20;
export const namespace = "shop";
export const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const apps = ["frontend", "carts", "carts-db", "catalogue"] as const;
type App = (typeof apps)[number];
export const env: Readonly<Record<App, readonly object[]>> = {
  frontend: [
    { name: "CARTS_URL", value: "http://carts" },
    { name: "CATALOGUE_URL", value: "http://catalogue" },
  ],
  carts: [{ name: "DB_URL", value: "http://carts-db" }],
  "carts-db": [],
  catalogue: [],
};
export type Load = Readonly<Record<string, Parameters<Traffic["serve"]>[1]>>;
const usual: Load = {
  frontend: { ok: 30 },
  "frontend>carts": { ok: 10 },
  "frontend>catalogue": { ok: 15 },
  "carts>carts-db": { ok: 10 },
  "carts>api.bank.example": { ok: 10 },
};
/** What a fault does: once when it begins, and then before each tick, with the milliseconds since. */
interface Fault {
  readonly begin?: (shop: Shop) => void;
  readonly load?: Load;
  readonly each?: (shop: Shop, ms: number) => void;
}

export interface Row extends Fault {
  readonly cause: Exclude<CauseCode, "unknown">;
  readonly as: string;
  readonly target: string;
  readonly withinMs: number;
}

export interface Shop {
  readonly world: World;
  /** A pod of an app in place of the one that is there. */
  pod(app: App, change: Partial<PodOptions>): void;
  /** A new revision whose pod hangs beside the old one, as a rolling update leaves it. */
  newPod(app: App, change: Partial<PodOptions>): void;
  object(kind: string, name: string, rest: object, metadata?: object): void;
  event(about: { kind: string; name: string }, reason: string, message: string, count?: number): void;
  samples(...list: readonly [string, Record<string, string>, number][]): void;
  run(ms: number, fault?: Fault): void;
}

export const container = (app: App) => ({
  namespace,
  pod: `${app}-a1-x1`,
  container: "app",
  node: "node-1",
  id: `/${app}`,
});
export const machine = { node: "node-1", id: "/", job: "cadvisor" };
const disk = { ...machine, device: "/dev/vda" };
export const claim = { namespace, persistentvolumeclaim: "data", node: "node-1", job: "kubelet" };
export const waiting = (reason: string, message = "") => ({ waiting: { reason, message } });
export const ended = (exitCode: number, reason: string, at: number) => ({
  terminated: { exitCode, reason, startedAt: time(at - 3_000), finishedAt: time(at) },
});
/** A shop that has served for four minutes, and in which nothing was raised. */
export function openShop(): Shop {
  const world = createWorld({ start, tickMs });
  const traffic = createTraffic(Object.fromEntries(apps.map((app) => [app, `${app}-a1-x1`])));
  const series = new Map<string, { name: string; labels: Record<string, string> }>();
  let events = 0;
  let cpu = 0;
  let began = start;
  const shop: Shop = {
    world,
    pod: (app, change) => world.put(pod({ app, at: start - 600_000, env: env[app], ...change })),
    newPod(app, change) {
      const at = world.now();
      world.put(
        ...deployment({ app, env: env[app], generation: 2, available: 1, updated: 1, total: 2, hash: "b2" }),
        pod({ app, hash: "b2", suffix: "y1", at, env: env[app], ready: false, ...change }),
      );
    },
    object(kind, name, rest, metadata = {}) {
      world.put({
        apiVersion: "v1",
        kind,
        metadata: { name, namespace, uid: `${kind}-${name}`, creationTimestamp: time(start - 3_600_000), ...metadata },
        ...rest,
      });
    },
    event(about, reason, message, count = 1) {
      const at = time(world.now());
      world.event({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: `e${++events}`, namespace, uid: `e${events}` },
        involvedObject: { namespace, ...about },
        reason,
        message,
        type: "Warning",
        count,
        firstTimestamp: at,
        lastTimestamp: at,
      });
    },
    samples(...list) {
      const at = world.now();
      const samples = list.map(([name, labels, value]): Sample => {
        const key = name + JSON.stringify(labels);
        const one = series.get(key) ?? { name, labels };
        series.set(key, one);
        return { series: one, value, at };
      });
      world.engine.ingest({ type: "samples", at, samples });
    },
    run(ms, fault = {}) {
      world.run(ms, (now) => {
        for (const [edge, load] of Object.entries({ ...usual, ...fault.load })) {
          const [from = "", to] = edge.split(">");
          traffic.serve(to ?? from, { ...load, ...(to === undefined ? {} : { caller: from }) });
        }
        traffic.scrape(world);
        // The machine at rest, unless the fault says otherwise.
        cpu += 0.5 * (tickMs / 1_000);
        if (!fault.each) {
          shop.samples(
            ["machine_cpu_cores", machine, 4],
            ["machine_memory_bytes", machine, 8_192 * Mi],
            ["container_cpu_usage_seconds_total", machine, cpu],
            ["container_fs_limit_bytes", disk, 100],
            ["container_fs_usage_bytes", disk, 40],
            ["container_spec_memory_limit_bytes", container("carts"), 128 * Mi],
            ["container_memory_working_set_bytes", container("carts"), (50 + Math.sin(now / 9_000)) * Mi],
            ["container_cpu_cfs_periods_total", container("carts"), (now - start) / 100],
            ["container_cpu_cfs_throttled_periods_total", container("carts"), 0],
            ["kubelet_volume_stats_capacity_bytes", claim, 1_000],
            ["kubelet_volume_stats_used_bytes", claim, 400],
          );
        }
        fault.each?.(shop, now - began);
      });
    },
  };
  for (const app of apps)
    world.put(...deployment({ app, env: env[app] }), pod({ app, at: start - 600_000, env: env[app] }), service(app));
  world.put({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-1", uid: "n1" },
    spec: {},
    status: { conditions: [{ type: "Ready", status: "True" }] },
  });
  shop.run(4 * minute);
  began = world.now();
  expect(world.engine.incidents().map(({ title }) => title)).toEqual([]);
  return shop;
}

export const crash = (app: App, exitCode: number, reason: string): Fault => ({
  begin(shop) {
    const at = shop.world.now();
    shop.newPod(app, { state: waiting("CrashLoopBackOff"), lastState: ended(exitCode, reason, at), restartCount: 2 });
  },
});
export const says =
  (app: App, line: string): NonNullable<Fault["each"]> =>
  ({ world }) =>
    world.log(`${app}-a1-x1`, line, line);
