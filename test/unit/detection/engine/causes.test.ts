import { describe, expect, test } from "vitest";
import type { DerivedPoint, Sample } from "../../../../src/cluster/signal.ts";
import { type CauseCode, causeCodes } from "../../../../src/incident/cause.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { createTraffic, deployment, type PodOptions, pod, service, type Traffic } from "../../../support/small-shop.ts";

/**
 * Every cause of the vocabulary as the signals of a cluster show it: which object detection names, and how soon. State
 * faults within two scrapes of being visible, faults of metrics and logs within a minute, as one incident, and after
 * minutes in which a quiet shop has raised nothing.
 */
const start = Date.parse("2026-11-20T12:00:00Z");
const tickMs = 5_000;
const twoScrapes = 2 * tickMs;
const minute = 60_000;
const Mi = 2 ** 20;
const namespace = "shop";
const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const apps = ["frontend", "carts", "carts-db", "catalogue"] as const;
type App = (typeof apps)[number];
const env: Readonly<Record<App, readonly object[]>> = {
  frontend: [
    { name: "CARTS_URL", value: "http://carts" },
    { name: "CATALOGUE_URL", value: "http://catalogue" },
  ],
  carts: [{ name: "DB_URL", value: "http://carts-db" }],
  "carts-db": [],
  catalogue: [],
};
type Load = Readonly<Record<string, Parameters<Traffic["serve"]>[1]>>;
const usual: Load = {
  frontend: { ok: 30 },
  "frontend>carts": { ok: 10 },
  "frontend>catalogue": { ok: 15 },
  "carts>carts-db": { ok: 10 },
  "carts>api.bank.example": { ok: 10 },
};
const everythingFails: Load = {
  frontend: { ok: 15, failed: 15 },
  "frontend>carts": { failed: 10 },
};

/** What a fault does: once when it begins, and then before each tick, with the milliseconds since. */
interface Fault {
  readonly begin?: (shop: Shop) => void;
  readonly load?: Load;
  readonly each?: (shop: Shop, ms: number) => void;
}

interface Row extends Fault {
  readonly cause: Exclude<CauseCode, "unknown">;
  readonly as: string;
  readonly target: string;
  readonly withinMs: number;
}

interface Shop {
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

const container = (app: App) => ({ namespace, pod: `${app}-a1-x1`, container: "app", node: "node-1", id: `/${app}` });
const machine = { node: "node-1", id: "/", job: "cadvisor" };
const disk = { ...machine, device: "/dev/vda" };
const claim = { namespace, persistentvolumeclaim: "data", node: "node-1", job: "kubelet" };
const waiting = (reason: string, message = "") => ({ waiting: { reason, message } });
const ended = (exitCode: number, reason: string, at: number) => ({
  terminated: { exitCode, reason, startedAt: time(at - 3_000), finishedAt: time(at) },
});
const unschedulable = (message: string, at: number) => [
  { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: time(at) },
];

function openShop(): Shop {
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

const crash = (app: App, exitCode: number, reason: string): Fault => ({
  begin(shop) {
    const at = shop.world.now();
    shop.newPod(app, { state: waiting("CrashLoopBackOff"), lastState: ended(exitCode, reason, at), restartCount: 2 });
  },
});
const says =
  (app: App, line: string): NonNullable<Fault["each"]> =>
  ({ world }) =>
    world.log(`${app}-a1-x1`, line, line);
const nodeWith = (shop: Shop, spec: object, conditions: readonly object[]) =>
  shop.world.put({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-1", uid: "n1" },
    spec,
    status: { conditions },
  });
const hpa = (shop: Shop, conditions: readonly object[], rest: object = {}) =>
  shop.object("HorizontalPodAutoscaler", "frontend", {
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "frontend" },
      maxReplicas: 4,
      metrics: [{ type: "Resource", resource: { name: "cpu", target: { averageUtilization: 60 } } }],
    },
    status: { currentReplicas: 4, desiredReplicas: 4, conditions, ...rest },
  });

