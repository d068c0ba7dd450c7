import type { ActionCode } from "../../../src/incident/action-code.ts";
import type { CauseCode } from "../../../src/incident/cause.ts";
import { crashed, ns, running, type Shop, waiting } from "./shop.ts";

type Symptom = Parameters<Shop["diagnose"]>[0][number];

export interface Trouble {
  readonly name: string;
  readonly cause: CauseCode;
  readonly culprit: string;
  /** Must stand among the first two. */
  readonly fix: readonly [ActionCode, string];
  readonly symptoms: readonly Symptom[];
  readonly breakIt: (shop: Shop) => void;
}

/** The API server refuses the next pod of a workload, as its controllers tell it. */
function refusePods(shop: Shop, workload: string, message: string): void {
  const set = shop.observation.objects
    .list("ReplicaSet", ns)
    .find((item) => item.metadata.ownerReferences?.[0]?.name === workload && (item.spec.replicas ?? 0) > 0);
  if (!set) throw new Error(`no live ReplicaSet of ${workload}`);
  const condition = {
    type: "ReplicaFailure",
    status: "True",
    reason: "FailedCreate",
    message,
    lastTransitionTime: new Date(shop.onset - 10_000).toISOString(),
  };
  for (const [kind, name] of [
    ["ReplicaSet", set.metadata.name],
    ["Deployment", workload],
  ] as const) {
    shop.change(kind, name, (draft) => {
      draft.status = {
        ...draft.status,
        replicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
        unavailableReplicas: 1,
        conditions: [...(draft.status?.conditions ?? []), condition],
      };
    });
  }
  shop.event("ReplicaSet", set.metadata.name, "FailedCreate", `Error creating: ${message}`, 6);
}

const refusedBy = (peer: string) =>
  `ts=2026-11-20T23:36:55Z level=error msg="call to ${peer} failed: connect ECONNREFUSED 10.96.1.2:80"`;

