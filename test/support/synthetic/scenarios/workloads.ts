import { type Any, type CronJob, type Pod, stamp } from "../kube-types.ts";
import type { Script, World } from "../world.ts";
import { deletePodOf } from "./configuration.ts";
import { crash, planFor, removed, type Scenario, setEnv, withTag } from "./scenario.ts";

const cordon = (world: World, on: boolean) => {
  world.api.update<Any & { spec: Record<string, unknown> }>("Node", "node-1", (node) => {
    node.spec = on
      ? {
          unschedulable: true,
          taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule", timeAdded: stamp(world.now()) }],
        }
      : {};
  });
  const node = world.api.get("Node", "node-1");
  if (node)
    world.api.event(
      node,
      "Normal",
      on ? "NodeNotSchedulable" : "NodeSchedulable",
      `Node node-1 status is now: ${on ? "NodeNotSchedulable" : "NodeSchedulable"}`,
      "kubelet",
    );
};
const cordoned = (then: (world: World) => void): Script => ({
  inject(world) {
    cordon(world, true);
    world.api.sim.after(4_000, () => then(world));
  },
  fix: (world) => cordon(world, false),
});
const uncordon = { causes: ["node-unschedulable"], culprits: ["Node/node-1"], fixes: ["uncordon Node/node-1"] };

const rollout = (app: string, edit: Parameters<World["deploy"]>[1]): Script => ({
  inject: (world) => world.deploy(app, edit),
  fix: (world) => world.undo(app),
});
const revised = (app: string, cause: string, ...fixes: string[]) => [
  {
    causes: [cause],
    culprits: [`Deployment/${app}`],
    fixes: [`rollback-deployment Deployment/${app}`, ...fixes.map((fix) => `${fix} Deployment/${app}`)],
  },
];
export const ociError = (path: string) =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${path}": stat ${path}: no such file or directory`;

export const pullFails = (app: string, tag: (image: string) => string, text: (image: string) => string): Script => ({
  inject(world) {
    planFor(world, app, (usual, _pod, container) =>
      container.image === tag(container.image) ? { ...usual, pullError: text(container.image) } : undefined,
    );
    world.deploy(app, (_spec, container) => {
      container.image = tag(container.image);
    });
  },
  fix: (world) => world.undo(app),
});

/** Memory that climbs to the limit, then a kill, again and again. */
export function leak(app: string, perMinuteMib: number, limitMib: number, version: string): Script {
  const born = new Map<string, number>();
  let on = true;
  return {
    inject(world) {
      on = true;
      const usage = (life: { id: string; startedAt: number }) =>
        45 + (perMinuteMib * (world.now() - life.startedAt)) / 60_000;
      world.switches.bend = (name, { life }, value, now) => {
        if (!on || !life || life.app !== app || !life.image.endsWith(`:${version}`)) return value;
        born.set(life.id, now);
        if (name === "container_memory_working_set_bytes" || name === "container_memory_rss")
          return usage(life) * 1_048_576 + value * 0.02;
        if (name === "process_resident_memory_bytes") return value + (usage(life) - 45) * 1_048_576;
        return value;
      };
      world.every(1_000, () => {
        for (const life of world.kubelet.lives)
          if (
            life.app === app &&
            life.endedAt === undefined &&
            life.image.endsWith(`:${version}`) &&
            usage(life) > limitMib
          )
            world.oom(life.pod);
        return on;
      });
      world.deploy(app, (_spec, container) => {
        container.image = withTag(container.image, version);
      });
    },
    fix(world) {
      world.undo(app);
      on = false;
    },
  };
}

