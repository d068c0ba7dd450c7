import type { Any, Service } from "../kube-types.ts";
import type { Script, World } from "../world.ts";
import { deletePodOf } from "./configuration.ts";
import { crash, type Expectation, planFor, type Scenario, setEnv, share, tagOf, withTag } from "./scenario.ts";

const apps = ["frontend", "catalogue", "carts", "carts-db", "orders", "payment"] as const;
const shops = ["meadow", "sock-shop"] as const;
const next: Readonly<Record<string, string>> = {
  frontend: "2.9.0",
  catalogue: "1.8.3",
  carts: "1.7.0",
  "carts-db": "5.0.4",
  orders: "2.5.0",
  payment: "3.1.1",
};

interface Family {
  readonly id: string;
  inject(world: World, app: string): void;
  fix(world: World, app: string): void;
  expect(app: string): Expectation;
  readonly only?: readonly string[];
}

const revised = (app: string, causes: string[], ...fixes: string[]): Expectation => ({
  causes,
  culprits: [`Deployment/${app}`],
  fixes: fixes.map((fix) => `${fix} Deployment/${app}`),
});
const undo = (world: World, app: string) => world.undo(app);
const isNew = (image: string, app: string) => tagOf(image) === next[app];
const ship = (world: World, app: string) =>
  world.deploy(app, (_spec, container) => {
    container.image = withTag(container.image, next[app] ?? "9.9.9");
  });

