import type { ActionCode } from "../../src/incident/action-code.ts";
import type { ActorCluster } from "./actor-cluster.ts";
import { offerHeal } from "./offer-heal.ts";

const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] };
const metadata = { namespace: "shop" };
const finalizer = "example.com/hold";
const held = (name: string) => ({ ...metadata, name: `held-${name}`, finalizers: [finalizer] });
const pod = { containers: [{ name: "c", image: "registry.local/c:1" }] };
const template = (app: string) => ({ metadata: { labels: { app } }, spec: pod });
const workload = (app: string) => ({ selector: { matchLabels: { app } }, template: template(app) });

/** What the small shop lacks: one of each kind that hangs in deletion, a volume that may grow, agents on every node. */
export async function prepareForEveryAction(cluster: ActorCluster): Promise<void> {
  const claim = {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "fast",
    resources: { requests: { storage: "1Gi" } },
  };
  const job = { template: { spec: { ...pod, restartPolicy: "Never" } } };
  const hanging = [
    { apiVersion: "v1", kind: "Pod", metadata: held("pod"), spec: pod },
    { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: held("claim"), spec: claim },
    { apiVersion: "batch/v1", kind: "Job", metadata: held("job"), spec: job },
    { apiVersion: "apps/v1", kind: "Deployment", metadata: held("deployment"), spec: workload("held") },
    { apiVersion: "apps/v1", kind: "StatefulSet", metadata: held("set"), spec: { serviceName: "x", ...workload("h") } },
    { apiVersion: "v1", kind: "Service", metadata: held("service"), spec: { ports: [{ port: 80 }] } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: held("config"), data: {} },
  ];
  const whole = [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "fast" },
      provisioner: "x",
      allowVolumeExpansion: true,
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { ...metadata, name: "data" },
      spec: claim,
      status: { phase: "Bound" },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { ...metadata, name: "agent" },
      spec: workload("agent"),
      status: { desiredNumberScheduled: 1 },
    },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { ...metadata, name: "queue" },
      spec: { serviceName: "queue", ...workload("queue") },
    },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "shop" }, rules: [] },
  ];
  for (const object of [...whole, ...hanging]) {
    if (object.kind !== "ClusterRole") await cluster.create(object);
    else cluster.table.apply({ type: "ADDED", object });
  }
  for (const { kind, metadata: meta } of hanging)
    cluster.edit(kind, meta.name, (object) => ({
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: "2026-11-20T12:00:00Z", deletionGracePeriodSeconds: 0 },
    }));
  // A pod without a controller would keep the node from being drained.
  cluster.edit("Pod", "bare", (object) => ({ ...object, status: { phase: "Succeeded" } }));
  offerHeal(cluster);
}

/** Every action that changes something, on each kind that needs rights of its own; in an order in which all of them work. */
export const everyAction: readonly (readonly [ActionCode, readonly [string, string], Record<string, unknown>?])[] = [
  ["rollback-deployment", ["Deployment", "carts"]],
  ["rollback-deployment", ["StatefulSet", "db"], { toRevision: 1 }],
  ["restart", ["Deployment", "carts"]],
  ["restart", ["DaemonSet", "agent"]],
  ["pause-rollout", ["Deployment", "carts"]],
  ["resume-rollout", ["Deployment", "payment"]],
  ["scale", ["Deployment", "carts"], { replicas: 4 }],
  ["scale", ["StatefulSet", "queue"], { replicas: 2 }],
  ["patch-resources", ["Deployment", "carts"], { container: "carts", limits: { memory: "96Mi" } }],
  ["patch-probe", ["Deployment", "carts"], { container: "carts", probe: "readiness", value: null }],
  ["set-image", ["Deployment", "carts"], { container: "carts", image: "registry.local/shop/carts:1.4.3" }],
  ["set-env", ["Deployment", "carts"], { container: "carts", name: "A", value: "b" }],
  ["patch-config", ["ConfigMap", "carts-config"], { key: "pool", value: "20", restart: ["carts", "daemonset/agent"] }],
  ["patch-selector", ["Service", "carts"], { selector: { app: "carts" } }],
  ["patch-service-port", ["Service", "carts"], { port: 80, targetPort: "http" }],
  ["patch-quota", ["ResourceQuota", "shop-quota"], { hard: { pods: "10" } }],
  ["patch-hpa", ["HorizontalPodAutoscaler", "db-scaler"], { maxReplicas: 6 }],
  ["create-hpa", ["Deployment", "carts"], { minReplicas: 1, maxReplicas: 3, cpuPercent: 70 }],
  ["soft-heal", ["Deployment", "carts"]],
  ["rerun-job", ["Job", "reindex"]],
  ["suspend-cronjob", ["CronJob", "nightly"]],
  ["resume-cronjob", ["CronJob", "weekly"]],
  ["cordon", ["Node", "node-1"]],
  ["uncordon", ["Node", "node-2"]],
  ["expand-volume", ["PersistentVolumeClaim", "data"], { storage: "2Gi" }],
  ["patch-role", ["Role", "carts"], { rules: [{ ...rule, verbs: ["get", "list"] }] }],
  ["patch-role", ["ClusterRole", "shop"], { rules: [rule] }],
  ["free-patch", ["Deployment", "carts"], { patch: { spec: { minReadySeconds: 5 } } }],
  ["remove-finalizer", ["Pod", "held-pod"], { finalizer }],
  ["remove-finalizer", ["PersistentVolumeClaim", "held-claim"], { finalizer }],
  ["remove-finalizer", ["Job", "held-job"], { finalizer }],
  ["remove-finalizer", ["Deployment", "held-deployment"], { finalizer }],
  ["remove-finalizer", ["StatefulSet", "held-set"], { finalizer }],
  ["remove-finalizer", ["Service", "held-service"], { finalizer }],
  ["remove-finalizer", ["ConfigMap", "held-config"], { finalizer }],
  ["delete-job", ["Job", "reindex"]],
  // The pod is gone after each of these; another one takes its place.
  ["evict-pod", ["Pod", "carts-2-abcde"]],
  ["delete-pod", ["Pod", "carts-2-abcde"]],
  ["drain", ["Node", "node-1"]],
];
