import type { RawSeries, Sample } from "../../src/cluster/signal.ts";
import type { World } from "./detect-objects.ts";

const namespace = "shop";
let serial = 0;
const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

export interface PodOptions {
  readonly app: string;
  readonly hash?: string;
  readonly suffix?: string;
  readonly at: number;
  readonly ready?: boolean;
  readonly state?: object;
  readonly lastState?: object;
  readonly restartCount?: number;
  readonly phase?: string;
  readonly conditions?: readonly object[];
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly object[];
  readonly node?: string;
}

/** A pod of a Deployment's ReplicaSet, as small as the detectors allow. */
export function pod(options: PodOptions): object {
  const { app, hash = "a1", suffix = "x1", at, ready = true } = options;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${app}-${hash}-${suffix}`,
      namespace,
      uid: `pod-${app}-${hash}-${suffix}`,
      creationTimestamp: time(at),
      labels: { app, ...options.labels },
      ownerReferences: [{ kind: "ReplicaSet", name: `${app}-${hash}`, uid: "", controller: true }],
      ...(options.deletionTimestamp ? { deletionTimestamp: options.deletionTimestamp } : {}),
    },
    spec: {
      nodeName: options.node ?? "node-1",
      containers: [
        {
          name: "app",
          image: `registry/${app}:1`,
          ports: [{ name: "http", containerPort: 8080 }],
          env: options.env ?? [],
          resources: { limits: { memory: "128Mi" } },
          readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 3 },
        },
      ],
    },
    status: {
      phase: options.phase ?? "Running",
      conditions: options.conditions ?? [
        { type: "Ready", status: ready ? "True" : "False", lastTransitionTime: time(at + 2_000) },
      ],
      containerStatuses: [
        {
          name: "app",
          ready,
          restartCount: options.restartCount ?? 0,
          state: options.state ?? { running: { startedAt: time(at + 1_000) } },
          lastState: options.lastState ?? {},
        },
      ],
    },
  };
}

export interface DeploymentOptions {
  readonly app: string;
  readonly replicas?: number;
  readonly available?: number;
  readonly updated?: number;
  readonly total?: number;
  readonly hash?: string;
  readonly generation?: number;
  readonly env?: readonly object[];
  readonly conditions?: readonly object[];
  readonly image?: string;
}

export function deployment(options: DeploymentOptions): object[] {
  const { app, replicas = 1, hash = "a1", generation = 1 } = options;
  const template = {
    metadata: { labels: { app } },
    spec: {
      containers: [
        {
          name: "app",
          image: options.image ?? `registry/${app}:1`,
          env: options.env ?? [],
          ports: [{ name: "http", containerPort: 8080 }],
        },
      ],
    },
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: app, namespace, uid: `deploy-${app}`, generation },
      spec: { replicas, selector: { matchLabels: { app } }, template },
      status: {
        observedGeneration: generation,
        replicas: options.total ?? replicas,
        updatedReplicas: options.updated ?? replicas,
        readyReplicas: options.available ?? replicas,
        availableReplicas: options.available ?? replicas,
        conditions: options.conditions ?? [],
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: `${app}-${hash}`,
        namespace,
        uid: `rs-${app}-${hash}`,
        ownerReferences: [{ kind: "Deployment", name: app, uid: `deploy-${app}`, controller: true }],
      },
      spec: { replicas, template },
      status: { replicas },
    },
  ];
}

export function service(
  app: string,
  selector: Readonly<Record<string, string>> = { app },
  targetPort: number | string = 8080,
): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: app, namespace, uid: `svc-${app}` },
    spec: { clusterIP: `10.0.0.${app.length}`, selector, ports: [{ port: 80, targetPort }] },
  };
}

const interned = new Map<string, RawSeries>();
function series(name: string, labels: Record<string, string>): RawSeries {
  const key = `${name}${JSON.stringify(labels)}`;
  let found = interned.get(key);
  if (!found) {
    found = { name, labels };
    interned.set(key, found);
  }
  return found;
}

/** A counter that a test drives: `add` between scrapes. */
export interface Traffic {
  /** Requests since the last scrape: to a workload, from a caller if there is one, who also counts those that are lost on their way. */
  serve(app: string, options: { ok?: number; failed?: number; lost?: number; seconds?: number; caller?: string }): void;
  /** Calls that a caller waited for, on top of what their servers saw. */
  waits(caller: string, peer: string, load: { ok: number; seconds: number }): void;
  gauge(app: string, name: string, value: number, labels?: Record<string, string>): void;
  /** Sends what has been counted, as one round of scrapes. */
  scrape(world: World): void;
}

export function createTraffic(pods: Readonly<Record<string, string>>): Traffic {
  const counters = new Map<RawSeries, number>();
  const run = ++serial;
  const add = (name: string, labels: Record<string, string>, value: number) => {
    const one = series(name, { ...labels, run: String(run) });
    counters.set(one, (counters.get(one) ?? 0) + value);
  };
  const base = (app: string) => ({ namespace, pod: pods[app] ?? app, job: "pods" });
  return {
    serve(app, { ok = 0, failed = 0, lost = 0, seconds = 0.01, caller }) {
      if (caller && lost > 0) add("http_client_requests_total", { ...base(caller), peer: app, code: "error" }, lost);
      for (const [code, count] of [
        ["200", ok],
        ["502", failed],
      ] as const) {
        add("http_requests_total", { ...base(app), code, route: "/" }, count);
        if (caller) add("http_client_requests_total", { ...base(caller), peer: app, code }, count);
      }
      add("http_request_duration_seconds_count", { ...base(app), route: "/" }, ok + failed);
      add("http_request_duration_seconds_sum", { ...base(app), route: "/" }, (ok + failed) * seconds);
      if (caller) {
        add("http_client_request_duration_seconds_count", { ...base(caller), peer: app }, ok + failed);
        add("http_client_request_duration_seconds_sum", { ...base(caller), peer: app }, (ok + failed) * seconds);
      }
    },
    waits(caller, peer, { ok, seconds }) {
      add("http_client_request_duration_seconds_count", { ...base(caller), peer }, ok);
      add("http_client_request_duration_seconds_sum", { ...base(caller), peer }, ok * seconds);
    },
    gauge(app, name, value, labels = {}) {
      counters.set(series(name, { ...base(app), ...labels, run: String(run) }), value);
    },
    scrape(world) {
      const at = world.now();
      const samples: Sample[] = [...counters].map(([one, value]) => ({ series: one, value, at }));
      world.engine.ingest({ type: "samples", at, samples });
    },
  };
}
