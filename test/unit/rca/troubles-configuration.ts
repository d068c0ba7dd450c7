import { crashed, ns, running, waiting } from "./shop.ts";
import { refusedBy, type Trouble } from "./trouble.ts";

/** Of ConfigMaps, Secrets and variables. */
export const configurationTroubles: readonly Trouble[] = [
  {
    name: "a Secret is deleted and the next pod cannot start",
    cause: "missing-config",
    culprit: `Deployment ${ns}/payment`,
    fix: ["restore-secret", `Secret ${ns}/payment-api`],
    symptoms: [
      ["Deployment", "payment", "state", "CreateContainerConfigError"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.remove("Secret", "payment-api");
      shop.dropPods("frontend");
      const pod = shop.freshPod(
        "payment",
        waiting("payment", "CreateContainerConfigError", 'secret "payment-api" not found'),
      );
      shop.event("Pod", pod, "Failed", 'Error: secret "payment-api" not found', 4);
      shop.log("orders", refusedBy("payment"));
    },
  },
  {
    name: "a key is taken out of a Secret",
    cause: "missing-config",
    culprit: `Deployment ${ns}/orders`,
    fix: ["restore-secret", `Secret ${ns}/payment-api`],
    symptoms: [["Deployment", "orders", "state", "CreateContainerConfigError"]],
    breakIt(shop) {
      shop.change("Secret", "payment-api", (draft) => delete draft.data.API_KEY);
      const pod = shop.freshPod(
        "orders",
        waiting("orders", "CreateContainerConfigError", `couldn't find key API_KEY in Secret ${ns}/payment-api`),
      );
      shop.event("Pod", pod, "Failed", `Error: couldn't find key API_KEY in Secret ${ns}/payment-api`, 3);
    },
  },
  {
    name: "a Deployment is changed to refer to a Secret that does not exist",
    cause: "missing-config",
    culprit: `Deployment ${ns}/payment`,
    fix: ["rollback-deployment", `Deployment ${ns}/payment`],
    symptoms: [["Deployment", "payment", "state", "CreateContainerConfigError"]],
    breakIt(shop) {
      shop.change("Deployment", "payment", (draft) => {
        draft.spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name = "payment-api-v2";
      });
      shop.freshPod("payment", waiting("payment", "CreateContainerConfigError", 'secret "payment-api-v2" not found'));
    },
  },
  {
    name: "an address in a ConfigMap is wrong after the next restart",
    cause: "bad-upstream-url",
    culprit: `ConfigMap ${ns}/carts-config`,
    fix: ["patch-config", `ConfigMap ${ns}/carts-config`],
    symptoms: [
      ["Deployment", "carts"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("ConfigMap", "carts-config", (draft) => {
        draft.data.CARTS_DB_URL = "http://carts-database";
      });
      shop.dropPods("carts-db");
      const pod = shop.freshPod("carts", running("carts"));
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-database failed: getaddrinfo ENOTFOUND carts-database",
        9,
        pod,
      );
      shop.log("orders", "2026-11-20 23:36:55.300 ERROR [orders,1] call to carts failed: HTTP 502 path=/carts/u1");
    },
  },
  {
    name: "the pool in a ConfigMap is made too small",
    cause: "pool-exhausted",
    culprit: `ConfigMap ${ns}/carts-config`,
    fix: ["patch-config", `ConfigMap ${ns}/carts-config`],
    symptoms: [
      ["Deployment", "carts", "metric", "latency"],
      ["Deployment", "orders", "metric", "latency"],
      ["Deployment", "frontend", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.change("ConfigMap", "carts-config", (draft) => {
        draft.data.DB_POOL_SIZE = "1";
      });
      const pod = shop.freshPod("carts", running("carts"));
      shop.series("pool_waiting", { workload: "carts", pod }, undefined, 6);
      shop.series("pool_timeouts_per_second", { workload: "carts", pod }, undefined, 0.4);
      shop.series("latency_mean_seconds", { workload: "carts" }, 0.006, 1.2);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] timeout waiting for a connection from the pool (total=1, active=1, idle=0, waiting=7)",
        9,
        pod,
      );
    },
  },
  {
    name: "a value in a ConfigMap cannot be parsed and the process stops",
    cause: "bad-config",
    culprit: `ConfigMap ${ns}/carts-config`,
    fix: ["patch-config", `ConfigMap ${ns}/carts-config`],
    symptoms: [
      ["Deployment", "carts", "state", "CrashLoopBackOff"],
      ["Deployment", "orders"],
    ],
    breakIt(shop) {
      shop.change("ConfigMap", "carts-config", (draft) => {
        draft.data.DB_POOL_SIZE = "eight";
      });
      const pod = shop.freshPod("carts", crashed("carts", 1, shop.onset + 30_000));
      shop.log(
        "carts",
        '2026-11-20 23:36:55.200 ERROR [carts,] configuration error: DB_POOL_SIZE must be a number, got "eight"',
        4,
        pod,
      );
    },
  },
  {
    name: "a variable of a Deployment is set to a value that the process refuses",
    cause: "bad-config",
    culprit: `Deployment ${ns}/orders`,
    fix: ["set-env", `Deployment ${ns}/orders`],
    symptoms: [["Deployment", "orders", "state", "CrashLoopBackOff"]],
    breakIt(shop) {
      shop.change("Deployment", "orders", (draft) => {
        draft.spec.template.spec.containers[0].env[1].value = "everything";
      });
      const pod = shop.freshPod("orders", crashed("orders", 1, shop.onset + 30_000));
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,] configuration error: AUDIT_LEVEL must be one of off, summary, full",
        4,
        pod,
      );
    },
  },
  {
    name: "a variable is removed that the process needs",
    cause: "missing-env",
    culprit: `Deployment ${ns}/orders`,
    fix: ["set-env", `Deployment ${ns}/orders`],
    symptoms: [["Deployment", "orders", "state", "CrashLoopBackOff"]],
    breakIt(shop) {
      shop.change("Deployment", "orders", (draft) => draft.spec.template.spec.containers[0].env.splice(1, 1));
      const pod = shop.freshPod("orders", crashed("orders", 1, shop.onset + 30_000));
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,] configuration error: environment variable AUDIT_LEVEL is not set",
        4,
        pod,
      );
    },
  },
  {
    name: "the value of a Secret is changed and the far side refuses the key",
    cause: "permission-denied",
    culprit: `Secret ${ns}/payment-api`,
    fix: ["restore-secret", `Secret ${ns}/payment-api`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Secret", "payment-api", () => undefined);
      const pod = shop.freshPod("orders", running("orders"));
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: HTTP 401 invalid api key",
        8,
        pod,
      );
    },
  },
  {
    name: "a ConfigMap that is read through the API is deleted",
    cause: "missing-config",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["guide", `ConfigMap ${ns}/price-list`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.remove("ConfigMap", "price-list");
      shop.log("catalogue", 'level=error msg="price list refresh failed" status=404', 8);
    },
  },
  {
    name: "a value in a ConfigMap that is read through the API cannot be parsed",
    cause: "bad-config",
    culprit: `ConfigMap ${ns}/price-list`,
    fix: ["patch-config", `ConfigMap ${ns}/price-list`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("ConfigMap", "price-list", (draft) => {
        draft.data["sock-holy"] = "eleven";
      });
      shop.log("catalogue", 'level=error msg="invalid value in price list" item=sock-holy value=eleven', 8);
    },
  },
  {
    name: "an init container fails since its setting was changed",
    cause: "init-failure",
    culprit: `Deployment ${ns}/orders`,
    fix: ["rollback-deployment", `Deployment ${ns}/orders`],
    symptoms: [["Deployment", "orders", "state", "Init:CrashLoopBackOff"]],
    breakIt(shop) {
      shop.change("Deployment", "orders", (draft) => {
        draft.spec.template.spec.initContainers[0].env[0].value = "99";
      });
      const base = crashed("migrate", 1, shop.onset + 30_000);
      const pod = shop.freshPod("orders", {
        ...base,
        phase: "Pending",
        initContainerStatuses: base.containerStatuses,
        containerStatuses: [],
      });
      for (let i = 0; i < 3; i++)
        shop.observation.logs.push({
          at: shop.onset + i * 9_000,
          namespace: ns,
          pod,
          container: "migrate",
          line: "ERROR migrate: no migration path to schema 99",
        });
    },
  },
  {
    name: "a setting makes the process fill its emptyDir until it is evicted",
    cause: "ephemeral-storage",
    culprit: `Deployment ${ns}/orders`,
    fix: ["set-env", `Deployment ${ns}/orders`],
    symptoms: [
      ["Deployment", "orders", "state", "Evicted"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "orders", (draft) => {
        draft.spec.template.spec.containers[0].env[1].value = "full";
      });
      const message = 'Usage of EmptyDir volume "audit" exceeds the limit "48Mi". ';
      const pod = shop.freshPod("orders", {
        phase: "Failed",
        reason: "Evicted",
        message,
        containerStatuses: [
          {
            name: "orders",
            restartCount: 0,
            ready: false,
            state: { terminated: { exitCode: 137, reason: "Error", finishedAt: new Date(shop.onset).toISOString() } },
          },
        ],
      });
      shop.event("Pod", pod, "Evicted", message);
    },
  },
];
