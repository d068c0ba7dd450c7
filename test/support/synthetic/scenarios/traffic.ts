import { setCondition } from "../controllers.ts";
import type { Any } from "../kube-types.ts";
import type { Behaviour, Served } from "../traffic.ts";
import type { Script, World } from "../world.ts";
import { data, type Expectation, object, type Scenario, setEnv, share, tagOf, withTag } from "./scenario.ts";

const one = (causes: string[], culprits: string[], fixes: string[]): readonly Expectation[] => [
  { causes, culprits, fixes },
];
const steady = (world: World) => {
  world.switches.behave = () => undefined;
  world.switches.link = () => undefined;
  world.switches.bend = (_name, _about, value) => value;
  world.switches.pool = () => undefined;
  world.switches.load = () => 1;
};
/** A release whose pods behave differently from the ones before. */
const release = (app: string, version: string, behave: (served: Served) => Behaviour | undefined): Script => ({
  inject(world) {
    world.switches.behave = (served) =>
      served.app === app && tagOf(served.life.image) === version ? behave(served) : undefined;
    world.deploy(app, (_spec, container) => {
      container.image = withTag(container.image, version);
    });
  },
  fix: (world) => world.undo(app),
});
/** A service that misbehaves without any change. */
const sick = (app: string, behave: (served: Served) => Behaviour | undefined): Script => ({
  inject(world) {
    world.switches.behave = (served) => (served.app === app ? behave(served) : undefined);
  },
  fix(world) {
    world.restart(app);
    world.api.sim.after(5_000, () => steady(world));
  },
});
const stack = (app: string, served: Served, text: string, place: string): readonly string[] => {
  const iso = new Date(served.now).toISOString();
  const head =
    app === "frontend"
      ? JSON.stringify({ ts: iso, level: "error", msg: text, trace: served.request.trace })
      : app === "catalogue" || app === "payment"
        ? `ts=${iso} level=error msg=${JSON.stringify(text)} trace=${served.request.trace}`
        : `${iso.slice(0, 23).replace("T", " ")} ERROR [${app},${served.request.trace}] ${text}`;
  return [
    head,
    `    at ${place} (/app/server.js:141:22)`,
    "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    "    at async Server.<anonymous> (/app/server.js:130:14)",
  ];
};

/** A pool of which connections are not given back: it fills within two minutes, then callers wait in vain. */
function poolLeak(): Script {
  let since = 0;
  const used = (now: number) => Math.min(8, Math.floor((now - since) / 11_000));
  return {
    inject(world) {
      since = world.now() + 4_000;
      const ill = (image: string) => tagOf(image) === "1.7.0";
      world.switches.pool = (life) =>
        ill(life.image) ? { active: used(world.now()), waiting: used(world.now()) >= 8 ? 3 : 0 } : undefined;
      world.switches.behave = ({ app, life, now }) => {
        if (app !== "carts" || !ill(life.image) || used(now) < 8) return undefined;
        world.meterOf(life).add("db_pool_timeouts_total", {});
        return {
          status: 503,
          err: "timeout acquiring a connection from CartsPool",
          addMs: 1_500,
          stops: true,
          lines: [
            {
              level: "error",
              msg: "CartsPool - Connection is not available, request timed out after 1500ms (total=8, active=8, idle=0, waiting=3)",
            },
          ],
        };
      };
      world.deploy("carts", (_spec, container) => {
        container.image = withTag(container.image, "1.7.0");
      });
    },
    fix(world) {
      world.undo("carts");
      world.api.sim.after(6_000, () => steady(world));
    },
  };
}

