import { ns, running, type Shop } from "./shop.ts";
import type { Trouble } from "./troubles.ts";

/** The server that carts calls reads a file that was changed, and has been started again with it. */
function changeServerFile(shop: Shop, before: string, after: string): void {
  shop.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "store-config" },
    data: { "store.conf": before },
  });
  shop.change("Deployment", "carts-db", (draft) => {
    draft.spec.template.spec.volumes = [{ name: "config", configMap: { name: "store-config" } }];
  });
  shop.change("ConfigMap", "store-config", (draft) => {
    draft.data["store.conf"] = after;
  });
  shop.freshPod("carts-db", running("carts-db"));
}

/** Arguments of frontend's program. */
function changeArguments(shop: Shop, before: readonly string[], after: readonly string[]): void {
  for (const args of [before, after])
    shop.change("Deployment", "frontend", (draft) => {
      draft.spec.template.spec.containers[0].args = args;
    });
}

/** What stock programs say in their own words: Redis, MariaDB, gunicorn, HAProxy. */
export const programTroubles: readonly Trouble[] = [
  {
    name: "a server is started with a smaller memory of its own, and its clients say so",
    cause: "bad-config",
    culprit: `ConfigMap ${ns}/store-config`,
    fix: ["patch-config", `ConfigMap ${ns}/store-config`],
    symptoms: [
      ["Deployment", "carts", "log", "new-error"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      changeServerFile(shop, "port 6379\nmaxmemory 64mb\n", "port 6379\nmaxmemory 1mb\n");
      shop.log("carts", "redis.exceptions.ResponseError: OOM command not allowed when used memory > 'maxmemory'.", 9);
    },
  },
  {
    name: "a server is started with a password that its clients do not have",
    cause: "permission-denied",
    culprit: `ConfigMap ${ns}/store-config`,
    fix: ["patch-config", `ConfigMap ${ns}/store-config`],
    symptoms: [
      ["Deployment", "carts", "log", "new-error"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      changeServerFile(shop, "port 6379\n", "port 6379\nrequirepass long-and-secret\n");
      shop.log("carts", "redis.exceptions.AuthenticationError: Authentication required.", 9);
    },
  },
  {
    name: "a proxy is told another port, at which nobody listens",
    cause: "bad-upstream-url",
    culprit: `ConfigMap ${ns}/store-config`,
    fix: ["patch-config", `ConfigMap ${ns}/store-config`],
    symptoms: [["Deployment", "carts", "log", "new-error"]],
    breakIt(shop) {
      changeServerFile(shop, "server a orders:8080 check\n", "server a orders:8081 check\n");
      shop.log(
        "carts-db",
        '[WARNING]  (8) : Server carts/a is DOWN, reason: Layer4 connection problem, info: "Connection refused".',
      );
      shop.log("carts", '10.0.0.1 - - [20/Nov/2026:23:37:00 +0000] "GET /carts/u1 HTTP/1.1" 503 107 "-" "-"', 9);
    },
  },
  {
    name: "a flag of a program that goes on is changed",
    cause: "bad-config",
    culprit: `Deployment ${ns}/frontend`,
    fix: ["rollback-deployment", `Deployment ${ns}/frontend`],
    symptoms: [["Deployment", "frontend", "log", "new-error"]],
    breakIt(shop) {
      changeArguments(shop, ["shop:app", "--timeout", "30"], ["shop:app", "--timeout", "1"]);
      const pod = shop.freshPod("frontend", running("frontend"));
      shop.log("frontend", "[2026-11-20 23:37:00 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:9)", 9, pod);
      shop.series("container_cpu_throttled_ratio", { pod, container: "frontend" }, undefined, 0.6);
    },
  },
  {
    name: "a server does not take the password of a client that was started again",
    cause: "permission-denied",
    culprit: `Secret ${ns}/payment-api`,
    fix: ["guide", `Secret ${ns}/payment-api`],
    symptoms: [
      ["Deployment", "orders", "state", "NotReady"],
      ["Deployment", "payment", "log", "new-error"],
    ],
    breakIt(shop) {
      const ip = "10.244.7.7";
      const pod = shop.freshPod("orders", { ...running("orders", false), podIP: ip });
      shop.log(
        "payment",
        `2026-11-20 23:37:00 12 [Warning] Access denied for user 'shop'@'${ip}' (using password: YES)`,
        9,
      );
      shop.log(
        "orders",
        `ERROR OperationalError: (1045, "Access denied for user 'shop'@'${ip}' (using password: YES)")`,
        9,
        pod,
      );
      shop.series("container_cpu_throttled_ratio", { pod, container: "orders" }, undefined, 0.6);
    },
  },
];
