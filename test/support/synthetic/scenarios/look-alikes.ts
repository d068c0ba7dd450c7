import { createJob } from "../jobs.ts";
import type { Life } from "../kubelet.ts";
import type { Script, World } from "../world.ts";
import { deletePodOf } from "./configuration.ts";
import { planFor, removed, type Scenario, setEnv, tagOf, withTag } from "./scenario.ts";

/** What begins like something that is known and is something else, or nothing at all. The expectation was written first. */

const mib = 2 ** 20;
const idle = { fix: () => undefined };
const on = (app: string, causes: readonly string[], ...fixes: readonly string[]): Scenario["expect"] => [
  { causes, culprits: [`Deployment/${app}`], fixes: fixes.map((fix) => `${fix} Deployment/${app}`) },
];
const ship = (world: World, app: string, version: string) =>
  world.deploy(app, (_spec, container) => {
    container.image = withTag(container.image, version);
  });
const benign = (id: string, shop: Scenario["shop"], told: string, source: string, script: Script): Scenario => ({
  id: `alike-${id}`,
  story: { told, source },
  shop,
  script,
  expect: [],
});

const others: readonly Scenario[] = [
  {
    id: "alike-137-but-not-memory",
    story: {
      told: "Containers end with 137 again and again, as those do that run out of memory. The liveness probe asks for a page that is not there, and the process does not end when asked to.",
      source: "Kubernetes documentation, pod lifecycle: termination of pods; exit code 137",
    },
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "payment", (usual) => ({ ...usual, killedCode: 137 }));
        world.deploy("payment", (_spec, container) => {
          container.livenessProbe = {
            ...container.livenessProbe,
            httpGet: { path: "/health/deep", port: "http", scheme: "HTTP" },
          };
        });
      },
      fix: (world) => world.undo("payment"),
    },
    expect: on("payment", ["bad-liveness-probe"], "patch-probe", "rollback-deployment"),
  },
  {
    id: "alike-account-gone-not-quota",
    story: {
      told: "Pods are refused at creation, as a quota does. Their ServiceAccount was deleted.",
      source: "kubernetes/kubernetes#75117; ceph/ceph-csi-operator#87",
    },
    shop: "sock-shop",
    script: (() => {
      let back = () => {};
      return {
        inject(world: World) {
          back = removed(world, "ServiceAccount", "catalogue");
          world.switches.refuse = (rs) =>
            rs.spec.template.spec.serviceAccountName === "catalogue" && !world.api.get("ServiceAccount", "catalogue")
              ? `pods "$POD" is forbidden: error looking up service account ${world.api.namespace}/catalogue: serviceaccount "catalogue" not found`
              : undefined;
          for (const ms of [5_000, 14_000])
            world.api.sim.after(ms, () => {
              const pod = world.pods("catalogue").find(({ spec }) => spec.nodeName);
              if (pod)
                world.api.update("Pod", pod.metadata.name, (found) => {
                  found.metadata.deletionTimestamp = new Date(world.now() + 5_000).toISOString();
                });
            });
        },
        fix: () => back(),
      };
    })(),
    expect: [
      {
        causes: ["missing-config", "permission-denied"],
        culprits: ["Deployment/catalogue", "ServiceAccount/catalogue"],
        fixes: [
          "guide Deployment/catalogue",
          "guide ServiceAccount/catalogue",
          "free-patch ServiceAccount/catalogue",
          "restore-secret ServiceAccount/catalogue",
        ],
      },
    ],
  },
  {
    id: "alike-caller-gives-up-too-soon",
    story: {
      told: "Calls to a service time out, as when it is slow. It is as fast as ever: a release of the caller waits no longer than a few milliseconds.",
      source: "AWS Builders' Library, Timeouts, retries and backoff with jitter",
    },
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.link = (from) => {
          if (from !== "frontend") return undefined;
          const short = world.life("frontend");
          return short && world.env(short)["UPSTREAM_TIMEOUT_MS"] === "8" ? { limitMs: 8 } : undefined;
        };
        world.deploy("frontend", (_spec, container) => setEnv(container, "UPSTREAM_TIMEOUT_MS", "8"));
      },
      fix: (world) => world.undo("frontend"),
    },
    expect: on("frontend", ["bad-config", "bad-release"], "rollback-deployment", "set-env"),
  },
  {
    id: "alike-port-taken-not-full",
    story: {
      told: "A pod stays pending, as when the node is full. It wants a port of the node that another has.",
      source: "Kubernetes documentation, configuration best practices: do not specify a hostPort unless necessary",
    },
    shop: "sock-shop",
    script: {
      inject(world) {
        const wants = (pod: { spec: { containers: { ports?: { hostPort?: number }[] }[] } }) =>
          pod.spec.containers[0]?.ports?.some(({ hostPort }) => hostPort === 9100) ?? false;
        world.switches.unschedulable = (pod) =>
          wants(pod as never) ? "1 node(s) didn't have free ports for the requested pod ports" : undefined;
        world.deploy("payment", (_spec, container) => {
          container.ports = [{ name: "http", containerPort: 8080, protocol: "TCP", hostPort: 9100 }] as never;
        });
      },
      fix: (world) => world.undo("payment"),
    },
    expect: on("payment", ["unschedulable"], "rollback-deployment"),
  },
  {
    id: "alike-handles-used-up-not-database-down",
    story: {
      told: "A service cannot reach its database, as when that is down. The database is well: a release of the caller leaks sockets until it may open no more files.",
      source: "Node.js documentation, EMFILE: too many open files in system",
    },
    shop: "meadow",
    script: {
      inject(world) {
        const ill = (life: Life | undefined) =>
          life !== undefined && tagOf(life.image) === "1.7.1" && world.now() > life.startedAt + 45_000;
        world.switches.link = (from, to) =>
          from === "carts" && to === "carts-db" && ill(world.life("carts"))
            ? { error: "connect EMFILE 10.96.214.247:80 - Local (undefined:undefined)", code: "EMFILE" }
            : undefined;
        ship(world, "carts", "1.7.1");
      },
      fix: (world) => world.undo("carts"),
    },
    expect: on("carts", ["pool-exhausted", "bad-release"], "rollback-deployment", "restart"),
  },
];