/** The pool was set to one connection, and the database answers in a hundred milliseconds now and then. */
function smallPool(): Script {
  const small = (world: World) =>
    (Number(world.life("carts") ? world.env(world.life("carts") as never).DB_POOL_SIZE : 8) || 8) <= 1;
  return {
    inject(world) {
      world.switches.pool = () => (small(world) ? { active: 1, waiting: 4 } : undefined);
      world.switches.behave = ({ app, life, request }) => {
        if (app !== "carts" || !small(world)) return undefined;
        const luck = share(request.trace);
        if (luck > 0.35) return { addMs: 300 + 1_000 * luck };
        world.meterOf(life).add("db_pool_timeouts_total", {});
        return {
          status: 503,
          err: "timeout acquiring a connection from CartsPool",
          addMs: 1_500,
          stops: true,
          lines: [
            {
              level: "error",
              msg: "CartsPool - Connection is not available, request timed out after 1500ms (total=1, active=1, idle=0, waiting=4)",
            },
          ],
        };
      };
      data(world, "ConfigMap", "carts-config", (values) => {
        values.DB_POOL_SIZE = "1";
      });
      world.api.sim.after(1_500, () => world.restart("carts"));
    },
    fix(world) {
      data(world, "ConfigMap", "carts-config", (values) => {
        values.DB_POOL_SIZE = "8";
      });
      world.restart("carts");
    },
  };
}

const hpa = (namespace: string): Any =>
  object("autoscaling/v2", "HorizontalPodAutoscaler", "frontend", {
    metadata: {
      name: "frontend",
      namespace,
      uid: "6b6b6b6b-1111-4222-a333-000000000001",
      resourceVersion: "4002",
      creationTimestamp: "2026-11-20T22:21:00Z",
    },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "frontend" },
      minReplicas: 2,
      maxReplicas: 4,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } },
      ],
    },
    status: {
      currentReplicas: 2,
      desiredReplicas: 2,
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 35, averageValue: "7m" } } },
      ],
      conditions: [
        {
          type: "AbleToScale",
          status: "True",
          reason: "ReadyForNewScale",
          message: "recommended size matches current size",
        },
        {
          type: "ScalingActive",
          status: "True",
          reason: "ValidMetricFound",
          message:
            "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)",
        },
        {
          type: "ScalingLimited",
          status: "False",
          reason: "DesiredWithinRange",
          message: "the desired count is within the acceptable range",
        },
      ],
    },
  });
export const withHpa: Pick<Script, "arrange"> = { arrange: (objects, base) => void objects.push(hpa(base.namespace)) };
export function setHpa(world: World, replicas: number, utilization: number, limited: boolean): void {
  const before = world.api.get<Any & { status: { currentReplicas: number } }>("HorizontalPodAutoscaler", "frontend");
  if (!before) return;
  if (before.status.currentReplicas !== replicas) {
    world.api.event(
      before,
      "Normal",
      "SuccessfulRescale",
      `New size: ${replicas}; reason: ${replicas > before.status.currentReplicas ? "cpu resource utilization (percentage of request) above target" : "All metrics below target"}`,
      "horizontal-pod-autoscaler",
    );
    world.deploy("frontend", (spec) => {
      spec.replicas = replicas;
    });
  }
  world.api.update<Any & { status: Record<string, unknown> }>("HorizontalPodAutoscaler", "frontend", (found) => {
    const conditions = structuredClone(found.status.conditions) as never[];
    setCondition(conditions, world.now(), {
      type: "ScalingLimited",
      status: limited ? "True" : "False",
      reason: limited ? "TooManyReplicas" : "DesiredWithinRange",
      message: limited
        ? "the desired replica count is more than the maximum replica count"
        : "the desired count is within the acceptable range",
    });
    found.status = {
      ...found.status,
      currentReplicas: replicas,
      desiredReplicas: replicas,
      lastScaleTime: new Date(world.now()).toISOString(),
      currentMetrics: [
        {
          type: "Resource",
          resource: { name: "cpu", current: { averageUtilization: utilization, averageValue: "30m" } },
        },
      ],
      conditions,
    };
  });
}
/** frontend at its CPU limit: slow, throttled, some requests time out. */
export function saturate(world: World, app: string, throttled: number): void {
  world.switches.bend = (name, about, value) => {
    if (about.app !== app) return value;
    if (name === "container_cpu_usage_seconds_total" || name === "process_cpu_seconds_total")
      return throttled > 0 ? 1.45 : value * 3;
    if (name === "container_cpu_cfs_periods_total") return 50;
    if (name === "container_cpu_cfs_throttled_periods_total") return 50 * throttled;
    if (name === "nodejs_eventloop_lag_seconds") return value + 0.35;
    if (name === "http_requests_in_flight") return 14;
    return value;
  };
}