const rows: readonly Row[] = [
  {
    cause: "memory-limit-too-low",
    as: "the new pod is killed for its memory",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    ...crash("carts", 137, "OOMKilled"),
  },
  {
    cause: "memory-leak",
    as: "memory that grows without load, told while there is more than two minutes left",
    target: "Deployment/carts",
    withinMs: 4 * minute,
    each: (shop, ms) =>
      shop.samples(
        ["container_spec_memory_limit_bytes", container("carts"), 128 * Mi],
        // Full after seven minutes.
        ["container_memory_working_set_bytes", container("carts"), (52 + (ms / minute) * 11) * Mi],
      ),
  },
  {
    cause: "cpu-throttling",
    as: "most CPU periods end at the quota",
    target: "Deployment/carts",
    withinMs: minute,
    each: (shop, ms) =>
      shop.samples(
        ["container_cpu_cfs_periods_total", container("carts"), (shop.world.now() - start) / 100],
        ["container_cpu_cfs_throttled_periods_total", container("carts"), ms / 125],
      ),
  },
  {
    cause: "cpu-saturation",
    as: "the node has no CPU left",
    target: "Node/node-1",
    withinMs: minute,
    each: (shop, ms) =>
      shop.samples(
        ["machine_cpu_cores", machine, 4],
        ["container_cpu_usage_seconds_total", machine, 120 + (ms / 1_000) * 3.95],
      ),
  },
  {
    cause: "image-not-found",
    as: "the tag does not exist",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("catalogue", {
        phase: "Pending",
        state: waiting("ImagePullBackOff", "registry/catalogue:9: not found"),
      }),
  },
  {
    cause: "image-pull-denied",
    as: "the registry refuses",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("catalogue", {
        phase: "Pending",
        state: waiting("ErrImagePull", "pull access denied, 401 Unauthorized"),
      }),
  },
  {
    cause: "missing-env",
    as: "the process exits at once",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    ...crash("carts", 1, "Error"),
  },
  {
    cause: "missing-config",
    as: "the ConfigMap is not there",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("carts", {
        phase: "Pending",
        state: waiting("CreateContainerConfigError", 'configmap "settings" not found'),
      }),
  },
  {
    cause: "bad-config",
    as: "a configuration that cannot be parsed ends the process",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    ...crash("catalogue", 78, "Error"),
  },
  {
    cause: "bad-upstream-url",
    as: "calls of one caller go where nobody listens, after its environment was changed",
    target: "Deployment/frontend",
    withinMs: minute,
    begin: (shop) =>
      shop.world.put(
        ...deployment({
          app: "frontend",
          generation: 2,
          env: [{ name: "CARTS_URL", value: "http://carts:81" }, env.frontend[1] ?? {}],
        }),
      ),
    load: { frontend: { ok: 20, failed: 10 }, "frontend>carts": {} },
    each({ world }) {
      // Only the caller counts what never arrives.
      const labels = { namespace, pod: "frontend-a1-x1", job: "pods", peer: "carts", code: "ECONNREFUSED" };
      const series = counter("http_client_requests_total", labels);
      world.engine.ingest({
        type: "samples",
        at: world.now(),
        samples: [{ series, value: counted(world), at: world.now() }],
      });
    },
  },
  {
    cause: "bad-command",
    as: "no such file",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("carts", { state: waiting("RunContainerError", 'exec: "serve": executable file not found') }),
  },
  {
    cause: "init-failure",
    as: "the init container fails again",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin(shop) {
      const at = shop.world.now();
      shop.newPod("carts", { phase: "Pending", state: waiting("PodInitializing") });
      const made = pod({
        app: "carts",
        hash: "b2",
        suffix: "y1",
        at,
        ready: false,
        phase: "Pending",
        state: waiting("PodInitializing"),
      }) as { spec: object; status: object };
      shop.world.put({
        ...made,
        spec: { ...made.spec, initContainers: [{ name: "migrate" }] },
        status: {
          ...made.status,
          initContainerStatuses: [
            { name: "migrate", restartCount: 2, state: waiting("CrashLoopBackOff"), lastState: ended(1, "Error", at) },
          ],
        },
      });
    },
  },
  {
    cause: "bad-liveness-probe",
    as: "a healthy container is killed by its probe",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin(shop) {
      shop.newPod("catalogue", { restartCount: 1 });
      shop.event(
        { kind: "Pod", name: "catalogue-b2-y1" },
        "Unhealthy",
        "Liveness probe failed: HTTP probe failed with statuscode: 404",
        3,
      );
      shop.event(
        { kind: "Pod", name: "catalogue-b2-y1" },
        "Killing",
        "Container app failed liveness probe, will be restarted",
      );
    },
  },
  {
    cause: "bad-readiness-probe",
    as: "the probe's path is not there",
    target: "Deployment/catalogue",
    withinMs: minute,
    begin: (shop) => shop.newPod("catalogue", {}),
    each: (shop) =>
      shop.event(
        { kind: "Pod", name: "catalogue-b2-y1" },
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 404",
        5,
      ),
  },
  {
    cause: "bad-release",
    as: "a new revision answers a part with errors",
    target: "Deployment/catalogue",
    withinMs: minute,
    begin: (shop) => shop.world.put(...deployment({ app: "catalogue", generation: 2, image: "registry/catalogue:2" })),
    load: { frontend: { ok: 25, failed: 5 }, "frontend>catalogue": { ok: 10, failed: 5 } },
  },
  {
    cause: "unschedulable",
    as: "no node has so much memory",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("carts", {
        phase: "Pending",
        state: {},
        node: "",
        conditions: unschedulable("0/1 nodes are available: 1 Insufficient memory.", shop.world.now()),
      }),
  },
  {
    cause: "node-unschedulable",
    as: "a cordon leaves a pod waiting",
    target: "Node/node-1",
    withinMs: twoScrapes,
    begin(shop) {
      nodeWith(shop, { unschedulable: true }, [{ type: "Ready", status: "True" }]);
      shop.newPod("carts", {
        phase: "Pending",
        state: {},
        node: "",
        conditions: unschedulable("0/1 nodes are available: 1 node(s) were unschedulable.", shop.world.now()),
      });
    },
  },
  {
    cause: "node-down",
    as: "the kubelet no longer reports",
    target: "Node/node-1",
    withinMs: twoScrapes,
    begin: (shop) =>
      nodeWith(shop, {}, [
        { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", lastTransitionTime: time(shop.world.now()) },
      ]),
  },
  {
    cause: "node-pressure",
    as: "the kubelet reports that memory is short",
    target: "Node/node-1",
    withinMs: twoScrapes,
    begin: (shop) =>
      nodeWith(shop, {}, [
        { type: "Ready", status: "True" },
        { type: "MemoryPressure", status: "True", lastTransitionTime: time(shop.world.now()) },
      ]),
  },
  {
    cause: "quota-exceeded",
    as: "the quota forbids the new pod",
    target: "ResourceQuota/tight",
    withinMs: twoScrapes,
    begin(shop) {
      shop.object("ResourceQuota", "tight", { status: { hard: { pods: "4" }, used: { pods: "4" } } });
      shop.world.put(
        ...deployment({
          app: "carts",
          generation: 2,
          available: 1,
          updated: 0,
          total: 1,
          conditions: [
            {
              type: "ReplicaFailure",
              status: "True",
              reason: "FailedCreate",
              message:
                'pods "carts-b2" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=4, limited: pods=4',
              lastTransitionTime: time(shop.world.now()),
            },
          ],
        }),
      );
    },
  },
  {
    cause: "selector-mismatch",
    as: "the Service selects nothing",
    target: "Service/catalogue",
    withinMs: twoScrapes,
    begin: (shop) => shop.world.put(service("catalogue", { app: "katalog" })),
  },
  {
    cause: "service-port-mismatch",
    as: "the Service points where nothing listens",
    target: "Service/catalogue",
    withinMs: twoScrapes,
    begin: (shop) => shop.world.put(service("catalogue", { app: "catalogue" }, 9_999)),
  },
  {
    cause: "dependency-down",
    as: "the database is scaled to zero",
    target: "Deployment/carts-db",
    withinMs: twoScrapes,
    begin(shop) {
      shop.world.put(...deployment({ app: "carts-db", generation: 2, replicas: 0 }));
      shop.world.drop(pod({ app: "carts-db", at: start }));
    },
  },
  {
    cause: "slow-dependency",
    as: "the database takes a second",
    target: "Deployment/carts-db",
    withinMs: minute,
    load: {
      "carts>carts-db": { ok: 10, seconds: 1 },
      "frontend>carts": { ok: 10, seconds: 1.01 },
      frontend: { ok: 30, seconds: 0.4 },
    },
  },
  {
    cause: "pool-exhausted",
    as: "requests give up waiting for a connection",
    target: "Deployment/carts",
    withinMs: minute,
    each(shop, ms) {
      const own = { namespace, pod: "carts-a1-x1", job: "pods" };
      shop.samples(
        ["db_pool_in_use", own, 10],
        ["db_pool_waiting", own, 7],
        ["db_pool_timeouts_total", own, ms / 2_000],
      );
    },
  },
  {
    cause: "rate-limited",
    as: "somebody outside answers 429",
    target: "Deployment/carts",
    withinMs: minute,
    load: { "carts>api.bank.example": { ok: 4, failed: 6 } },
    each: says("carts", "ERROR call to api.bank.example failed: HTTP 429 Too Many Requests"),
  },
  {
    cause: "permission-denied",
    as: "the API server refuses what the process asks",
    target: "Deployment/carts",
    withinMs: minute,
    each: says("carts", 'ERROR configmaps is forbidden: User "system:serviceaccount:shop:carts" cannot list resource'),
  },
  {
    cause: "certificate-expired",
    as: "a handshake fails",
    target: "Deployment/carts",
    withinMs: minute,
    load: { "carts>api.bank.example": { failed: 10 } },
    each: says("carts", "ERROR call to api.bank.example failed: certificate has expired"),
  },
  {
    cause: "dns-failure",
    as: "no caller finds any name",
    target: "*",
    withinMs: minute,
    load: { frontend: { ok: 4, failed: 26 }, "frontend>carts": { lost: 10 }, "frontend>catalogue": { lost: 15 } },
    each: says("frontend", "ERROR call to carts failed: getaddrinfo EAI_AGAIN carts"),
  },
  {
    cause: "network-fault",
    as: "calls of one caller are slow, and their servers are not",
    target: "*",
    withinMs: minute,
    load: { frontend: { ok: 30, seconds: 0.5 } },
    each: ({ world }) => slowCalls(world),
  },
  {
    cause: "network-policy-blocked",
    as: "a policy closes the database",
    target: "NetworkPolicy/lock",
    withinMs: minute,
    begin: (shop) =>
      shop.object(
        "NetworkPolicy",
        "lock",
        { spec: { podSelector: { matchLabels: { app: "carts-db" } } } },
        { creationTimestamp: time(shop.world.now()) },
      ),
    load: { "carts>carts-db": { failed: 10 }, ...everythingFails },
    each: says("carts", 'level=error msg="connect ETIMEDOUT carts-db:80"'),
  },
  {
    cause: "ephemeral-storage",
    as: "a pod is evicted for what it has written",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin(shop) {
      const made = pod({
        app: "catalogue",
        suffix: "x9",
        at: shop.world.now() - 30_000,
        ready: false,
        phase: "Failed",
        state: ended(137, "Error", shop.world.now()),
      }) as { status: object };
      shop.world.put({
        ...made,
        status: {
          ...made.status,
          reason: "Evicted",
          message: "Pod ephemeral local storage usage exceeds the total limit of containers 64Mi.",
        },
      });
    },
  },
  {
    cause: "volume-full",
    as: "no block is left",
    target: "PersistentVolumeClaim/data",
    withinMs: minute,
    each: (shop) =>
      shop.samples(
        ["kubelet_volume_stats_capacity_bytes", claim, 1_000],
        ["kubelet_volume_stats_used_bytes", claim, 996],
      ),
  },
  {
    cause: "volume-pending",
    as: "the claim is lost",
    target: "PersistentVolumeClaim/data",
    withinMs: twoScrapes,
    begin: (shop) => shop.object("PersistentVolumeClaim", "data", { status: { phase: "Lost" } }),
  },
  {
    cause: "job-failing",
    as: "a Job gives up",
    target: "Job/import",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.object(
        "Job",
        "import",
        {
          spec: { template: { spec: { containers: [{ name: "import" }] } } },
          status: {
            failed: 7,
            conditions: [
              {
                type: "Failed",
                status: "True",
                reason: "BackoffLimitExceeded",
                lastTransitionTime: time(shop.world.now()),
              },
            ],
          },
        },
        { creationTimestamp: time(shop.world.now() - 60_000) },
      ),
  },
  {
    cause: "hpa-maxed",
    as: "at its maximum, and twice its target",
    target: "HorizontalPodAutoscaler/frontend",
    withinMs: minute,
    begin: (shop) =>
      hpa(
        shop,
        [
          {
            type: "ScalingLimited",
            status: "True",
            reason: "TooManyReplicas",
            lastTransitionTime: time(shop.world.now()),
          },
        ],
        { currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 130 } } }] },
      ),
  },
  {
    cause: "hpa-broken",
    as: "its metric does not come",
    target: "HorizontalPodAutoscaler/frontend",
    withinMs: minute,
    begin: (shop) =>
      hpa(shop, [
        {
          type: "ScalingActive",
          status: "False",
          reason: "FailedGetResourceMetric",
          message: "unable to get metrics for resource cpu",
          lastTransitionTime: time(shop.world.now()),
        },
      ]),
  },
  {
    cause: "webhook-blocking",
    as: "a webhook that does not answer stops new pods",
    target: "*",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.world.put(
        ...deployment({
          app: "carts",
          generation: 2,
          available: 1,
          updated: 0,
          total: 1,
          conditions: [
            {
              type: "ReplicaFailure",
              status: "True",
              reason: "FailedCreate",
              message: 'Internal error occurred: failed calling webhook "check.example.org": context deadline exceeded',
              lastTransitionTime: time(shop.world.now()),
            },
          ],
        }),
      ),
  },
  {
    cause: "stuck-terminating",
    as: "a finalizer keeps a claim",
    target: "PersistentVolumeClaim/old",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.object(
        "PersistentVolumeClaim",
        "old",
        { status: { phase: "Bound" } },
        { finalizers: ["example.org/backup"], deletionTimestamp: time(shop.world.now() - 2 * minute) },
      ),
  },
  {
    cause: "load-spike",
    as: "five times the requests, and everybody waits",
    target: "*",
    withinMs: minute,
    load: {
      frontend: { ok: 150, seconds: 0.8 },
      "frontend>carts": { ok: 50, seconds: 0.3 },
      "frontend>catalogue": { ok: 75, seconds: 0.3 },
      "carts>carts-db": { ok: 50, seconds: 0.2 },
    },
  },
  {
    cause: "external-dependency",
    as: "somebody outside answers with errors",
    target: "Deployment/carts",
    withinMs: minute,
    load: { "carts>api.bank.example": { ok: 2, failed: 8 } },
  },
  {
    cause: "monitoring-blind",
    as: "logs no longer arrive",
    target: "Entity/logs",
    withinMs: minute,
    begin: ({ world }) =>
      world.engine.ingest({ type: "source", at: world.now(), source: "logs", ok: false, detail: "403" }),
  },
  {
    cause: "application-degraded",
    as: "the application reports itself unwell",
    target: "Deployment/catalogue",
    withinMs: minute,
    each({ world }) {
      const labels = { namespace, workload: "catalogue", pod: "catalogue-a1-x1" };
      const at = world.now();
      const point = (name: DerivedPoint["name"], value: number): DerivedPoint => ({ name, labels, at, value });
      world.engine.ingest({
        type: "derived",
        at,
        source: "health",
        points: [
          point("health_up", 1),
          point("health_cpu_ratio", 0.5),
          point("health_memory_ratio", 0.97),
          point("health_error_count", 40),
          point("health_uptime_seconds", 7_200),
        ],
      });
    },
  },
];

