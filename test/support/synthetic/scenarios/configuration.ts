import type { Any } from "../kube-types.ts";
import type { Behaviour, Served } from "../traffic.ts";
import type { Script, World } from "../world.ts";
import { crash, data, object, planFor, removed, type Scenario, setEnv, share } from "./scenario.ts";

const quota = (namespace: string, pods: string, used: string): Any =>
  object("v1", "ResourceQuota", "compute", {
    metadata: {
      name: "compute",
      namespace,
      uid: "5a5a5a5a-1111-4222-a333-000000000001",
      resourceVersion: "4001",
      creationTimestamp: "2026-11-20T22:20:58Z",
    },
    spec: { hard: { pods, "requests.memory": "4Gi" } },
    status: { hard: { pods, "requests.memory": "4Gi" }, used: { pods: used, "requests.memory": "544Mi" } },
  });

/** Pods are refused while the quota's hard limit is used up. */
function guard(world: World): void {
  world.switches.refuse = () => {
    const found = world.api.get<Any & { spec: { hard: { pods: string } } }>("ResourceQuota", "compute");
    if (!found) return undefined;
    const limit = Number(found.spec.hard.pods);
    const used = world.api.list("Pod").length;
    if (used >= limit && limit < 5)
      return `pods "$POD" is forbidden: exceeded quota: compute, requested: limits.memory=128Mi,requests.memory=64Mi, used: limits.memory=1Gi,requests.memory=544Mi, limited: limits.memory=512Mi,requests.memory=256Mi`;
    return used < limit
      ? undefined
      : `pods "$POD" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=${used}, limited: pods=${limit}`;
  };
}
const squeeze = (world: World, pods: number) => {
  guard(world);
  world.api.update<Any>("ResourceQuota", "compute", (found) => {
    found.spec = { hard: { pods: String(pods), "requests.memory": "4Gi" } };
    found.status = {
      hard: { pods: String(pods), "requests.memory": "4Gi" },
      used: { pods: String(world.api.list("Pod").length), "requests.memory": "544Mi" },
    };
  });
};
const withQuota: Pick<Script, "arrange"> = {
  arrange: (objects, base) => {
    objects.push(quota(base.namespace, "20", "9"));
  },
};

/** Deletes an object right away and puts it back at the fix. */
function lost(kind: string, name: string, then: (world: World) => void, mend: (world: World) => void): Script {
  let back = () => undefined;
  return {
    inject(world) {
      const again = removed(world, kind, name);
      back = () => {
        again();
        return undefined;
      };
      world.api.sim.after(2_000, () => then(world));
    },
    fix(world) {
      back();
      mend(world);
    },
  };
}

const deletePodOf = (app: string) => (world: World) => {
  const pod = world.pods(app)[0];
  if (!pod) return;
  world.api.update("Pod", pod.metadata.name, (found) => {
    found.metadata.deletionTimestamp = new Date(world.now() + 5_000).toISOString();
    found.metadata.deletionGracePeriodSeconds = 5;
  });
};
const nothing = () => undefined;
const forbidden = (namespace: string) =>
  `configmaps "price-list" is forbidden: User "system:serviceaccount:${namespace}:catalogue" cannot get resource "configmaps" in API group "" in the namespace "${namespace}"`;

/** catalogue cannot read its price list; `hard` also fails item pages. */
function priceListDenied(world: World, hard: boolean): () => void {
  let on = true;
  const namespace = world.api.namespace;
  world.every(20_000, () => {
    for (const life of world.kubelet.lives)
      if (on && life.app === "catalogue" && life.endedAt === undefined)
        world.log(life, {
          level: "error",
          msg: "price list refresh failed",
          fields: { status: 403, err: forbidden(namespace) },
        });
    return on;
  });
  const since = world.now();
  if (hard)
    world.switches.behave = ({ app, now }: Served): Behaviour | undefined =>
      on && app === "catalogue" && now > since + 30_000
        ? { status: 503, err: "price list is stale", stops: true }
        : undefined;
  return () => {
    on = false;
  };
}

function denied(
  kind: "Role" | "RoleBinding",
  edit: (found: Any) => void,
  restore: (found: Any) => void,
  hard: boolean,
): Script {
  let stop = () => undefined as undefined | boolean;
  const name = kind === "Role" ? "price-list-reader" : "catalogue-price-list";
  return {
    inject(world) {
      world.api.update<Any>(kind, name, edit);
      const end = priceListDenied(world, hard);
      stop = () => {
        end();
        return true;
      };
    },
    fix(world) {
      world.api.update<Any>(kind, name, restore);
      stop();
    },
  };
}