const families: readonly Family[] = [
  {
    id: "exception",
    inject(world, app) {
      world.switches.behave = ({ app: here, life, request, now }) => {
        if (here !== app || !isNew(life.image, app) || share(request.trace) > 0.3) return undefined;
        const text = `unhandled TypeError while serving ${request.method} ${request.path}: Cannot read properties of undefined (reading 'id')`;
        const iso = new Date(now).toISOString();
        return {
          status: 500,
          err: "Cannot read properties of undefined (reading 'id')",
          stops: true,
          errorType: "TypeError",
          lines: [{ level: "error", msg: text, trace: request.trace }],
          raw: [
            `    at load (/app/server.js:88:14)`,
            `    at async Server.<anonymous> (/app/server.js:130:14) ${iso.slice(0, 0)}`.trimEnd(),
          ],
        };
      };
      ship(world, app);
    },
    fix: undo,
    expect: (app) => revised(app, ["bad-release"], "rollback-deployment"),
  },
  {
    id: "slow-release",
    inject(world, app) {
      world.switches.behave = ({ app: here, life, request }) =>
        here === app && isNew(life.image, app) ? { addMs: 420 + 400 * share(request.trace) } : undefined;
      ship(world, app);
    },
    fix: undo,
    expect: (app) => revised(app, ["bad-release", "slow-dependency"], "rollback-deployment"),
  },
  {
    id: "slow",
    inject(world, app) {
      world.switches.behave = ({ app: here, request }) =>
        here === app ? { addMs: 700 + 1_500 * share(request.trace) } : undefined;
    },
    fix(world, app) {
      world.restart(app);
      world.api.sim.after(4_000, () => {
        world.switches.behave = () => undefined;
      });
    },
    only: ["catalogue", "carts", "carts-db", "orders", "payment"],
    expect: (app) => revised(app, ["slow-dependency"], "restart"),
  },
  {
    id: "scaled-to-zero",
    inject: (world, app) =>
      world.deploy(app, (spec) => {
        spec.replicas = 0;
      }),
    fix: (world, app) =>
      world.deploy(app, (spec) => {
        spec.replicas = app === "catalogue" || app === "frontend" ? 2 : 1;
      }),
    expect: (app) => revised(app, ["dependency-down"], "scale"),
  },
  {
    id: "selector",
    inject: (world, app) =>
      world.api.update<Service>("Service", app, (found) => {
        found.spec = { ...found.spec, selector: { app: `${app}s` } };
      }),
    fix: (world, app) =>
      world.api.update<Service>("Service", app, (found) => {
        found.spec = { ...found.spec, selector: { app } };
      }),
    expect: (app) => ({
      causes: ["selector-mismatch"],
      culprits: [`Service/${app}`],
      fixes: [`patch-selector Service/${app}`],
    }),
  },
  {
    id: "target-port",
    inject: (world, app) =>
      world.api.update<Service>("Service", app, (found) => {
        found.spec = { ...found.spec, ports: [{ name: "http", port: 80, targetPort: 9080 }] };
      }),
    fix: (world, app) =>
      world.api.update<Service>("Service", app, (found) => {
        found.spec = { ...found.spec, ports: [{ name: "http", port: 80, targetPort: 8080 }] };
      }),
    only: ["catalogue", "carts", "carts-db", "orders", "payment"],
    expect: (app) => ({
      causes: ["service-port-mismatch"],
      culprits: [`Service/${app}`],
      fixes: [`patch-service-port Service/${app}`],
    }),
  },
  {
    id: "liveness-port",
    inject: (world, app) =>
      world.deploy(app, (_spec, container) => {
        container.livenessProbe = {
          ...container.livenessProbe,
          httpGet: { path: "/healthz", port: 9090, scheme: "HTTP" },
        };
      }),
    fix: undo,
    expect: (app) => revised(app, ["bad-liveness-probe"], "patch-probe", "rollback-deployment"),
  },
  {
    id: "readiness-path",
    inject: (world, app) =>
      world.deploy(app, (_spec, container) => {
        container.readinessProbe = {
          ...container.readinessProbe,
          httpGet: { path: "/ready", port: "http", scheme: "HTTP" },
        };
      }),
    fix: undo,
    expect: (app) => revised(app, ["bad-readiness-probe"], "patch-probe", "rollback-deployment"),
  },
  {
    id: "image-tag",
    inject(world, app) {
      planFor(world, app, (usual, _pod, container) =>
        container.image.endsWith("-rc1")
          ? {
              ...usual,
              pullError: `failed to pull and unpack image "${container.image}": failed to resolve image: ${container.image}: not found`,
            }
          : undefined,
      );
      world.deploy(app, (_spec, container) => {
        container.image = `${container.image}-rc1`;
      });
    },
    fix: undo,
    expect: (app) => revised(app, ["image-not-found"], "rollback-deployment", "set-image"),
  },
  {
    id: "memory-limit",
    inject(world, app) {
      planFor(world, app, (usual, pod) =>
        pod.spec.containers[0]?.resources?.limits?.memory === "32Mi"
          ? { ...usual, exit: { afterMs: 8_500, code: 137, reason: "OOMKilled" } }
          : undefined,
      );
      world.deploy(app, (_spec, container) => {
        container.resources = { limits: { cpu: "300m", memory: "32Mi" }, requests: { cpu: "20m", memory: "32Mi" } };
      });
    },
    fix: undo,
    expect: (app) => revised(app, ["memory-limit-too-low"], "patch-resources", "rollback-deployment"),
  },
  {
    id: "missing-env",
    inject(world, app) {
      planFor(world, app, (usual, _pod, container) =>
        container.name === app && isNew(container.image, app)
          ? crash(usual, app, world.now(), 280, 1, [
              {
                level: "error",
                msg: "configuration error: environment variable REGION is not set",
                fields: { required: "REGION" },
              },
            ])
          : undefined,
      );
      ship(world, app);
    },
    fix: (world, app) =>
      world.deploy(app, (_spec, container) => {
        setEnv(container, "REGION", "eu");
        world.switches.plan = (_pod, _container, _attempt, usual) => usual;
      }),
    expect: (app) => revised(app, ["missing-env"], "set-env", "rollback-deployment"),
  },
  {
    id: "crashes-itself",
    inject(world, app) {
      planFor(world, app, (usual, _pod, _container, attempt) =>
        attempt > 0
          ? crash(usual, app, world.now(), 7_000, 1, [
              { level: "error", msg: "fatal: worker state is inconsistent, giving up" },
            ])
          : undefined,
      );
      for (const pod of world.pods(app)) world.kubelet.kill(pod.metadata.name, 1, "Error");
    },
    fix(world, app) {
      world.switches.plan = (_pod, _container, _attempt, usual) => usual;
      world.restart(app);
    },
    expect: (app) => revised(app, ["dependency-down", "application-degraded"], "restart"),
  },
  {
    id: "cpu-limit",
    inject(world, app) {
      const cut = (name: string) =>
        world.api.get<Any & { spec: { containers: { resources?: { limits?: Record<string, string> } }[] } }>(
          "Pod",
          name,
        )?.spec.containers[0]?.resources?.limits?.cpu === "15m";
      world.switches.bend = (name, { pod }, value) => {
        if (pod === "" || !cut(pod)) return value;
        if (name === "container_cpu_cfs_periods_total") return 47;
        if (name === "container_cpu_cfs_throttled_periods_total") return 30;
        return value;
      };
      world.switches.behave = ({ app: here, life, request }) =>
        here === app && cut(life.pod) ? { addMs: 120 + 500 * share(request.trace) } : undefined;
      world.deploy(app, (_spec, container) => {
        container.resources = { limits: { cpu: "15m", memory: "128Mi" }, requests: { cpu: "15m", memory: "64Mi" } };
      });
    },
    fix: undo,
    expect: (app) => revised(app, ["cpu-throttling"], "patch-resources", "rollback-deployment"),
  },
  {
    id: "cordon",
    inject(world, app) {
      world.api.update<Any>("Node", "node-1", (node) => {
        node.spec = {
          unschedulable: true,
          taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }],
        };
      });
      world.api.sim.after(25_000, () => deletePodOf(app)(world));
    },
    fix: (world) =>
      world.api.update<Any>("Node", "node-1", (node) => {
        node.spec = {};
      }),
    expect: () => ({ causes: ["node-unschedulable"], culprits: ["Node/node-1"], fixes: ["uncordon Node/node-1"] }),
  },
  {
    id: "one-bad-pod",
    inject(world, app) {
      const bad = world.pods(app)[1]?.metadata.name;
      world.switches.behave = ({ life, request }) =>
        life.pod === bad && share(request.trace) < 0.8
          ? {
              status: 500,
              err: "template cache is corrupt",
              stops: true,
              lines: [{ level: "error", msg: "template cache is corrupt, entry base.html does not parse" }],
            }
          : undefined;
    },
    fix(world, app) {
      world.switches.behave = () => undefined;
      deletePodOf(app)(world);
    },
    only: ["frontend", "catalogue"],
    expect: (app) => ({
      causes: ["application-degraded"],
      culprits: [`Deployment/${app}`, "Pod/*"],
      fixes: ["delete-pod Pod/*", `delete-pod Deployment/${app}`],
    }),
  },
  {
    id: "error-500-unchanged",
    inject(world, app) {
      world.switches.behave = ({ app: here, request }) =>
        here === app && share(request.trace) < 0.5
          ? {
              status: 500,
              err: "internal state is stale",
              stops: true,
              lines: [{ level: "error", msg: "internal state is stale, refusing to answer", trace: request.trace }],
            }
          : undefined;
    },
    fix(world, app) {
      world.restart(app);
      world.api.sim.after(4_000, () => {
        world.switches.behave = () => undefined;
      });
    },
    expect: (app) => revised(app, ["application-degraded", "dependency-down"], "restart"),
  },
];

/** One kind of fault on one service, for scenarios that need more than one. */
export function faultOf(kind: string, app: string): { readonly script: Script; readonly expect: Expectation } {
  const family = families.find(({ id }) => id === kind);
  if (!family) throw new Error(`There is no kind of fault ${kind}`);
  return {
    script: { inject: (world) => family.inject(world, app), fix: (world) => family.fix(world, app) },
    expect: family.expect(app),
  };
}

/** Every kind of fault on every service that can have it, in both shops. */
export const matrixScenarios: readonly Scenario[] = families.flatMap((family) =>
  apps
    .filter((app) => family.only?.includes(app) ?? true)
    .flatMap((app) =>
      shops.map(
        (shop): Scenario => ({
          id: `matrix-${family.id}-${app}-${shop}`,
          shop,
          script: faultOf(family.id, app).script,
          expect: [family.expect(app)],
        }),
      ),
    ),
);
