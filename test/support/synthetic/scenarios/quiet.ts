import { setCondition } from "../controllers.ts";
import { createJob } from "../jobs.ts";
import { type Any, type Pod, stamp } from "../kube-types.ts";
import type { Script, World } from "../world.ts";
import { deletePodOf } from "./configuration.ts";
import { data, planFor, type Scenario, setEnv, share, withTag } from "./scenario.ts";
import { setHpa, withHpa } from "./traffic.ts";

const quiet = (id: string, shop: Scenario["shop"], inject: Script["inject"], rest: Partial<Script> = {}): Scenario => ({
  id,
  shop,
  script: { fix: () => undefined, ...rest, inject },
  expect: [],
});

const heartbeat = (world: World, reason: string) =>
  world.api.update<Any & { status: { conditions: { lastHeartbeatTime?: string; type: string }[] } }>(
    "Node",
    "node-1",
    (node) => {
      for (const condition of node.status.conditions) condition.lastHeartbeatTime = stamp(world.now());
      node.metadata.annotations = { ...node.metadata.annotations, note: reason };
    },
  );

/** Routine work and harmless noise: nothing of it may raise an incident. */
export const quietScenarios: readonly Scenario[] = [
  quiet("quiet-nothing", "meadow", () => undefined),
  quiet("quiet-nothing-sock-shop", "sock-shop", () => undefined),
  quiet("quiet-config-map", "sock-shop", (world) => {
    data(world, "ConfigMap", "price-list", (values) => {
      values["sock-cat"] = "15";
    });
    data(world, "ConfigMap", "carts-config", (values) => {
      values.NOTE = "reviewed";
    });
  }),
  quiet(
    "quiet-hpa-out-and-in",
    "meadow",
    (world) => {
      world.switches.load = () => 2;
      world.api.sim.after(20_000, () => setHpa(world, 3, 110, false));
    },
    {
      ...withHpa,
      fix(world) {
        world.switches.load = () => 1;
        setHpa(world, 2, 35, false);
      },
    },
  ),
  quiet("quiet-slow-job", "meadow", (world) => {
    planFor(world, "reindex", (usual) => ({ ...usual, exit: { afterMs: 150_000, code: 0 }, lines: [] }));
    createJob(world.api, "reindex-search", {
      backoffLimit: 2,
      template: {
        metadata: { labels: { app: "reindex" } },
        spec: {
          containers: [{ name: "reindex", image: "localhost:5000/shop/jobs:1.2.0", args: ["/app/jobs.js", "reindex"] }],
          restartPolicy: "Never",
        },
      },
    });
  }),
  quiet("quiet-job-second-try", "meadow", (world) => {
    let tries = 0;
    planFor(world, "reindex", (usual) => ({
      ...usual,
      exit: { afterMs: 9_000, code: tries++ === 0 ? 1 : 0 },
      lines: [],
    }));
    createJob(world.api, "reindex-search", {
      backoffLimit: 3,
      template: {
        metadata: { labels: { app: "reindex" } },
        spec: {
          containers: [{ name: "reindex", image: "localhost:5000/shop/jobs:1.2.0", args: ["/app/jobs.js", "reindex"] }],
          restartPolicy: "Never",
        },
      },
    });
  }),
  quiet("quiet-rolling-slow-start", "sock-shop", (world) => {
    planFor(world, "frontend", (usual) => ({ ...usual, listenAfterMs: 4_000, readyAfterMs: 17_000 }));
    world.restart("frontend");
  }),
  quiet("quiet-rolling-new-version", "meadow", (world) =>
    world.deploy("catalogue", (_spec, container) => {
      container.image = withTag(container.image, "1.8.3");
    }),
  ),
  quiet("quiet-recreate", "meadow", (world) => world.restart("payment")),
  quiet("quiet-recreate-db", "sock-shop", (world) => world.restart("carts-db")),
  quiet("quiet-pod-deleted", "meadow", (world) => deletePodOf("catalogue")(world)),
  ...(["orders", "payment", "carts", "carts-db", "frontend"] as const).map((app, i) =>
    quiet(`quiet-pod-deleted-${app}`, i % 2 === 0 ? "meadow" : "sock-shop", (world) => deletePodOf(app)(world)),
  ),
  ...(["catalogue", "orders", "carts", "carts-db", "frontend", "payment"] as const).map((app, i) =>
    quiet(`quiet-restart-${app}`, i % 2 === 0 ? "meadow" : "sock-shop", (world) => world.restart(app)),
  ),
  quiet("quiet-pod-evicted", "sock-shop", (world) => {
    const pod = world.pods("catalogue")[0];
    if (!pod) return;
    world.api.update<Pod>("Pod", pod.metadata.name, (found) => {
      setCondition(found.status.conditions ?? [], world.now(), {
        type: "DisruptionTarget",
        status: "True",
        reason: "EvictionByEvictionAPI",
        message: "Eviction API: evicting",
      });
    });
    deletePodOf("catalogue")(world);
  }),
  quiet("quiet-404-burst", "meadow", (world) => {
    const since = world.now();
    world.switches.behave = ({ app, request, route, now }) =>
      app === "catalogue" && route.startsWith("/items/") && now < since + 60_000 && share(request.trace) < 0.25
        ? { status: 404, err: "no such item sock-lost" }
        : undefined;
  }),
  quiet(
    "quiet-double-load",
    "meadow",
    (world) => {
      world.switches.load = () => 2;
    },
    {
      fix(world) {
        world.switches.load = () => 1;
      },
    },
  ),
  quiet(
    "quiet-half-load",
    "sock-shop",
    (world) => {
      world.switches.load = () => 0.4;
    },
    {
      fix(world) {
        world.switches.load = () => 1;
      },
    },
  ),
  // Users go home: fewer ask at the door, and nothing inside is wrong.
  ...([0.08, 0.03] as const).flatMap((left) =>
    (["meadow", "sock-shop"] as const).map((shop) =>
      quiet(
        `quiet-users-leave-${left}-${shop}`,
        shop,
        (world) => {
          world.switches.load = () => left;
        },
        {
          fix(world) {
            world.switches.load = () => 1;
          },
        },
      ),
    ),
  ),
  quiet("quiet-heartbeat", "sock-shop", (world) => heartbeat(world, "late")),
  quiet(
    "quiet-scale-up-down",
    "sock-shop",
    (world) =>
      world.deploy("catalogue", (spec) => {
        spec.replicas = 4;
      }),
    {
      fix: (world) =>
        world.deploy("catalogue", (spec) => {
          spec.replicas = 2;
        }),
    },
  ),
  quiet("quiet-cordon", "meadow", (world) => {
    world.api.update<Any>("Node", "node-1", (node) => {
      node.spec = { unschedulable: true };
    });
    world.api.sim.after(90_000, () =>
      world.api.update<Any>("Node", "node-1", (node) => {
        node.spec = {};
      }),
    );
  }),
  quiet("quiet-one-crash", "meadow", (world) => {
    const life = world.life("orders");
    if (life) world.kubelet.kill(life.pod, 1, "Error");
  }),
  quiet("quiet-slow-queries", "sock-shop", (world) => {
    world.switches.behave = ({ app, request }) =>
      app === "catalogue" && share(request.trace) < 0.01
        ? { addMs: 200, lines: [{ level: "warn", msg: "slow query", fields: { statement: "items_by_tag", ms: 203 } }] }
        : undefined;
  }),
  quiet("quiet-env-rollout", "sock-shop", (world) =>
    world.deploy("frontend", (_spec, container) => setEnv(container, "BANNER", "winter")),
  ),
  quiet("quiet-quota-raised", "meadow", (world) => {
    world.api.create<Any>({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "compute", uid: "" },
      spec: { hard: { pods: "40" } },
      status: { hard: { pods: "40" }, used: { pods: "9" } },
    });
  }),
];