export const configurationScenarios: readonly Scenario[] = [
  {
    id: "quota-rollout",
    shop: "meadow",
    script: {
      ...withQuota,
      inject(world) {
        squeeze(world, 9);
        world.restart("carts");
      },
      fix: (world) => squeeze(world, 20),
    },
    expect: [
      { causes: ["quota-exceeded"], culprits: ["ResourceQuota/compute"], fixes: ["patch-quota ResourceQuota/compute"] },
    ],
  },
  {
    id: "quota-recreate",
    shop: "sock-shop",
    script: {
      ...withQuota,
      inject(world) {
        squeeze(world, 8);
        world.api.sim.after(15_000, () => world.restart("payment"));
      },
      fix: (world) => squeeze(world, 20),
    },
    expect: [
      { causes: ["quota-exceeded"], culprits: ["ResourceQuota/compute"], fixes: ["patch-quota ResourceQuota/compute"] },
    ],
  },
  {
    id: "quota-scale",
    shop: "sock-shop",
    script: {
      ...withQuota,
      inject(world) {
        squeeze(world, 10);
        world.deploy("frontend", (spec) => {
          spec.replicas = 5;
        });
      },
      fix: (world) => squeeze(world, 20),
    },
    expect: [
      { causes: ["quota-exceeded"], culprits: ["ResourceQuota/compute"], fixes: ["patch-quota ResourceQuota/compute"] },
    ],
  },
  {
    id: "quota-created",
    shop: "meadow",
    script: {
      inject(world) {
        world.api.create(quota(world.api.namespace, "5", "9"));
        guard(world);
        world.api.sim.after(20_000, () => deletePodOf("orders")(world));
      },
      fix: (world) => squeeze(world, 20),
    },
    expect: [
      { causes: ["quota-exceeded"], culprits: ["ResourceQuota/compute"], fixes: ["patch-quota ResourceQuota/compute"] },
    ],
  },
  {
    id: "quota-memory",
    shop: "sock-shop",
    script: {
      ...withQuota,
      inject(world) {
        squeeze(world, 4);
        world.api.sim.after(4_000, () => deletePodOf("carts-db")(world));
      },
      fix: (world) => squeeze(world, 20),
    },
    expect: [
      {
        causes: ["quota-exceeded"],
        culprits: ["ResourceQuota/compute"],
        fixes: ["patch-quota ResourceQuota/compute"],
      },
    ],
  },
  {
    id: "secret-deleted-restart",
    shop: "meadow",
    script: lost("Secret", "payment-api", (world) => world.restart("payment"), nothing),
    expect: [
      {
        causes: ["missing-config"],
        culprits: ["Deployment/payment"],
        fixes: ["restore-secret Secret/payment-api", "restore-secret Deployment/payment"],
      },
    ],
  },
  {
    id: "secret-deleted-pod",
    shop: "sock-shop",
    script: lost("Secret", "payment-api", deletePodOf("payment"), nothing),
    expect: [
      {
        causes: ["missing-config"],
        culprits: ["Deployment/payment"],
        fixes: ["restore-secret Secret/payment-api", "restore-secret Deployment/payment"],
      },
    ],
  },
  {
    id: "secret-key-removed",
    shop: "sock-shop",
    script: {
      inject(world) {
        data(world, "Secret", "payment-api", (values) => {
          delete values.API_KEY;
        });
        world.api.sim.after(10_000, () => world.restart("payment"));
      },
      fix: (world) =>
        data(world, "Secret", "payment-api", (values) => {
          values.API_KEY = "";
        }),
    },
    expect: [
      {
        causes: ["missing-config"],
        culprits: ["Deployment/payment"],
        fixes: ["restore-secret Secret/payment-api"],
      },
    ],
  },
  {
    id: "configmap-key-removed",
    shop: "meadow",
    script: {
      inject(world) {
        data(world, "ConfigMap", "carts-config", (values) => {
          delete values.CARTS_DB_URL;
        });
        world.api.sim.after(5_000, () => world.restart("carts"));
      },
      fix: (world) =>
        data(world, "ConfigMap", "carts-config", (values) => {
          values.CARTS_DB_URL = "http://carts-db";
        }),
    },
    expect: [
      {
        causes: ["missing-config"],
        culprits: ["Deployment/carts"],
        fixes: ["patch-config ConfigMap/carts-config"],
      },
    ],
  },
  {
    id: "configmap-renamed-ref",
    shop: "sock-shop",
    script: {
      inject: (world) =>
        world.deploy("carts", (_spec, container) => {
          for (const item of container.env ?? [])
            if (item.valueFrom?.configMapKeyRef) item.valueFrom.configMapKeyRef.name = "carts-settings";
        }),
      fix: (world) => world.undo("carts"),
    },
    expect: [
      {
        causes: ["missing-config"],
        culprits: ["Deployment/carts"],
        fixes: ["rollback-deployment Deployment/carts"],
      },
    ],
  },
  ...["http://carts-database", "http://carts-db:6379"].map(
    (url, i): Scenario => ({
      id: `configmap-bad-url-${i === 0 ? "host" : "port"}`,
      shop: i === 0 ? "meadow" : "sock-shop",
      script: {
        inject(world) {
          data(world, "ConfigMap", "carts-config", (values) => {
            values.CARTS_DB_URL = url;
          });
          world.api.sim.after(1_500, () => world.restart("carts"));
        },
        fix(world) {
          data(world, "ConfigMap", "carts-config", (values) => {
            values.CARTS_DB_URL = "http://carts-db";
          });
          world.restart("carts");
        },
      },
      expect: [
        {
          causes: ["bad-upstream-url"],
          culprits: ["ConfigMap/carts-config"],
          fixes: ["patch-config ConfigMap/carts-config"],
        },
      ],
    }),
  ),
  ...(["meadow", "sock-shop"] as const).map(
    (shop): Scenario => ({
      id: `configmap-pool-size-${shop}`,
      shop,
      script: {
        inject(world) {
          data(world, "ConfigMap", "carts-config", (values) => {
            values.DB_POOL_SIZE = "eight";
          });
          world.api.sim.after(1_500, () => (shop === "meadow" ? world.restart("carts") : deletePodOf("carts")(world)));
        },
        fix(world) {
          data(world, "ConfigMap", "carts-config", (values) => {
            values.DB_POOL_SIZE = "8";
          });
          world.restart("carts");
        },
      },
      expect: [
        {
          causes: ["bad-config"],
          culprits: ["ConfigMap/carts-config"],
          fixes: ["patch-config ConfigMap/carts-config"],
        },
      ],
    }),
  ),
  {
    id: "role-verb-removed",
    shop: "meadow",
    script: denied(
      "Role",
      (found) => {
        found.rules = [{ verbs: ["list"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["price-list"] }];
      },
      (found) => {
        found.rules = [{ verbs: ["get"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["price-list"] }];
      },
      true,
    ),
    expect: [
      {
        causes: ["permission-denied"],
        culprits: ["Role/price-list-reader"],
        fixes: ["patch-role Role/price-list-reader", "patch-config Role/price-list-reader"],
      },
    ],
  },
  {
    id: "role-verb-removed-logs-only",
    shop: "sock-shop",
    script: denied(
      "Role",
      (found) => {
        found.rules = [{ verbs: ["get"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["prices"] }];
      },
      (found) => {
        found.rules = [{ verbs: ["get"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["price-list"] }];
      },
      false,
    ),
    expect: [
      {
        causes: ["permission-denied"],
        culprits: ["Role/price-list-reader"],
        fixes: ["patch-role Role/price-list-reader", "patch-config Role/price-list-reader"],
      },
    ],
  },
  {
    id: "rolebinding-deleted",
    shop: "sock-shop",
    script: (() => {
      let stop = nothing as () => void;
      const script = lost(
        "RoleBinding",
        "catalogue-price-list",
        (world) => {
          stop = priceListDenied(world, true);
        },
        () => stop(),
      );
      return script;
    })(),
    expect: [
      {
        causes: ["permission-denied"],
        culprits: ["RoleBinding/catalogue-price-list", "Role/price-list-reader"],
        fixes: [
          "guide RoleBinding/catalogue-price-list",
          "patch-role RoleBinding/catalogue-price-list",
          "patch-role Role/price-list-reader",
        ],
      },
    ],
  },
  {
    id: "price-list-deleted",
    shop: "meadow",
    script: (() => {
      let on = true;
      return lost(
        "ConfigMap",
        "price-list",
        (world) => {
          on = true;
          world.every(20_000, () => {
            const life = world.life("catalogue");
            if (on && life)
              world.log(life, {
                level: "error",
                msg: "price list refresh failed",
                fields: { status: 404, err: 'configmaps "price-list" not found' },
              });
            return on;
          });
          const since = world.now();
          world.switches.behave = ({ app, now }) =>
            on && app === "catalogue" && now > since + 25_000
              ? { status: 503, err: "price list is not loaded", stops: true }
              : undefined;
        },
        () => {
          on = false;
        },
      );
    })(),
    expect: [
      {
        causes: ["missing-config"],
        culprits: ["ConfigMap/price-list", "Deployment/catalogue"],
        fixes: ["patch-config ConfigMap/price-list", "guide ConfigMap/price-list"],
      },
    ],
  },
  {
    id: "env-bad-url",
    shop: "meadow",
    script: {
      inject: (world) =>
        world.deploy("orders", (_spec, container) => setEnv(container, "PAYMENT_URL", "http://payments:80")),
      fix: (world) => world.undo("orders"),
    },
    expect: [
      {
        causes: ["bad-upstream-url"],
        culprits: ["Deployment/orders"],
        fixes: ["rollback-deployment Deployment/orders", "set-env Deployment/orders"],
      },
    ],
  },
  {
    id: "env-bad-port",
    shop: "sock-shop",
    script: {
      inject: (world) =>
        world.deploy("frontend", (_spec, container) => setEnv(container, "CATALOGUE_URL", "http://catalogue:8081")),
      fix: (world) => world.undo("frontend"),
    },
    expect: [
      {
        causes: ["bad-upstream-url"],
        culprits: ["Deployment/frontend"],
        fixes: ["rollback-deployment Deployment/frontend", "set-env Deployment/frontend"],
      },
    ],
  },
  {
    id: "env-bad-value-crash",
    shop: "sock-shop",
    script: {
      inject(world) {
        planFor(world, "orders", (usual, _pod, container) =>
          container.name === "orders" && container.env?.some(({ value }) => value === "verbose")
            ? crash(usual, "orders", world.now(), 300, 1, [
                { level: "error", msg: 'configuration error: AUDIT_LEVEL "verbose" is not one of off, summary, full' },
              ])
            : undefined,
        );
        world.deploy("orders", (_spec, container) => setEnv(container, "AUDIT_LEVEL", "verbose"));
      },
      fix: (world) => world.undo("orders"),
    },
    expect: [
      {
        causes: ["bad-config"],
        culprits: ["Deployment/orders"],
        fixes: ["rollback-deployment Deployment/orders", "set-env Deployment/orders"],
      },
    ],
  },
  {
    id: "env-removed",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "catalogue", (usual, _pod, container) =>
          container.env?.some(({ name }) => name === "PRICE_LIST")
            ? undefined
            : crash(usual, "catalogue", world.now(), 260, 1, [
                {
                  level: "error",
                  msg: "configuration error: environment variable PRICE_LIST is not set",
                  fields: { required: "PRICE_LIST" },
                },
              ]),
        );
        world.deploy("catalogue", (_spec, container) => {
          container.env = [];
        });
      },
      fix: (world) => world.undo("catalogue"),
    },
    expect: [
      {
        causes: ["missing-env"],
        culprits: ["Deployment/catalogue"],
        fixes: ["rollback-deployment Deployment/catalogue", "set-env Deployment/catalogue"],
      },
    ],
  },
  {
    id: "api-key-refused",
    shop: "sock-shop",
    script: {
      inject(world) {
        const since = world.now();
        world.api.touch("Secret", "payment-api");
        world.restart("payment");
        world.switches.behave = ({ app, now }) =>
          app === "payment" && now > since + 4_000 ? { status: 401, err: "invalid API key", stops: true } : undefined;
      },
      fix(world) {
        world.switches.behave = () => undefined;
        world.api.touch("Secret", "payment-api");
        world.restart("payment");
      },
    },
    expect: [
      {
        causes: ["permission-denied", "bad-config"],
        culprits: ["Secret/payment-api", "Deployment/payment", "Deployment/orders"],
        fixes: ["restore-secret Secret/payment-api", "rollback-deployment Deployment/payment"],
      },
    ],
  },
  {
    id: "selector-typo",
    shop: "meadow",
    script: {
      inject: (world) =>
        world.api.update<Any>("Service", "payment", (found) => {
          found.spec = { ...(found.spec as object), selector: { app: "payment", tier: "back-end" } };
        }),
      fix: (world) =>
        world.api.update<Any>("Service", "payment", (found) => {
          found.spec = { ...(found.spec as object), selector: { app: "payment" } };
        }),
    },
    expect: [
      { causes: ["selector-mismatch"], culprits: ["Service/payment"], fixes: ["patch-selector Service/payment"] },
    ],
  },
  ...(["carts", "catalogue"] as const).map(
    (app, i): Scenario => ({
      id: `target-port-${app}`,
      shop: i === 0 ? "meadow" : "sock-shop",
      script: {
        inject: (world) =>
          world.api.update<Any>("Service", app, (found) => {
            found.spec = {
              ...(found.spec as object),
              ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8081 }],
            };
          }),
        fix: (world) =>
          world.api.update<Any>("Service", app, (found) => {
            found.spec = {
              ...(found.spec as object),
              ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
            };
          }),
      },
      expect: [
        {
          causes: ["service-port-mismatch"],
          culprits: [`Service/${app}`],
          fixes: [`patch-service-port Service/${app}`, `patch-selector Service/${app}`],
        },
      ],
    }),
  ),
  {
    id: "service-deleted",
    shop: "sock-shop",
    script: lost("Service", "payment", nothing, nothing),
    expect: [
      {
        causes: ["dependency-down", "selector-mismatch", "dns-failure", "bad-upstream-url"],
        culprits: ["Service/payment"],
        fixes: ["guide Service/payment", "patch-selector Service/payment"],
      },
    ],
  },
];

export { deletePodOf, share };