export const troubles: readonly Trouble[] = [
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
    name: "a Role loses its rule",
    cause: "permission-denied",
    culprit: `Role ${ns}/price-list-reader`,
    fix: ["patch-role", `Role ${ns}/price-list-reader`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Role", "price-list-reader", (draft) => {
        draft.rules = [];
      });
      shop.log(
        "catalogue",
        `level=error msg="price list refresh failed" err="configmaps \\"price-list\\" is forbidden: User \\"system:serviceaccount:${ns}:catalogue\\" cannot get resource \\"configmaps\\" in API group \\"\\" in the namespace \\"${ns}\\""`,
      );
    },
  },
  {
    name: "a RoleBinding is deleted",
    cause: "permission-denied",
    culprit: `RoleBinding ${ns}/catalogue-price-list`,
    fix: ["guide", `RoleBinding ${ns}/catalogue-price-list`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.remove("RoleBinding", "catalogue-price-list");
      shop.log("catalogue", 'level=error msg="price list refresh failed" status=403');
    },
  },
  {
    name: "a ClusterRoleBinding is deleted",
    cause: "permission-denied",
    culprit: "ClusterRoleBinding catalogue-nodes",
    fix: ["guide", "ClusterRoleBinding catalogue-nodes"],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "catalogue-nodes" },
        subjects: [{ kind: "ServiceAccount", name: "catalogue", namespace: ns }],
        roleRef: { kind: "ClusterRole", name: "node-reader" },
      });
      shop.remove("ClusterRoleBinding", "catalogue-nodes");
      shop.log("catalogue", 'level=error msg="zone of the node is unknown" status=403');
    },
  },
  {
    name: "the rules of a ClusterRole are cut",
    cause: "permission-denied",
    culprit: "ClusterRole node-reader",
    fix: ["patch-role", "ClusterRole node-reader"],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "node-reader" },
        rules: [{ apiGroups: [""], resources: ["nodes", "pods"], verbs: ["get"] }],
      });
      shop.create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "catalogue-nodes" },
        subjects: [{ kind: "ServiceAccount", name: "catalogue", namespace: ns }],
        roleRef: { kind: "ClusterRole", name: "node-reader" },
      });
      shop.change("ClusterRole", "node-reader", (draft) => {
        draft.rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
      });
      shop.log("catalogue", 'level=error msg="zone of the node is unknown" status=403');
    },
  },
  {
    name: "a Deployment runs under another service account",
    cause: "permission-denied",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "catalogue", (draft) => {
        draft.spec.template.spec.serviceAccountName = "default";
      });
      const pod = shop.freshPod("catalogue", running("catalogue"));
      shop.log("catalogue", 'level=error msg="price list refresh failed" err="HTTP 403 Forbidden"', 6, pod);
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
    name: "a database crashes by itself, nothing was changed",
    cause: "dependency-down",
    culprit: `Deployment ${ns}/carts-db`,
    fix: ["restart", `Deployment ${ns}/carts-db`],
    symptoms: [
      ["Deployment", "carts-db", "state", "CrashLoopBackOff"],
      ["Deployment", "carts"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      const live = structuredClone(shop.observation.objects.get("Pod", ns, shop.pods("carts-db")[0] ?? "")) as {
        status: object;
      };
      live.status = crashed("carts-db", 3, shop.onset + 20_000);
      shop.observation.objects.apply("MODIFIED", live as never, shop.onset + 20_000);
      shop.log("carts-db", "2026-11-20T23:36:55Z [1] PANIC: checksum mismatch in segment 7", 3);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-db failed: connect ECONNREFUSED 10.96.67.60:80",
        9,
      );
    },
  },
  {
    name: "a new release does not give connections back",
    cause: "pool-exhausted",
    culprit: `Deployment ${ns}/carts`,
    fix: ["rollback-deployment", `Deployment ${ns}/carts`],
    symptoms: [
      ["Deployment", "carts", "metric", "latency"],
      ["Deployment", "orders", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "carts", (draft) => {
        draft.spec.template.spec.containers[0].image = "localhost:5000/shop/carts:1.7.0";
      });
      const pod = shop.freshPod("carts", running("carts"));
      shop.series("pool_waiting", { workload: "carts", pod }, undefined, 6);
      shop.series("pool_in_use", { workload: "carts", pod }, undefined, 8);
      shop.series("error_ratio", { workload: "carts" }, 0, 0.4);
      shop.series("pod_error_ratio", { workload: "carts", pod }, undefined, 0.4);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] timeout waiting for a connection from the pool",
        9,
        pod,
      );
    },
  },
  {
    name: "a CronJob is pointed at a wrong source and its Jobs fail",
    cause: "job-failing",
    culprit: `CronJob ${ns}/stock-sync`,
    fix: ["set-env", `CronJob ${ns}/stock-sync`],
    symptoms: [["CronJob", "stock-sync", "state", "JobFailed"]],
    breakIt(shop) {
      shop.change("CronJob", "stock-sync", (draft) => {
        draft.spec.jobTemplate.spec.template.spec.containers[0].env[0].value = "http://catalog/items";
      });
      shop.create({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
          name: "stock-sync-29920300",
          ownerReferences: [{ kind: "CronJob", name: "stock-sync", uid: "c", controller: true }],
        },
        spec: { backoffLimit: 1, template: { spec: { containers: [] } } },
        status: {
          failed: 2,
          conditions: [
            {
              type: "Failed",
              status: "True",
              reason: "BackoffLimitExceeded",
              message: "Job has reached the specified backoff limit",
            },
          ],
        },
      });
      shop.event("Job", "stock-sync-29920300", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    },
  },
  {
    name: "a node is cordoned and new pods find no place",
    cause: "node-unschedulable",
    culprit: "Node node-1",
    fix: ["uncordon", "Node node-1"],
    symptoms: [
      ["Deployment", "carts", "state", "Unschedulable"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Node", "node-1", (draft) => {
        draft.spec = {
          unschedulable: true,
          taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }],
        };
      });
      shop.dropPods("payment");
      const message =
        "0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
      const pod = shop.freshPod(
        "carts",
        {
          phase: "Pending",
          conditions: [
            {
              type: "PodScheduled",
              status: "False",
              reason: "Unschedulable",
              message,
              lastTransitionTime: new Date(shop.onset).toISOString(),
            },
          ],
        },
        (draft) => delete draft.spec.nodeName,
      );
      shop.event("Pod", pod, "FailedScheduling", message, 3);
    },
  },
  {
    name: "a quota is created that leaves no room for another pod",
    cause: "quota-exceeded",
    culprit: `ResourceQuota ${ns}/team-quota`,
    fix: ["patch-quota", `ResourceQuota ${ns}/team-quota`],
    symptoms: [["Deployment", "catalogue", "event", "FailedCreate"]],
    breakIt(shop) {
      shop.create({
        kind: "ResourceQuota",
        metadata: { name: "team-quota" },
        spec: { hard: { pods: "8" } },
        status: { hard: { pods: "8" }, used: { pods: "8" } },
      });
      refusePods(
        shop,
        "catalogue",
        'pods "catalogue-8ddb888b7-x2" is forbidden: exceeded quota: team-quota, requested: pods=1, used: pods=8, limited: pods=8',
      );
    },
  },
  {
    name: "a Service leads to a port where nothing listens",
    cause: "service-port-mismatch",
    culprit: `Service ${ns}/payment`,
    fix: ["patch-service-port", `Service ${ns}/payment`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Service", "payment", (draft) => {
        draft.spec.ports[0].targetPort = 8081;
      });
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: connect ECONNREFUSED 10.96.202.7:80",
        8,
      );
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
  {
    name: "the command of a Deployment does not exist",
    cause: "bad-command",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "state", "RunContainerError"]],
    breakIt(shop) {
      shop.change("Deployment", "catalogue", (draft) => {
        draft.spec.template.spec.containers[0].command = ["/app/does-not-exist"];
      });
      const message =
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/does-not-exist": stat /app/does-not-exist: no such file or directory';
      shop.freshPod("catalogue", waiting("catalogue", "RunContainerError", message));
    },
  },
  {
    name: "arguments name a module that does not exist",
    cause: "bad-command",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["rollback-deployment", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "state", "CrashLoopBackOff"]],
    breakIt(shop) {
      shop.change("Deployment", "catalogue", (draft) => {
        draft.spec.template.spec.containers[0].args = ["/app/servr.js"];
      });
      const pod = shop.freshPod("catalogue", crashed("catalogue", 1, shop.onset + 30_000));
      shop.log("catalogue", "Error: Cannot find module '/app/servr.js'", 3, pod);
    },
  },
  {
    name: "a new release crashes with an exception",
    cause: "bad-release",
    culprit: `Deployment ${ns}/payment`,
    fix: ["rollback-deployment", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment", "state", "CrashLoopBackOff"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "payment", (draft) => {
        draft.spec.template.spec.containers[0].image = "localhost:5000/shop/payment:3.2.0";
      });
      shop.dropPods("carts-db");
      const pod = shop.freshPod("payment", crashed("payment", 1, shop.onset + 30_000));
      shop.log(
        "payment",
        'ts=2026-11-20T23:36:55Z level=error msg="uncaught ReferenceError: acquirer is not defined"',
        3,
        pod,
      );
      shop.log("orders", refusedBy("payment"));
    },
  },
  {
    name: "the registry refuses the image",
    cause: "image-pull-denied",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["guide", `Deployment ${ns}/catalogue`],
    symptoms: [["Deployment", "catalogue", "state", "ImagePullBackOff"]],
    breakIt(shop) {
      const pod = shop.freshPod(
        "catalogue",
        waiting("catalogue", "ImagePullBackOff", 'Back-off pulling image "localhost:5000/shop/catalogue:1.8.2"'),
      );
      shop.event(
        "Pod",
        pod,
        "Failed",
        'Failed to pull image "localhost:5000/shop/catalogue:1.8.2": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
        3,
      );
    },
  },
  {
    name: "a dependency is deleted",
    cause: "dependency-down",
    culprit: `Deployment ${ns}/carts-db`,
    fix: ["guide", `Deployment ${ns}/carts-db`],
    symptoms: [
      ["Deployment", "carts"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.dropPods("carts-db");
      shop.remove("Deployment", "carts-db");
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-db failed: connect ECONNREFUSED 10.96.67.60:80",
        9,
      );
    },
  },
  {
    name: "a Service is deleted",
    cause: "dependency-down",
    culprit: `Service ${ns}/carts`,
    fix: ["guide", `Service ${ns}/carts`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.remove("Service", "carts");
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to carts failed: getaddrinfo ENOTFOUND carts",
        9,
      );
    },
  },
  {
    name: "one pod of several answers with errors by itself",
    cause: "application-degraded",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["delete-pod", `Pod ${ns}/catalogue-8ddb888b7-zpxbm`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      const [sick = "", well = ""] = shop.pods("catalogue");
      shop.series("pod_error_ratio", { workload: "catalogue", pod: sick }, 0, 0.9);
      shop.series("pod_error_ratio", { workload: "catalogue", pod: well }, 0, 0);
      shop.series("error_ratio", { workload: "catalogue" }, 0, 0.45);
      shop.log("catalogue", 'ts=x level=error msg="index corrupt, cannot serve" segment=3', 9, sick);
    },
  },
  {
    name: "a pod is killed at a limit that nobody changed, seconds after each start",
    cause: "memory-limit-too-low",
    culprit: `Deployment ${ns}/payment`,
    fix: ["patch-resources", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment", "state", "OOMKilled"],
      ["Deployment", "orders"],
    ],
    breakIt(shop) {
      shop.dropPods("frontend");
      shop.freshPod("payment", crashed("payment", 137, shop.onset + 30_000, "OOMKilled"));
    },
  },
  {
    name: "a node is not ready",
    cause: "node-down",
    culprit: "Node node-1",
    fix: ["guide", "Node node-1"],
    symptoms: [
      ["Node", "node-1", "state", "NotReady"],
      ["Deployment", "carts"],
      ["Deployment", "payment"],
    ],
    breakIt(shop) {
      shop.change("Node", "node-1", (draft) => {
        draft.status.conditions = [
          {
            type: "Ready",
            status: "Unknown",
            reason: "NodeStatusUnknown",
            message: "Kubelet stopped posting node status.",
            lastTransitionTime: new Date(shop.onset).toISOString(),
          },
        ];
      });
    },
  },
  {
    name: "a node is short of memory",
    cause: "node-pressure",
    culprit: "Node node-1",
    fix: ["guide", "Node node-1"],
    symptoms: [
      ["Node", "node-1", "state", "MemoryPressure"],
      ["Deployment", "carts", "state", "Evicted"],
    ],
    breakIt(shop) {
      shop.change("Node", "node-1", (draft) => {
        draft.status.conditions.push({
          type: "MemoryPressure",
          status: "True",
          reason: "KubeletHasInsufficientMemory",
          lastTransitionTime: new Date(shop.onset).toISOString(),
        });
      });
      shop.freshPod("carts", {
        phase: "Failed",
        reason: "Evicted",
        message: "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.",
      });
    },
  },
  {
    name: "an autoscaler cannot read its metric",
    cause: "hpa-broken",
    culprit: `HorizontalPodAutoscaler ${ns}/catalogue`,
    fix: ["guide", `HorizontalPodAutoscaler ${ns}/catalogue`],
    symptoms: [["HorizontalPodAutoscaler", "catalogue", "state", "FailedGetResourceMetric"]],
    breakIt(shop) {
      shop.create({
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "catalogue" },
        spec: { scaleTargetRef: { kind: "Deployment", name: "catalogue" }, maxReplicas: 4 },
        status: {
          currentReplicas: 2,
          conditions: [
            {
              type: "ScalingActive",
              status: "False",
              reason: "FailedGetResourceMetric",
              message: "the HPA was unable to compute the replica count",
            },
          ],
        },
      });
    },
  },
  {
    name: "an autoscaler has reached its maximum",
    cause: "hpa-maxed",
    culprit: `HorizontalPodAutoscaler ${ns}/catalogue`,
    fix: ["patch-hpa", `HorizontalPodAutoscaler ${ns}/catalogue`],
    symptoms: [
      ["HorizontalPodAutoscaler", "catalogue", "state", "TooManyReplicas"],
      ["Deployment", "catalogue", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "catalogue" },
        spec: { scaleTargetRef: { kind: "Deployment", name: "catalogue" }, maxReplicas: 2 },
        status: {
          currentReplicas: 2,
          desiredReplicas: 2,
          conditions: [
            {
              type: "ScalingLimited",
              status: "True",
              reason: "TooManyReplicas",
              message: "the desired replica count is more than the maximum replica count",
            },
          ],
        },
      });
      for (const pod of shop.pods("catalogue"))
        shop.series("container_cpu_throttled_ratio", { pod, container: "catalogue" }, 0.01, 0.5);
    },
  },
  {
    name: "a quota alone is what the incident is about",
    cause: "quota-exceeded",
    culprit: `ResourceQuota ${ns}/team-quota`,
    fix: ["patch-quota", `ResourceQuota ${ns}/team-quota`],
    symptoms: [["ResourceQuota", "team-quota", "state", "QuotaExceeded"]],
    breakIt(shop) {
      shop.create({
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "team-quota" },
        spec: { hard: { pods: "8" } },
      });
      refusePods(
        shop,
        "catalogue",
        'pods "catalogue-8ddb888b7-x2" is forbidden: exceeded quota: team-quota, requested: pods=1, used: pods=8, limited: pods=8',
      );
    },
  },
  {
    name: "an admission webhook cannot be called",
    cause: "webhook-blocking",
    culprit: "ValidatingWebhookConfiguration policy.example.com",
    fix: ["guide", "ValidatingWebhookConfiguration policy.example.com"],
    symptoms: [["Deployment", "catalogue", "event", "FailedCreate"]],
    breakIt(shop) {
      refusePods(
        shop,
        "catalogue",
        'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://policy.svc:443/validate?timeout=10s": context deadline exceeded',
      );
    },
  },
  {
    name: "a finalizer keeps a pod from going",
    cause: "stuck-terminating",
    culprit: `Pod ${ns}/stuck`,
    fix: ["remove-finalizer", `Pod ${ns}/stuck`],
    symptoms: [["Pod", "stuck", "state", "StuckTerminating"]],
    breakIt(shop) {
      shop.create({
        kind: "Pod",
        metadata: {
          name: "stuck",
          deletionTimestamp: new Date(shop.onset - 120_000).toISOString(),
          deletionGracePeriodSeconds: 0,
          finalizers: ["example.com/backup"],
        },
        spec: { containers: [{ name: "c" }] },
        status: { phase: "Succeeded" },
      });
    },
  },
  {
    name: "a certificate has expired",
    cause: "certificate-expired",
    culprit: `Deployment ${ns}/orders`,
    fix: ["guide", `Deployment ${ns}/orders`],
    symptoms: [["Deployment", "orders"]],
    breakIt: (shop) =>
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to ledger failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
        9,
      ),
  },
  {
    name: "names of services that exist no longer resolve",
    cause: "dns-failure",
    culprit: "Deployment kube-system/coredns",
    fix: ["restart", "Deployment kube-system/coredns"],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
      ["Deployment", "carts"],
    ],
    breakIt(shop) {
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to carts failed: getaddrinfo EAI_AGAIN carts",
        9,
      );
      shop.log("frontend", '{"level":"error","msg":"call to catalogue failed: getaddrinfo EAI_AGAIN catalogue"}', 9);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-db failed: getaddrinfo EAI_AGAIN carts-db",
        9,
      );
    },
  },
  {
    name: "a network policy stands between two workloads",
    cause: "network-policy-blocked",
    culprit: `NetworkPolicy ${ns}/deny-payment`,
    fix: ["guide", `NetworkPolicy ${ns}/deny-payment`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "deny-payment" },
        spec: { podSelector: { matchLabels: { app: "payment" } }, policyTypes: ["Ingress"] },
      });
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: timeout of 2000ms exceeded code=ETIMEDOUT",
        9,
      );
    },
  },
  {
    name: "a service on the internet fails",
    cause: "external-dependency",
    culprit: `Deployment ${ns}/payment`,
    fix: ["guide", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.series("error_ratio", { workload: "payment" }, 0, 0.6);
      shop.log(
        "payment",
        'ts=x level=error msg="request to https://api.acquirer.example.com/v2/auth failed: connect ETIMEDOUT"',
        9,
      );
      shop.log("orders", "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: HTTP 502", 9);
    },
  },
  {
    name: "a client asks more often than it may",
    cause: "rate-limited",
    culprit: `Deployment ${ns}/payment`,
    fix: ["guide", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment"],
      ["Deployment", "orders"],
    ],
    breakIt: (shop) => shop.log("payment", 'ts=x level=error msg="acquirer refused: HTTP 429 too many requests"', 9),
  },
  {
    name: "a volume is full",
    cause: "volume-full",
    culprit: `PersistentVolumeClaim ${ns}/carts-data`,
    fix: ["expand-volume", `PersistentVolumeClaim ${ns}/carts-data`],
    symptoms: [
      ["Deployment", "carts-db"],
      ["Deployment", "carts"],
    ],
    breakIt(shop) {
      shop.create({
        kind: "PersistentVolumeClaim",
        metadata: { name: "carts-data", creationTimestamp: "2026-01-01T00:00:00Z" },
        spec: { resources: { requests: { storage: "10Gi" } } },
        status: { phase: "Bound" },
      });
      const deployment = structuredClone(shop.observation.objects.get("Deployment", ns, "carts-db")) as unknown as {
        spec: { template: { spec: { volumes: object[] } } };
      };
      deployment.spec.template.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "carts-data" } }];
      shop.observation.objects.apply("MODIFIED", deployment as never, shop.onset - 3 * 3_600_000);
      shop.log("carts-db", "2026-11-20T23:36:55Z [1] PANIC: could not write to file: No space left on device", 9);
    },
  },
  {
    name: "demand rises until the CPU limit is reached",
    cause: "cpu-throttling",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["patch-resources", `Deployment ${ns}/catalogue`],
    symptoms: [
      ["Deployment", "catalogue", "metric", "throttling"],
      ["Deployment", "frontend", "metric", "latency"],
    ],
    breakIt(shop) {
      for (const pod of shop.pods("catalogue"))
        shop.series("container_cpu_throttled_ratio", { pod, container: "catalogue" }, 0.01, 0.6);
      shop.series("latency_mean_seconds", { workload: "catalogue" }, 0.01, 0.4);
    },
  },
  {
    name: "a database without metrics gets slow, its callers' clients say so",
    cause: "slow-dependency",
    culprit: `Deployment ${ns}/carts-db`,
    fix: ["restart", `Deployment ${ns}/carts-db`],
    symptoms: [
      ["Deployment", "carts", "metric", "latency"],
      ["Deployment", "frontend", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.series("client_requests_per_second", { workload: "carts", peer: "carts-db" }, 3, 3);
      shop.series("client_latency_mean_seconds", { workload: "carts", peer: "carts-db" }, 0.004, 0.9);
      shop.series("latency_mean_seconds", { workload: "carts" }, 0.006, 0.92);
      shop.series("client_requests_per_second", { workload: "frontend", peer: "carts" }, 3, 3);
      shop.series("client_latency_mean_seconds", { workload: "frontend", peer: "carts" }, 0.008, 0.93);
      shop.series("latency_mean_seconds", { workload: "frontend" }, 0.02, 0.5);
    },
  },
  {
    name: "a container port moves away from under its Service",
    cause: "service-port-mismatch",
    culprit: `Deployment ${ns}/payment`,
    fix: ["rollback-deployment", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Deployment", "payment", (draft) => {
        draft.spec.template.spec.containers[0].ports = [{ name: "http", containerPort: 9000, protocol: "TCP" }];
      });
      shop.freshPod("payment", running("payment"));
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: connect ECONNREFUSED 10.96.202.7:80",
        8,
      );
    },
  },
];