const calls = new WeakMap<World, number>();
/** Ten more than before. */
function counted(world: World): number {
  const n = (calls.get(world) ?? 0) + 10;
  calls.set(world, n);
  return n;
}
/** Their callers wait half a second longer than their servers take. */
function slowCalls(world: World): void {
  const n = counted(world);
  const at = world.now();
  const samples = ["carts", "catalogue"].flatMap((peer): Sample[] => {
    const labels = { namespace, pod: "frontend-a1-x1", job: "pods", peer, attempt: "second" };
    return [
      { series: counter("http_client_request_duration_seconds_count", labels), value: n, at },
      { series: counter("http_client_request_duration_seconds_sum", labels), value: n * 0.8, at },
    ];
  });
  world.engine.ingest({ type: "samples", at, samples });
}
const counters = new Map<string, { name: string; labels: Record<string, string> }>();
function counter(name: string, labels: Record<string, string>) {
  const key = name + JSON.stringify(labels);
  const one = counters.get(key) ?? { name, labels };
  counters.set(key, one);
  return one;
}

test("every cause has its row", () => {
  const have = new Set<string>(rows.map(({ cause }) => cause));
  expect(causeCodes.filter((code) => code !== "unknown" && !have.has(code))).toEqual([]);
});

describe("each cause is told in time, on its object, as one incident", () => {
  test.each(rows.map((row) => [`${row.cause}: ${row.as}`, row] as const))("%s", (_title, row) => {
    const shop = openShop();
    const { world } = shop;
    row.begin?.(shop);
    shop.run(row.withinMs, row);
    const told = () => world.engine.incidents().map(({ target }) => `${target.kind}/${target.name}`);
    const want = row.target === "*" ? [expect.any(String)] : [row.target];
    expect(
      told(),
      world.engine
        .incidents()
        .map(({ title }) => title)
        .join("; "),
    ).toEqual(want);
    // Whatever else it brings about belongs to it.
    shop.run(2 * minute, row);
    expect(
      told(),
      world.engine
        .incidents()
        .map(({ title }) => title)
        .join("; "),
    ).toEqual(want);
    expect(world.engine.stats.detectorFailures).toBe(0);
  });
});