export const workloadScenarios: readonly Scenario[] = [
  { id: "cordon-pod-deleted", shop: "meadow", script: cordoned(deletePodOf("orders")), expect: [uncordon] },
  {
    id: "cordon-rollout",
    shop: "sock-shop",
    script: cordoned((world) => world.restart("payment")),
    expect: [uncordon],
  },
  {
    id: "cordon-rolling",
    shop: "sock-shop",
    script: cordoned((world) => world.restart("frontend")),
    expect: [uncordon],
  },
  {
    id: "node-tainted",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.switches.unschedulable = () =>
          world.api.get<Any & { spec: { taints?: unknown[] } }>("Node", "node-1")?.spec.taints
            ? "1 node(s) had untolerated taint(s)"
            : undefined;
        world.api.update<Any>("Node", "node-1", (node) => {
          node.spec = { taints: [{ key: "maintenance", value: "true", effect: "NoSchedule" }] };
        });
        world.api.sim.after(6_000, () => deletePodOf("orders")(world));
      },
      fix: (world) =>
        world.api.update<Any>("Node", "node-1", (node) => {
          node.spec = {};
        }),
    },
    expect: [
      {
        causes: ["node-unschedulable"],
        culprits: ["Node/node-1"],
        fixes: ["uncordon Node/node-1", "free-patch Node/node-1", "guide Node/node-1"],
      },
    ],
  },
  {
    id: "mount-missing-secret",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "payment", (usual, pod) =>
          pod.spec.volumes?.some((volume) => "secret" in volume)
            ? { ...usual, mountError: 'MountVolume.SetUp failed for volume "tls" : secret "payment-tls" not found' }
            : undefined,
        );
        world.deploy("payment", (spec) => {
          spec.template.spec.volumes = [{ name: "tls", secret: { secretName: "payment-tls", defaultMode: 420 } }];
        });
      },
      fix: (world) => world.undo("payment"),
    },
    expect: [
      {
        causes: ["missing-config"],
        culprits: ["Deployment/payment", "Secret/payment-tls"],
        fixes: ["rollback-deployment Deployment/payment", "restore-secret Secret/payment-tls"],
      },
    ],
  },
  {
    id: "node-selector",
    shop: "meadow",
    script: rollout("catalogue", (spec) => {
      spec.template.spec.nodeSelector = { disktype: "ssd" };
    }),
    expect: revised("catalogue", "unschedulable", "patch-resources"),
  },
  {
    id: "memory-request-too-large",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.switches.unschedulable = (pod) =>
          pod.spec.containers[0]?.resources?.requests?.memory === "64Gi" ? "1 Insufficient memory" : undefined;
        world.deploy("payment", (_spec, container) => {
          container.resources = { limits: { cpu: "300m", memory: "64Gi" }, requests: { cpu: "20m", memory: "64Gi" } };
        });
      },
      fix: (world) => world.undo("payment"),
    },
    expect: revised("payment", "unschedulable", "patch-resources"),
  },
  ...(["meadow", "sock-shop"] as const).map(
    (shop): Scenario => ({
      id: `init-fails-${shop}`,
      shop,
      script: {
        inject(world) {
          planFor(world, "orders", (usual, _pod, container) =>
            container.name === "migrate" && container.env?.some(({ value }) => value === "15")
              ? {
                  ...usual,
                  exit: { afterMs: 700, code: 1 },
                  lines: [
                    {
                      ms: 500,
                      text: `${new Date(world.now() + 500).toISOString()} ERROR migrate: no migration leads to schema version 15, latest is 14`,
                    },
                  ],
                }
              : undefined,
          );
          world.deploy("orders", (spec) => {
            const init = spec.template.spec.initContainers?.[0];
            if (init) setEnv(init, "SCHEMA_TARGET", "15");
          });
        },
        fix: (world) => world.undo("orders"),
      },
      expect: revised("orders", "init-failure", "set-env"),
    }),
  ),
  {
    id: "bad-command",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "payment", (usual, _pod, container) =>
          container.command ? { ...usual, startError: ociError("/app/run-server") } : undefined,
        );
        world.deploy("payment", (_spec, container) => {
          container.command = ["/app/run-server"];
        });
      },
      fix: (world) => world.undo("payment"),
    },
    expect: revised("payment", "bad-command"),
  },
  {
    id: "bad-args-127",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "carts", (usual, _pod, container) =>
          container.args
            ? {
                ...usual,
                exit: { afterMs: 60, code: 127 },
                lines: [{ ms: 40, text: "sh: 1: node-server: not found" }],
              }
            : undefined,
        );
        world.deploy("carts", (_spec, container) => {
          container.command = ["sh", "-c"];
          container.args = ["exec node-server /app/server.js"];
        });
      },
      fix: (world) => world.undo("carts"),
    },
    expect: revised("carts", "bad-command"),
  },
  {
    id: "module-not-found",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "payment", (usual, _pod, container) =>
          container.args
            ? {
                ...usual,
                exit: { afterMs: 210, code: 1 },
                lines: [
                  "node:internal/modules/cjs/loader:1148",
                  "  throw err;",
                  "  ^",
                  "Error: Cannot find module '/app/main.js'",
                  "    at Module._resolveFilename (node:internal/modules/cjs/loader:1145:15)",
                  "Node.js v20.20.2",
                ].map((text, i) => ({ ms: 180 + i, text })),
              }
            : undefined,
        );
        world.deploy("payment", (_spec, container) => {
          container.args = ["/app/main.js"];
        });
      },
      fix: (world) => world.undo("payment"),
    },
    expect: revised("payment", "bad-command"),
  },
  {
    id: "liveness-timeout-ms",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.every(500, () => {
          for (const life of world.kubelet.lives)
            if (life.app === "catalogue" && !life.probeFault) {
              const pod = world.api.get<Pod>("Pod", life.pod);
              if (pod?.spec.containers[0]?.livenessProbe?.httpGet?.path === "/items?limit=1000")
                life.probeFault = (kind) => (kind === "liveness" ? "timeout" : undefined);
            }
          return true;
        });
        world.deploy("catalogue", (_spec, container) => {
          container.livenessProbe = {
            httpGet: { path: "/items?limit=1000", port: "http", scheme: "HTTP" },
            initialDelaySeconds: 5,
            timeoutSeconds: 1,
            periodSeconds: 3,
            failureThreshold: 1,
          };
        });
      },
      fix: (world) => world.undo("catalogue"),
    },
    expect: revised("catalogue", "bad-liveness-probe", "patch-probe"),
  },
  {
    id: "liveness-before-start",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "carts", (usual) => ({ ...usual, listenAfterMs: 9_000, readyAfterMs: 11_000 }));
        world.deploy("carts", (_spec, container) => {
          container.livenessProbe = {
            httpGet: { path: "/healthz", port: "http", scheme: "HTTP" },
            initialDelaySeconds: 0,
            timeoutSeconds: 1,
            periodSeconds: 2,
            failureThreshold: 2,
          };
        });
      },
      fix: (world) => world.undo("carts"),
    },
    expect: revised("carts", "bad-liveness-probe", "patch-probe"),
  },
  {
    id: "liveness-path-404",
    shop: "sock-shop",
    script: rollout("orders", (_spec, container) => {
      container.livenessProbe = {
        ...container.livenessProbe,
        httpGet: { path: "/health", port: "http", scheme: "HTTP" },
      };
    }),
    expect: revised("orders", "bad-liveness-probe", "patch-probe"),
  },
  {
    id: "readiness-wrong-port",
    shop: "sock-shop",
    script: rollout("frontend", (_spec, container) => {
      container.readinessProbe = {
        ...container.readinessProbe,
        httpGet: { path: "/readyz", port: 9999, scheme: "HTTP" },
      };
    }),
    expect: revised("frontend", "bad-readiness-probe", "patch-probe"),
  },
  {
    id: "readiness-recreate",
    shop: "meadow",
    script: rollout("payment", (_spec, container) => {
      container.readinessProbe = {
        ...container.readinessProbe,
        httpGet: { path: "/ready", port: "http", scheme: "HTTP" },
      };
    }),
    expect: revised("payment", "bad-readiness-probe", "patch-probe"),
  },
  {
    id: "startup-probe",
    shop: "meadow",
    script: rollout("orders", (_spec, container) => {
      container.startupProbe = {
        httpGet: { path: "/started", port: "http", scheme: "HTTP" },
        periodSeconds: 2,
        failureThreshold: 5,
      };
    }),
    expect: revised("orders", "bad-liveness-probe", "patch-probe"),
  },
  {
    id: "image-denied",
    shop: "sock-shop",
    script: pullFails(
      "orders",
      (image) => image.replace("localhost:5000/shop", "registry.example.com/private"),
      (image) =>
        `failed to pull and unpack image "${image}": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
    ),
    expect: revised("orders", "image-pull-denied"),
  },
  {
    id: "image-401",
    shop: "meadow",
    script: pullFails(
      "catalogue",
      (image) => withTag(image, "1.8.3-int"),
      (image) =>
        `failed to pull and unpack image "${image}": failed to resolve image: unexpected status from HEAD request to http://localhost:5000/v2/shop/catalogue/manifests/1.8.3-int: 401 Unauthorized`,
    ),
    expect: revised("catalogue", "image-pull-denied"),
  },
  {
    id: "image-repository-typo",
    shop: "meadow",
    script: pullFails(
      "payment",
      (image) => image.replace("/payment:", "/paymnet:"),
      (image) => `failed to pull and unpack image "${image}": failed to resolve image: ${image}: not found`,
    ),
    expect: revised("payment", "image-not-found", "set-image"),
  },
  ...(["meadow", "sock-shop"] as const).map(
    (shop): Scenario => ({
      id: `ephemeral-storage-${shop}`,
      shop,
      script: {
        inject(world) {
          world.every(1_000, () => {
            for (const life of world.kubelet.lives) {
              if (life.app !== "orders" || life.container !== "orders" || life.endedAt !== undefined) continue;
              if (world.env(life).AUDIT_LEVEL !== "full") continue;
              if (world.now() - life.startedAt > 55_000)
                world.kubelet.evict(life.pod, 'Usage of EmptyDir volume "audit" exceeds the limit "48Mi". ');
            }
            return true;
          });
          world.deploy("orders", (_spec, container) => setEnv(container, "AUDIT_LEVEL", "full"));
        },
        fix: (world) => world.undo("orders"),
      },
      expect: revised("orders", "ephemeral-storage", "set-env", "patch-resources"),
    }),
  ),
  {
    id: "pvc-pending",
    shop: "meadow",
    script: {
      inject(world) {
        const claim = world.api.create<Any>({
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name: "carts-db-data", uid: "" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "5Gi" } },
            storageClassName: "fast-ssd",
          },
          status: { phase: "Pending" },
        });
        world.every(15_000, () => {
          if (!world.api.get("PersistentVolumeClaim", "carts-db-data")) return false;
          world.api.event(
            claim,
            "Warning",
            "ProvisioningFailed",
            'storageclass.storage.k8s.io "fast-ssd" not found',
            "persistentvolume-controller",
          );
          return true;
        });
        world.switches.unschedulable = (pod) =>
          pod.spec.volumes?.some((volume) => "persistentVolumeClaim" in volume)
            ? "pod has unbound immediate PersistentVolumeClaims"
            : undefined;
        world.deploy("carts-db", (spec) => {
          spec.template.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "carts-db-data" } }];
        });
      },
      fix(world) {
        world.undo("carts-db");
        world.api.remove("PersistentVolumeClaim", "carts-db-data");
      },
    },
    expect: [
      {
        causes: ["volume-pending"],
        culprits: ["PersistentVolumeClaim/carts-db-data"],
        fixes: ["rollback-deployment Deployment/carts-db", "guide PersistentVolumeClaim/carts-db-data"],
      },
    ],
  },
  {
    id: "webhook-rejects",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.switches.refuse = () =>
          'Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: Post "https://policy.policy-system.svc:443/validate?timeout=10s": dial tcp 10.96.33.7:443: connect: connection refused';
        world.api.sim.after(3_000, () => world.restart("payment"));
      },
      fix(world) {
        world.switches.refuse = () => undefined;
      },
    },
    expect: [
      {
        causes: ["webhook-blocking"],
        culprits: [
          "ValidatingWebhookConfiguration/pods.policy.example.com",
          "MutatingWebhookConfiguration/pods.policy.example.com",
        ],
        fixes: [
          "guide ValidatingWebhookConfiguration/pods.policy.example.com",
          "guide MutatingWebhookConfiguration/pods.policy.example.com",
        ],
      },
    ],
  },
  {
    id: "stuck-terminating",
    shop: "meadow",
    script: {
      inject(world) {
        const pod = world.pods("payment")[0];
        if (!pod) return;
        world.api.update("Pod", pod.metadata.name, (found) => {
          found.metadata.finalizers = ["storage.example.com/detach"];
        });
        world.api.sim.after(2_000, () => world.restart("payment"));
      },
      fix(world) {
        for (const pod of world.api.list<Pod>("Pod"))
          if (pod.metadata.finalizers)
            world.api.update("Pod", pod.metadata.name, (found) => {
              delete found.metadata.finalizers;
            });
      },
    },
    expect: [
      {
        causes: ["stuck-terminating"],
        culprits: ["Pod/*"],
        fixes: ["remove-finalizer Pod/*", "delete-pod Pod/*"],
      },
    ],
  },
  {
    id: "cronjob-exit-1",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "stock-sync", (usual, _pod, container) =>
          container.env?.some(({ value }) => value === "http://stock/items")
            ? {
                ...usual,
                exit: { afterMs: 1_400, code: 1 },
                lines: [
                  {
                    ms: 200,
                    text: `${new Date(world.now() + 200).toISOString()} INFO stock-sync: fetching http://stock/items`,
                  },
                  {
                    ms: 1_300,
                    text: `${new Date(world.now() + 1_300).toISOString()} ERROR stock-sync: fetch failed: getaddrinfo ENOTFOUND stock`,
                  },
                ],
              }
            : undefined,
        );
        world.api.update<CronJob>("CronJob", "stock-sync", (cron) => {
          const container = cron.spec.jobTemplate.spec.template.spec.containers[0];
          if (container) setEnv(container, "STOCK_SOURCE", "http://stock/items");
        });
      },
      fix: (world) =>
        world.api.update<CronJob>("CronJob", "stock-sync", (cron) => {
          const container = cron.spec.jobTemplate.spec.template.spec.containers[0];
          if (container) setEnv(container, "STOCK_SOURCE", "http://catalogue/items");
        }),
    },
    expect: [
      {
        causes: ["job-failing", "bad-upstream-url"],
        culprits: ["CronJob/stock-sync"],
        fixes: ["set-env CronJob/stock-sync", "suspend-cronjob CronJob/stock-sync"],
      },
    ],
  },
  {
    id: "cronjob-bad-command",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "stock-sync", (usual, _pod, container) =>
          container.args?.includes("stock-sinc")
            ? {
                ...usual,
                exit: { afterMs: 320, code: 2 },
                lines: [
                  { ms: 280, text: `${new Date(world.now() + 280).toISOString()} ERROR jobs: unknown job stock-sinc` },
                ],
              }
            : undefined,
        );
        world.api.update<CronJob>("CronJob", "stock-sync", (cron) => {
          const container = cron.spec.jobTemplate.spec.template.spec.containers[0];
          if (container) container.args = ["/app/jobs.js", "stock-sinc"];
        });
      },
      fix: (world) =>
        world.api.update<CronJob>("CronJob", "stock-sync", (cron) => {
          const container = cron.spec.jobTemplate.spec.template.spec.containers[0];
          if (container) container.args = ["/app/jobs.js", "stock-sync"];
        }),
    },
    expect: [
      {
        causes: ["job-failing", "bad-command"],
        culprits: ["CronJob/stock-sync"],
        fixes: ["suspend-cronjob CronJob/stock-sync", "free-patch CronJob/stock-sync"],
      },
    ],
  },
  {
    id: "paused-rollout",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "frontend", (usual) => usual);
        world.deploy("frontend", (spec, container) => {
          container.image = withTag(container.image, "2.8.1");
          spec.paused = false;
        });
        world.api.sim.after(1_000, () =>
          world.deploy("frontend", (spec) => {
            spec.paused = true;
          }),
        );
      },
      fix: (world) =>
        world.deploy("frontend", (spec) => {
          spec.paused = false;
        }),
    },
    expect: [],
  },
  {
    id: "leak-payment",
    shop: "meadow",
    script: leak("payment", 30, 128, "3.1.1"),
    expect: [
      {
        causes: ["memory-leak"],
        culprits: ["Deployment/payment"],
        fixes: ["rollback-deployment Deployment/payment"],
      },
    ],
  },
  {
    id: "leak-orders-slow",
    shop: "sock-shop",
    script: leak("orders", 18, 128, "2.4.1"),
    expect: [
      { causes: ["memory-leak"], culprits: ["Deployment/orders"], fixes: ["rollback-deployment Deployment/orders"] },
    ],
  },
  {
    id: "memory-limit-catalogue",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "catalogue", (usual, pod) =>
          pod.spec.containers[0]?.resources?.limits?.memory === "40Mi"
            ? { ...usual, exit: { afterMs: 9_000, code: 137, reason: "OOMKilled" }, lines: usual.lines.slice(0, 3) }
            : undefined,
        );
        world.deploy("catalogue", (_spec, container) => {
          container.resources = { limits: { cpu: "300m", memory: "40Mi" }, requests: { cpu: "20m", memory: "40Mi" } };
        });
      },
      fix: (world) => world.undo("catalogue"),
    },
    expect: revised("catalogue", "memory-limit-too-low", "patch-resources"),
  },
  {
    id: "scaled-to-zero",
    shop: "meadow",
    script: {
      inject: (world) =>
        world.deploy("orders", (spec) => {
          spec.replicas = 0;
        }),
      fix: (world) =>
        world.deploy("orders", (spec) => {
          spec.replicas = 1;
        }),
    },
    expect: [{ causes: ["dependency-down"], culprits: ["Deployment/orders"], fixes: ["scale Deployment/orders"] }],
  },
  {
    id: "deployment-deleted",
    shop: "meadow",
    script: (() => {
      let back = () => undefined;
      return {
        inject(world: World) {
          for (const rs of world.api.list<Any>("ReplicaSet"))
            if (rs.metadata.name.startsWith("payment-")) world.api.remove("ReplicaSet", rs.metadata.name);
          const again = removed(world, "Deployment", "payment");
          for (const pod of world.pods("payment"))
            world.api.update("Pod", pod.metadata.name, (found) => {
              found.metadata.deletionTimestamp = stamp(world.now() + 5_000);
            });
          back = () => {
            again();
            return undefined;
          };
        },
        fix() {
          back();
        },
      };
    })(),
    expect: [
      {
        causes: ["dependency-down"],
        culprits: ["Deployment/payment"],
        fixes: ["guide Deployment/payment", "rollback-deployment Deployment/payment"],
      },
    ],
  },
  {
    id: "dependency-crashes",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "payment", (usual, _pod, _container, attempt) =>
          attempt > 0
            ? crash(usual, "payment", world.now(), 6_000, 1, [
                { level: "error", msg: "unhandled error: ENOSPC: no space left on device, write" },
              ])
            : undefined,
        );
        const life = world.life("payment");
        if (!life) return;
        world.log(life, { level: "error", msg: "unhandled error: ENOSPC: no space left on device, write" });
        world.kubelet.kill(life.pod, 1, "Error");
      },
      fix(world) {
        world.switches.plan = (_pod, _container, _attempt, usual) => usual;
        world.restart("payment");
      },
    },
    expect: [
      {
        causes: ["dependency-down", "bad-release", "ephemeral-storage"],
        culprits: ["Deployment/payment"],
        fixes: ["restart Deployment/payment", "rollback-deployment Deployment/payment"],
      },
    ],
  },
  {
    id: "database-crashes",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "carts-db", (usual, _pod, _container, attempt) =>
          attempt > 0
            ? crash(usual, "carts-db", world.now(), 900, 2, [
                {
                  level: "error",
                  msg: "could not read block 17 of relation carts: checksum mismatch, refusing to start",
                },
              ])
            : undefined,
        );
        const life = world.life("carts-db");
        if (life) world.kubelet.kill(life.pod, 2, "Error");
      },
      fix(world) {
        world.switches.plan = (_pod, _container, _attempt, usual) => usual;
        world.restart("carts-db");
      },
    },
    expect: [
      {
        causes: ["dependency-down"],
        culprits: ["Deployment/carts-db"],
        fixes: ["restart Deployment/carts-db", "rollback-deployment Deployment/carts-db"],
      },
    ],
  },
];