const harmless: readonly Scenario[] = [
  benign(
    "nightly-export",
    "sock-shop",
    "A nightly job reads the whole catalogue: three times the requests, as fast as ever.",
    "Zalando, Running Kubernetes in production: a million ways to crash your cluster (2018): CronJobs",
    {
      ...idle,
      inject(world) {
        const until = world.now() + 180_000;
        planFor(world, "nightly-export", (usual) => ({ ...usual, exit: { afterMs: 185_000, code: 0 }, lines: [] }));
        createJob(world.api, "nightly-export", {
          backoffLimit: 1,
          template: {
            metadata: { labels: { app: "nightly-export" } },
            spec: {
              containers: [
                { name: "export", image: "localhost:5000/shop/jobs:1.2.0", args: ["/app/jobs.js", "export"] },
              ],
              restartPolicy: "Never",
            },
          },
        });
        let page = 0;
        world.every(100, () => {
          const lives = world.kubelet.lives.filter(({ app, endedAt }) => app === "catalogue" && endedAt === undefined);
          const life = lives[page++ % Math.max(1, lives.length)];
          if (life) {
            const meter = world.meterOf(life);
            const labels = { service: "catalogue", method: "GET", route: "/items" };
            meter.add("http_requests_total", { ...labels, code: "200" });
            meter.observe("http_request_duration_seconds", labels, 0.008 + 0.003 * world.api.random());
            world.log(life, {
              level: "info",
              msg: `GET /items?page=${page}`,
              trace: world.api.hex(8),
              fields: { status: 200, ms: 9.1 },
            });
          }
          return world.now() < until;
        });
        world.switches.bend = (name, { app }, value, now) =>
          app === "catalogue" && now < until && /cpu_(usage_)?seconds_total$/.test(name) ? value * 2.5 : value;
      },
    },
  ),
  benign(
    "planned-failover",
    "meadow",
    "The database is moved on purpose and takes a quarter of a minute to come back.",
    "Amazon RDS user guide, failing over a Multi-AZ deployment",
    {
      ...idle,
      inject(world) {
        planFor(world, "carts-db", (usual) => ({ ...usual, listenAfterMs: 7_000, readyAfterMs: 9_000 }));
        const life = world.life("carts-db");
        if (life) world.log(life, { level: "info", msg: "received fast shutdown request (planned switchover)" });
        deletePodOf("carts-db")(world);
      },
    },
  ),
  benign(
    "scheduled-scale-down",
    "sock-shop",
    "In the evening fewer come, and a schedule takes pods away.",
    "KEDA documentation, cron scaler",
    {
      ...idle,
      inject(world) {
        world.switches.load = () => 0.45;
        for (const app of ["catalogue", "frontend"])
          world.deploy(app, (spec) => {
            spec.replicas = 1;
          });
      },
    },
  ),
  benign(
    "cache-warms-up",
    "meadow",
    "New pods begin with an empty cache: slower for a minute, and less so with every request.",
    "Google, Site Reliability Engineering, chapter 22: slow startup and cold caching",
    {
      ...idle,
      inject(world) {
        world.switches.behave = ({ app, life, now }) =>
          app === "catalogue" && tagOf(life.image) === "1.8.3"
            ? { addMs: 80 * Math.exp(-(now - life.startedAt) / 20_000) }
            : undefined;
        ship(world, "catalogue", "1.8.3");
      },
    },
  ),
  benign(
    "memory-fills-and-stays",
    "sock-shop",
    "A release keeps more in memory: it climbs fast, ever more slowly, and stays well below its limit.",
    "Kubernetes documentation, page cache and caches counted in the working set",
    {
      ...idle,
      inject(world) {
        world.switches.bend = (name, { app, life }, value, now) => {
          if (app !== "orders" || !life || tagOf(life.image) !== "2.5.0") return value;
          const more = 52 * mib * (1 - Math.exp(-(now - life.startedAt) / 60_000));
          return /^container_memory_(working_set_bytes|rss)$|^process_resident_memory_bytes$/.test(name)
            ? value + more
            : value;
        };
        ship(world, "orders", "2.5.0");
      },
    },
  ),
];

export const lookAlikeScenarios: readonly Scenario[] = [...others, ...harmless];