export const trafficScenarios: readonly Scenario[] = [
  {
    id: "pool-leak-release",
    shop: "meadow",
    script: poolLeak(),
    expect: one(["pool-exhausted", "bad-release"], ["Deployment/carts"], ["rollback-deployment Deployment/carts"]),
  },
  {
    id: "pool-size-one",
    shop: "sock-shop",
    script: smallPool(),
    expect: one(
      ["pool-exhausted"],
      ["ConfigMap/carts-config", "Deployment/carts"],
      ["patch-config ConfigMap/carts-config"],
    ),
  },
  {
    id: "release-wrong-answers",
    shop: "meadow",
    script: release("frontend", "2.9.0", (served) =>
      served.request.path === "/cart" && served.request.method === "GET"
        ? {
            status: 500,
            err: "Cannot read properties of null (reading 'items')",
            errorType: "TypeError",
            raw: stack(
              "frontend",
              served,
              "unhandled TypeError while serving GET /cart: Cannot read properties of null (reading 'items')",
              "renderCart",
            ),
          }
        : undefined,
    ),
    expect: one(["bad-release"], ["Deployment/frontend"], ["rollback-deployment Deployment/frontend"]),
  },
  {
    id: "release-404",
    shop: "sock-shop",
    script: release("catalogue", "1.8.4", (served) =>
      served.route.startsWith("/items") ? { status: 404, err: "no such route" } : undefined,
    ),
    expect: one(["bad-release"], ["Deployment/catalogue"], ["rollback-deployment Deployment/catalogue"]),
  },
  {
    id: "release-500-no-stack",
    shop: "sock-shop",
    script: release("catalogue", "1.8.3", (served) =>
      served.route.startsWith("/items/") ? { status: 500, err: "item not decoded" } : undefined,
    ),
    expect: one(["bad-release"], ["Deployment/catalogue"], ["rollback-deployment Deployment/catalogue"]),
  },
  {
    id: "release-slow",
    shop: "sock-shop",
    script: release("catalogue", "1.8.3", () => ({ addMs: 650 })),
    expect: one(
      ["bad-release", "slow-dependency"],
      ["Deployment/catalogue"],
      ["rollback-deployment Deployment/catalogue"],
    ),
  },
  {
    id: "release-slow-carts",
    shop: "meadow",
    script: release("carts", "1.7.0", ({ request }) =>
      request.path === "/orders" || request.method === "GET" ? { addMs: 480 + 300 * share(request.trace) } : undefined,
    ),
    expect: one(["bad-release", "slow-dependency"], ["Deployment/carts"], ["rollback-deployment Deployment/carts"]),
  },
  {
    id: "slow-database",
    shop: "meadow",
    script: sick("carts-db", ({ now }) => ({ addMs: 600 + (now % 700) })),
    expect: one(["slow-dependency"], ["Deployment/carts-db"], ["restart Deployment/carts-db"]),
  },
  {
    id: "slow-catalogue",
    shop: "sock-shop",
    script: sick("catalogue", ({ now, request }) => ({
      addMs: 900 + (now % 800),
      lines:
        share(request.trace) > 0.6
          ? [{ level: "warn" as const, msg: "slow query", fields: { statement: "items_by_tag", ms: 1_204 } }]
          : [],
    })),
    expect: one(["slow-dependency"], ["Deployment/catalogue"], ["restart Deployment/catalogue"]),
  },
  {
    id: "payment-hangs",
    shop: "meadow",
    script: sick("payment", () => ({ addMs: 60_000 })),
    expect: one(
      ["slow-dependency", "dependency-down", "application-degraded", "network-fault"],
      ["Deployment/payment"],
      ["restart Deployment/payment"],
    ),
  },
  {
    id: "database-hangs",
    shop: "sock-shop",
    script: sick("carts-db", () => ({ addMs: 60_000 })),
    expect: one(
      ["slow-dependency", "dependency-down", "application-degraded", "network-fault"],
      ["Deployment/carts-db"],
      ["restart Deployment/carts-db"],
    ),
  },
  {
    id: "single-bad-pod",
    shop: "sock-shop",
    script: {
      inject(world) {
        const bad = world.pods("catalogue")[0]?.metadata.name;
        world.switches.behave = (served) =>
          served.life.pod === bad
            ? {
                status: 500,
                err: "search index is corrupt",
                stops: true,
                lines: [{ level: "error", msg: "search index is corrupt", fields: { segment: 3 } }],
              }
            : undefined;
      },
      fix(world) {
        const bad = world.pods("catalogue")[0];
        if (!bad) return;
        world.api.update("Pod", bad.metadata.name, (found) => {
          found.metadata.deletionTimestamp = new Date(world.now() + 5_000).toISOString();
        });
      },
    },
    expect: one(
      ["application-degraded", "bad-release"],
      ["Deployment/catalogue", "Pod/*"],
      ["delete-pod Pod/*", "delete-pod Deployment/catalogue"],
    ),
  },
  {
    id: "single-slow-pod",
    shop: "meadow",
    script: {
      inject(world) {
        const bad = world.pods("frontend")[1]?.metadata.name;
        world.switches.behave = (served) => (served.life.pod === bad ? { addMs: 1_200 } : undefined);
        world.switches.bend = (name, { pod }, value) =>
          pod === bad && name === "nodejs_eventloop_lag_seconds" ? 0.9 : value;
      },
      fix(world) {
        const bad = world.pods("frontend")[1];
        if (!bad) return;
        world.api.update("Pod", bad.metadata.name, (found) => {
          found.metadata.deletionTimestamp = new Date(world.now() + 5_000).toISOString();
        });
      },
    },
    expect: one(
      ["application-degraded", "slow-dependency"],
      ["Deployment/frontend", "Pod/*"],
      ["delete-pod Pod/*", "delete-pod Deployment/frontend", "restart Deployment/frontend"],
    ),
  },
  {
    id: "acquirer-errors",
    shop: "meadow",
    script: sick("payment", ({ request }) =>
      share(request.trace) < 0.7
        ? {
            status: 502,
            err: "acquirer: HTTP 503",
            stops: true,
            addMs: 40,
            lines: [
              {
                level: "error",
                msg: "call to acquirer failed: HTTP 503",
                trace: request.trace,
                fields: { host: "acquirer.example.net" },
              },
            ],
          }
        : undefined,
    ),
    expect: one(
      ["external-dependency"],
      ["Deployment/payment"],
      ["guide Deployment/payment", "none Deployment/payment", "restart Deployment/payment"],
    ),
  },
  {
    id: "rate-limited",
    shop: "sock-shop",
    script: sick("payment", ({ request }) =>
      share(request.trace) < 0.6
        ? {
            status: 429,
            err: "rate limit exceeded",
            stops: true,
            lines: [
              {
                level: "warn",
                msg: "rate limit of acquirer exceeded, retry after 30 s",
                trace: request.trace,
                fields: { code: 429 },
              },
            ],
          }
        : undefined,
    ),
    expect: one(
      ["rate-limited", "external-dependency"],
      ["Deployment/payment", "Deployment/orders"],
      ["guide Deployment/payment", "guide Deployment/orders", "none Deployment/payment"],
    ),
  },
  {
    id: "certificate-expired",
    shop: "sock-shop",
    script: sick("payment", ({ request }) => ({
      status: 502,
      err: "acquirer: certificate has expired",
      stops: true,
      lines: [
        {
          level: "error",
          msg: "call to acquirer failed: certificate has expired",
          trace: request.trace,
          fields: { code: "CERT_HAS_EXPIRED" },
        },
      ],
    })),
    expect: one(
      ["certificate-expired"],
      ["Deployment/payment", "Secret/payment-api"],
      ["guide Deployment/payment", "guide Secret/payment-api", "restore-secret Secret/payment-api"],
    ),
  },
  {
    id: "dns-failure",
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.link = (_from, to) =>
          world.api.random() < 0.8 ? { error: `getaddrinfo EAI_AGAIN ${to}`, code: "EAI_AGAIN" } : undefined;
      },
      fix: steady,
    },
    expect: one(
      ["dns-failure"],
      ["Deployment/coredns", "Deployment/frontend", "Deployment/*", "DaemonSet/*"],
      ["guide *", "restart *", "none *"],
    ),
  },
  {
    id: "network-delay",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.switches.link = (from, to) => (to === "carts-db" && from === "carts" ? { addMs: 700 } : undefined);
      },
      fix: steady,
    },
    expect: one(
      ["network-fault", "slow-dependency"],
      ["Deployment/carts-db", "Deployment/carts"],
      ["restart Deployment/carts-db", "restart Deployment/carts", "guide *"],
    ),
  },
  {
    id: "network-loss",
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.link = (_from, to) =>
          to === "payment" && world.api.random() < 0.4 ? { error: "timeout", code: "ETIMEDOUT" } : undefined;
      },
      fix: steady,
    },
    expect: one(
      ["network-fault", "dependency-down", "slow-dependency"],
      ["Deployment/payment"],
      ["restart Deployment/payment", "guide Deployment/payment", "delete-pod *"],
    ),
  },
  {
    id: "neighbour-cpu",
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.behave = () => ({ timesMs: 9, addMs: 60 });
        world.switches.bend = (name, { app }, value) => {
          if (app === "" && name === "container_cpu_usage_seconds_total") return 9.9;
          if (name === "nodejs_eventloop_lag_seconds") return value + 0.12;
          return value;
        };
      },
      fix: steady,
    },
    expect: one(
      ["cpu-saturation", "node-pressure"],
      ["Node/node-1"],
      ["guide Node/node-1", "scale *", "none *", "drain Node/node-1", "cordon Node/node-1"],
    ),
  },
  {
    id: "cpu-limit-cut-orders",
    shop: "sock-shop",
    script: {
      inject(world) {
        const cut = (image: { resources?: { limits?: Record<string, string> } } | undefined) =>
          image?.resources?.limits?.cpu === "10m";
        world.switches.bend = (name, { app, pod }, value) => {
          if (app !== "orders" || !cut(world.pods("orders").find((p) => p.metadata.name === pod)?.spec.containers[0]))
            return value;
          if (name === "container_cpu_cfs_periods_total") return 48;
          if (name === "container_cpu_cfs_throttled_periods_total") return 41;
          return value;
        };
        world.switches.behave = ({ app, life, now }) =>
          app === "orders" && cut(world.pods("orders").find((p) => p.metadata.name === life.pod)?.spec.containers[0])
            ? { addMs: 350 + (now % 300) }
            : undefined;
        world.deploy("orders", (_spec, container) => {
          container.resources = { limits: { cpu: "10m", memory: "128Mi" }, requests: { cpu: "10m", memory: "64Mi" } };
        });
      },
      fix: (world) => world.undo("orders"),
    },
    expect: one(
      ["cpu-throttling"],
      ["Deployment/orders"],
      ["patch-resources Deployment/orders", "rollback-deployment Deployment/orders"],
    ),
  },
  {
    id: "load-spike",
    shop: "meadow",
    script: {
      inject(world) {
        const since = world.now();
        world.deploy("loadgen", (_spec, container) => {
          setEnv(container, "RPS_MAX", "80");
          setEnv(container, "RPS_MIN", "60");
        });
        world.switches.load = (now) => (now > since + 5_000 ? 8 : 1);
        saturate(world, "frontend", 0.85);
        world.switches.behave = ({ app, request, now }) =>
          app === "frontend" && now > since + 10_000
            ? share(request.trace) < 0.15
              ? { status: 503, err: "server is overloaded", stops: true }
              : { addMs: 900 + 900 * share(request.trace) }
            : undefined;
      },
      fix(world) {
        world.undo("loadgen");
        steady(world);
      },
    },
    expect: one(
      ["load-spike", "cpu-throttling"],
      ["Deployment/frontend"],
      ["scale Deployment/frontend", "create-hpa Deployment/frontend", "patch-resources Deployment/frontend"],
    ),
  },
  {
    id: "hpa-maxed",
    shop: "sock-shop",
    script: {
      ...withHpa,
      inject(world) {
        const since = world.now();
        world.switches.load = () => 6;
        saturate(world, "frontend", 0.8);
        world.switches.behave = ({ app, request, now }) =>
          app === "frontend" && now > since + 5_000
            ? share(request.trace) < 0.15
              ? { status: 503, err: "server is overloaded", stops: true }
              : { addMs: 700 + 900 * share(request.trace) }
            : undefined;
        world.api.sim.after(15_000, () => setHpa(world, 4, 240, true));
        world.every(30_000, () => {
          if (world.switches.load(0) <= 1) return false;
          setHpa(world, 4, 200 + Math.floor(world.api.random() * 40), true);
          return true;
        });
      },
      fix(world) {
        steady(world);
        setHpa(world, 4, 40, false);
      },
    },
    expect: one(["hpa-maxed"], ["HorizontalPodAutoscaler/frontend"], ["patch-hpa HorizontalPodAutoscaler/frontend"]),
  },
  {
    id: "two-faults",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.deploy("frontend", (_spec, container) => {
          container.readinessProbe = {
            ...container.readinessProbe,
            httpGet: { path: "/ready", port: "http", scheme: "HTTP" },
          };
        });
        world.api.sim.after(40_000, () =>
          world.deploy("carts-db", (spec) => {
            spec.replicas = 0;
          }),
        );
      },
      fix(world) {
        world.undo("frontend");
        world.deploy("carts-db", (spec) => {
          spec.replicas = 1;
        });
      },
    },
    expect: [
      {
        causes: ["bad-readiness-probe"],
        culprits: ["Deployment/frontend"],
        fixes: ["patch-probe Deployment/frontend", "rollback-deployment Deployment/frontend"],
      },
      { causes: ["dependency-down"], culprits: ["Deployment/carts-db"], fixes: ["scale Deployment/carts-db"] },
    ],
  },
  {
    id: "two-faults-apart",
    shop: "meadow",
    script: {
      inject(world) {
        world.deploy("catalogue", (spec) => {
          spec.template.spec.nodeSelector = { disktype: "ssd" };
        });
        world.api.sim.after(60_000, () => {
          world.switches.behave = ({ app, now }) => (app === "payment" ? { addMs: 1_400 + (now % 900) } : undefined);
        });
      },
      fix(world) {
        world.undo("catalogue");
        world.restart("payment");
        world.api.sim.after(4_000, () => steady(world));
      },
    },
    expect: [
      {
        causes: ["unschedulable"],
        culprits: ["Deployment/catalogue"],
        fixes: ["rollback-deployment Deployment/catalogue"],
      },
      { causes: ["slow-dependency"], culprits: ["Deployment/payment"], fixes: ["restart Deployment/payment"] },
    ],
  },
];
