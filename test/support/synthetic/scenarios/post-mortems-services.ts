import { createJob } from "../jobs.ts";
import type { Life } from "../kubelet.ts";
import type { World } from "../world.ts";
import { deletePodOf } from "./configuration.ts";
import { crash, data, planFor, type Scenario, setEnv, share, tagOf, withTag } from "./scenario.ts";

/** Stories that were published, of the services themselves, told again in this shop. The expectation was written first. */

const calm = (world: World): void => {
  world.switches.behave = () => undefined;
  world.switches.link = () => undefined;
  world.switches.pool = () => undefined;
};

/** Makes probes of these apps time out for as long as it is asked. */
function probesFail(world: World, apps: readonly string[], on: (life: Life) => boolean): void {
  world.every(500, () => {
    for (const life of world.kubelet.lives)
      if (apps.includes(life.app) && life.endedAt === undefined && !life.probeFault)
        life.probeFault = (kind) => (kind === "readiness" && on(life) ? "timeout" : undefined);
    return true;
  });
}

export const serviceStories: readonly Scenario[] = [
  {
    id: "story-readiness-asks-the-dependency",
    story: {
      told: "Readiness probes ask what lies behind: one slow service makes its callers unready, and theirs, until the door is shut.",
      source:
        "Colin Breck, Kubernetes liveness and readiness probes: how to avoid shooting yourself in the foot (2018)",
    },
    shop: "sock-shop",
    script: (() => {
      let on = false;
      return {
        inject(world: World) {
          on = true;
          const since = world.now();
          world.switches.behave = ({ app, request }) =>
            app === "payment" ? { addMs: 2_300 + 500 * share(request.trace) } : undefined;
          probesFail(world, ["orders"], () => on && world.now() > since + 6_000);
          probesFail(world, ["frontend"], () => on && world.now() > since + 18_000);
        },
        fix(world: World) {
          on = false;
          calm(world);
          world.restart("payment");
        },
      };
    })(),
    expect: [
      {
        causes: ["slow-dependency"],
        culprits: ["Deployment/payment"],
        fixes: ["restart Deployment/payment", "guide Deployment/payment"],
      },
    ],
  },
  {
    id: "story-migration-waits-for-a-lock",
    story: {
      told: "A migration wants a table for itself, waits behind a long query, and everybody else waits behind the migration.",
      source: "GoCardless, Zero-downtime Postgres migrations: the hard parts (2015)",
    },
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "carts-migrate", (usual) => ({
          ...usual,
          exit: { afterMs: 900_000, code: 0 },
          lines: [
            {
              ms: 300,
              text: `${new Date(world.now()).toISOString()} INFO migrate: 15: ALTER TABLE carts ADD CONSTRAINT`,
            },
          ],
        }));
        createJob(world.api, "carts-migrate-15", {
          backoffLimit: 0,
          template: {
            metadata: { labels: { app: "carts-migrate" } },
            spec: {
              containers: [
                { name: "migrate", image: "localhost:5000/shop/jobs:1.2.0", args: ["/app/jobs.js", "migrate-carts"] },
              ],
              restartPolicy: "Never",
            },
          },
        });
        const since = world.now() + 3_000;
        world.switches.behave = ({ app, request, now }) =>
          app === "carts-db" && now > since
            ? {
                addMs: 1_200 + 2_400 * share(request.trace),
                raw:
                  share(request.trace) > 0.4
                    ? [
                        `${new Date(now).toISOString()} [1] LOG: process 88 still waiting for AccessShareLock on relation 16402 of database 16384 after 1000.112 ms`,
                        `${new Date(now).toISOString()} [1] DETAIL: Process holding the lock: 71. Wait queue: 90, 88.`,
                      ]
                    : [],
              }
            : undefined;
      },
      fix(world) {
        calm(world);
        world.api.remove("Job", "carts-migrate-15");
        deletePodOf("carts-migrate")(world);
      },
    },
    expect: [
      {
        causes: ["slow-dependency", "pool-exhausted"],
        culprits: ["Job/carts-migrate-15", "Deployment/carts-db"],
        fixes: [
          "delete-job Job/carts-migrate-15",
          "guide Job/carts-migrate-15",
          "guide Deployment/carts-db",
          "restart Deployment/carts-db",
        ],
      },
    ],
  },
  {
    id: "story-lease-too-short",
    story: {
      told: "The time in which a leader has to renew its lease is set shorter than the API server takes now and then: it gives up and starts again, again and again.",
      source: "operator-framework/operator-sdk#1813; gardener/machine-controller-manager#537",
    },
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "orders", (usual, _pod, container) =>
          container.name === "orders" && container.env?.some(({ name }) => name === "RENEW_DEADLINE_MS")
            ? crash(usual, "orders", world.now(), 21_000 + Math.floor(world.api.random() * 15_000), 1, [
                {
                  level: "error",
                  msg: "failed to renew lease sock-shop/orders-relay: timed out waiting for the condition",
                },
                { level: "error", msg: "problem running manager: leader election lost" },
              ])
            : undefined,
        );
        world.deploy("orders", (_spec, container) => setEnv(container, "RENEW_DEADLINE_MS", "250"));
      },
      fix: (world) => world.undo("orders"),
    },
    expect: [
      {
        causes: ["bad-config", "bad-release"],
        culprits: ["Deployment/orders"],
        fixes: ["rollback-deployment Deployment/orders", "set-env Deployment/orders"],
      },
    ],
  },
  {
    id: "story-slow-disk",
    story: {
      told: "The disk's burst allowance is used up: the database answers late because each write waits to be on disk.",
      source:
        "etcd FAQ, what the warning that applying an entry took too long means; AWS, burst credits of gp2 volumes",
    },
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.bend = (name, { app, pod }, value) =>
          app === "" && pod === "" && name === "container_fs_writes_total" ? Math.min(value, 40) : value;
        world.switches.behave = ({ app, request, now }) =>
          app === "carts-db"
            ? {
                addMs: 500 + 900 * share(request.trace),
                raw:
                  share(request.trace) > 0.7
                    ? [
                        `${new Date(now).toISOString()} [1] WARN: slow fdatasync took=${(0.5 + share(request.trace)).toFixed(3)}s expected=0.1s`,
                      ]
                    : [],
              }
            : undefined;
      },
      fix: calm,
    },
    expect: [
      {
        causes: ["slow-dependency", "node-pressure"],
        culprits: ["Deployment/carts-db", "Node/node-1"],
        fixes: ["guide Node/node-1", "guide Deployment/carts-db", "restart Deployment/carts-db"],
      },
    ],
  },
  {
    id: "story-more-pods-more-connections",
    story: {
      told: "A deploy gives every pod a larger pool and adds pods; together they want more connections than the database gives out.",
      source:
        "PostgreSQL, max_connections and its error 'sorry, too many clients already'; Heroku, concurrency and database connections",
    },
    shop: "meadow",
    script: {
      inject(world) {
        const large = (life: Life) => world.env(life)["DB_POOL_SIZE"] === "40";
        world.switches.pool = (life) => (large(life) ? { active: 9, waiting: 6 } : undefined);
        world.switches.behave = ({ app, life, request, now }) => {
          if (app !== "carts" || !large(life) || share(request.trace) > 0.45) return undefined;
          const db = world.life("carts-db");
          if (db)
            world.rawLog(
              db.pod,
              db.container,
              `${new Date(now).toISOString()} [1] FATAL: sorry, too many clients already`,
            );
          return {
            status: 503,
            err: "sorry, too many clients already",
            stops: true,
            lines: [
              {
                level: "error",
                msg: "CartsPool - could not open a connection: FATAL: sorry, too many clients already",
                trace: request.trace,
              },
            ],
          };
        };
        world.deploy("carts", (spec, container) => {
          spec.replicas = 3;
          setEnv(container, "DB_POOL_SIZE", "40");
        });
      },
      fix(world) {
        world.undo("carts");
        world.deploy("carts", (spec) => {
          spec.replicas = 1;
        });
      },
    },
    expect: [
      {
        causes: ["pool-exhausted"],
        culprits: ["Deployment/carts", "Deployment/carts-db"],
        fixes: ["rollback-deployment Deployment/carts", "set-env Deployment/carts", "scale Deployment/carts"],
      },
    ],
  },
  {
    id: "story-retry-storm",
    story: {
      told: "A release asks again whenever an answer is not there at once, five times and without pause; what is behind it drowns in the work.",
      source: "Google, Site Reliability Engineering, chapter 22: Addressing cascading failures",
    },
    shop: "sock-shop",
    script: {
      inject(world) {
        const ill = (life: Life | undefined) => life !== undefined && tagOf(life.image) === "2.9.1";
        world.switches.behave = ({ app, life, request }) => {
          if (app === "frontend") return ill(life) ? { calls: 5 } : undefined;
          if (app !== "catalogue" || !ill(world.life("frontend"))) return undefined;
          return world.api.random() < 0.2
            ? { status: 503, err: "queue is full", stops: true }
            : { addMs: 120 + 200 * share(request.trace) };
        };
        world.switches.bend = (name, { app }, value) =>
          app === "catalogue" && ill(world.life("frontend")) && /cpu_(usage_)?seconds_total$/.test(name)
            ? value * 4.5
            : value;
        world.deploy("frontend", (_spec, container) => {
          container.image = withTag(container.image, "2.9.1");
        });
      },
      fix: (world) => world.undo("frontend"),
    },
    expect: [
      {
        causes: ["bad-release", "load-spike"],
        culprits: ["Deployment/frontend"],
        fixes: ["rollback-deployment Deployment/frontend"],
      },
    ],
  },
  {
    id: "story-typo-loaded-while-running",
    story: {
      told: "A file of settings is changed and taken over by running processes; one value cannot be read, and nothing was rolled out.",
      source: "Cloudflare, outage on November 18, 2025",
    },
    shop: "sock-shop",
    script: (() => {
      let on = false;
      return {
        inject(world: World) {
          on = true;
          data(world, "ConfigMap", "price-list", (values) => {
            values["sock-holy"] = "1l";
          });
          const since = world.now();
          world.every(20_000, () => {
            for (const life of world.kubelet.lives)
              if (on && life.app === "catalogue" && life.endedAt === undefined && world.now() > since + 35_000)
                world.log(life, {
                  level: "error",
                  msg: "price list reload failed",
                  fields: { source: "price-list", err: 'sock-holy: "1l" is not a number' },
                });
            return on;
          });
          world.switches.behave = ({ app, now, route }) =>
            on && app === "catalogue" && now > since + 40_000 && route.startsWith("/items")
              ? { status: 500, err: "no price list", stops: true }
              : undefined;
        },
        fix(world: World) {
          on = false;
          data(world, "ConfigMap", "price-list", (values) => {
            values["sock-holy"] = "11";
          });
        },
      };
    })(),
    expect: [
      {
        causes: ["bad-config"],
        culprits: ["ConfigMap/price-list"],
        fixes: ["patch-config ConfigMap/price-list"],
      },
    ],
  },
  {
    id: "story-secret-rotated-pods-not",
    story: {
      told: "A key is rotated at the provider and in the Secret; the pods go on with the old one from their environment.",
      source: "k8tz/k8tz#1",
    },
    shop: "meadow",
    script: {
      inject(world) {
        world.api.touch("Secret", "payment-api");
        const since = world.now();
        world.switches.behave = ({ app, life, request, now }) =>
          app === "payment" && life.startedAt < since && now > since + 15_000
            ? {
                status: 502,
                err: "acquirer: HTTP 401",
                stops: true,
                lines: [
                  {
                    level: "error",
                    msg: "call to acquirer failed: HTTP 401 Unauthorized: the API key was revoked",
                    trace: request.trace,
                    fields: { host: "acquirer.example.net" },
                  },
                ],
              }
            : undefined;
      },
      fix: (world) => world.restart("payment"),
    },
    expect: [
      {
        causes: ["permission-denied", "bad-config"],
        culprits: ["Secret/payment-api", "Deployment/payment"],
        fixes: [
          "restart Deployment/payment",
          "restore-secret Secret/payment-api",
          "restore-secret Deployment/payment",
          "soft-heal Deployment/payment",
        ],
      },
    ],
  },
  {
    id: "story-slow-starter-killed",
    story: {
      told: "What is loaded at the start has grown over months; after a pod is moved, the liveness probe kills it before it listens.",
      source: "Henning Jacobs, Kubernetes liveness probes are dangerous (2018)",
    },
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "orders", (usual, _pod, container) =>
          container.name === "orders"
            ? {
                ...usual,
                listenAfterMs: 37_000,
                readyAfterMs: 38_000,
                lines: [
                  ...usual.lines.slice(0, 1),
                  ...[4_000, 9_000, 14_000].map((ms) => ({
                    ms,
                    text: `${new Date(world.now() + ms).toISOString().slice(0, 23).replace("T", " ")}  INFO [orders,] loading order history: ${Math.round(ms / 370)} %`,
                  })),
                ],
              }
            : undefined,
        );
        deletePodOf("orders")(world);
      },
      fix: (world) =>
        world.deploy("orders", (_spec, container) => {
          container.livenessProbe = { ...container.livenessProbe, initialDelaySeconds: 60 };
        }),
    },
    expect: [
      {
        causes: ["bad-liveness-probe"],
        culprits: ["Deployment/orders"],
        fixes: ["patch-probe Deployment/orders"],
      },
    ],
  },
];
