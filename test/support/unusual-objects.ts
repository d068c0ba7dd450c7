import type { ApiObject } from "../../src/replay/api/json.ts";
import type { ActorCluster } from "./actor-cluster.ts";
import type { Change } from "./judged-cluster.ts";

const namespace = "shop";
const many = (count: number, one: (index: number) => object): object[] =>
  Array.from({ length: count }, (_, i) => one(i));

/** How big the big ones are. */
export interface Size {
  readonly containers: number;
  /** Of each container, from Secrets and as many again that are written out. */
  readonly variables: number;
  readonly ports: number;
  readonly rules: number;
}
/** The same shapes, cheap enough for every run of the tests. */
export const moderate: Size = { containers: 4, variables: 12, ports: 10, rules: 10 };
export const huge: Size = { containers: 20, variables: 120, ports: 100, rules: 99 };

const mounts = many(30, (i) => ({ name: `v-${i}`, mountPath: `/v/${i}` }));
const volumes = [
  ...many(15, (i) => ({ name: `v-${i}`, secret: { secretName: `s-${i}` } })),
  ...many(15, (i) => ({ name: `v-${15 + i}`, projected: { sources: [{ secret: { name: `p-${i}` } }] } })),
];

function bigPod(size: Size) {
  const env = [
    ...many(size.variables, (i) => ({
      name: `SECRET_${i}`,
      valueFrom: { secretKeyRef: { name: `secret-${i % 40}`, key: "k" } },
    })),
    ...many(size.variables, (i) => ({ name: `PLAIN_${i}`, value: "x".repeat(200) })),
  ];
  const container = (index: number) => ({
    name: `c-${index}`,
    image: `registry.local:5000/shop/program-${index}:1.0`,
    env,
    envFrom: many(10, (i) => ({ secretRef: { name: `all-${i}` } })),
    ports: many(20, (i) => ({ name: `p${index}-${i}`, containerPort: 8_000 + i })),
    volumeMounts: mounts,
    resources: { limits: { memory: "64Mi" } },
  });
  const readinessProbe = { httpGet: { path: "/", port: 8_000, host: "other.local" } };
  return {
    containers: many(size.containers, (i) => ({ ...container(i), readinessProbe })),
    initContainers: many(Math.ceil(size.containers / 2), (i) => container(100 + i)),
    volumes,
  };
}

/** A Job that may be repeated: as much in it, but no Secrets and no rights. */
const bigJobPod = (size: Size) => ({
  containers: many(size.containers, (i) => ({
    name: `c-${i}`,
    image: `registry.local/c:${i}`,
    env: many(2 * size.variables, (n) => ({ name: `N_${n}`, value: "x".repeat(100) })),
    volumeMounts: mounts,
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsUser: 1_000 },
  })),
  volumes: many(30, (i) => ({ name: `v-${i}`, configMap: { name: `m-${i}` } })),
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
});

/** Nothing but what the API wants: no labels, no annotations, no resources, an image without registry and tag. */
const barePod = { containers: [{ name: "c", image: "busybox" }] };
const template = (app: string, spec: object) => ({ metadata: { labels: { app } }, spec });
const workload = (kind: string, name: string, pod: object, more: object = {}) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name } }, template: template(name, pod), ...more },
});
const role = (kind: string, name: string, rules: object[] | undefined) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name, ...(kind === "Role" ? { namespace } : {}) },
  ...(rules ? { rules } : {}),
});
const closedRules = (count: number) =>
  many(count, (i) => ({
    apiGroups: [""],
    resources: ["secrets"],
    resourceNames: [`s-${i}`],
    verbs: ["get", "list", "watch"],
  }));

/** Objects as real clusters have them, at the ends of what is usual: bare, huge, and without the fields that are left out when they are empty. */
export async function addUnusualObjects(cluster: ActorCluster, size: Size): Promise<void> {
  const pod = bigPod(size);
  const job = { template: { spec: { ...bigJobPod(size), restartPolicy: "Never" } } };
  const objects = [
    workload("Deployment", "bare", barePod),
    { ...workload("DaemonSet", "bare", barePod), status: { desiredNumberScheduled: 1 } },
    workload("StatefulSet", "bare", barePod, { serviceName: "bare" }),
    workload("Deployment", "huge", pod, { replicas: 0 }),
    { ...workload("DaemonSet", "huge", pod), status: { desiredNumberScheduled: 1 } },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "huge", namespace },
      spec: {
        schedule: "0 0 * * *",
        jobTemplate: { spec: { template: template("huge", { ...pod, restartPolicy: "Never" }) } },
      },
    },
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "huge", namespace },
      spec: job,
      status: { conditions: [{ type: "Failed", status: "True" }], failed: 1 },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bare", namespace } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "huge", namespace },
      spec: { selector: { app: "huge" }, ports: many(size.ports, (i) => ({ name: `p${i}`, port: 8_000 + i })) },
    },
    { apiVersion: "v1", kind: "Node", metadata: { name: "bare" } },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "bare", namespace },
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "huge" }, maxReplicas: 3 },
    },
  ];
  for (const object of objects) await cluster.create(object);
  for (const object of [role("Role", "bare", undefined), role("ClusterRole", "huge", closedRules(size.rules))])
    cluster.table.apply({ type: "ADDED", object: object as ApiObject });
}

const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] };

/** Changes of the catalogue on them; each can be taken back. */
export const unusualChanges = (size: Size): readonly Change[] => [
  ["scale", ["Deployment", "bare"], { replicas: 0 }],
  ["scale", ["Deployment", "huge"], { replicas: 1 }],
  ["scale", ["StatefulSet", "bare"], { replicas: 0 }],
  ["restart", ["Deployment", "bare"]],
  ["restart", ["DaemonSet", "bare"]],
  ["restart", ["DaemonSet", "huge"]],
  ["set-env", ["Deployment", "bare"], { container: "c", name: "A", value: "b" }],
  ["set-image", ["Deployment", "huge"], { container: "c-3", image: "registry.local:5000/shop/program-3:1.1" }],
  ["set-env", ["Deployment", "huge"], { container: `c-${size.containers - 1}`, name: "PLAIN_5", value: "y" }],
  ["set-env", ["DaemonSet", "huge"], { container: "c-0", name: "PLAIN_5", value: null }],
  ["patch-resources", ["Deployment", "huge"], { container: "c-1", limits: { memory: "128Mi" } }],
  ["patch-resources", ["DaemonSet", "bare"], { container: "c", limits: { memory: "64Mi" } }],
  ["patch-resources", ["CronJob", "huge"], { container: "c-2", limits: { memory: "128Mi" } }],
  ["patch-probe", ["StatefulSet", "bare"], { container: "c", probe: "liveness", value: { tcpSocket: { port: 80 } } }],
  [
    "free-patch",
    ["Deployment", "bare"],
    { patch: { spec: { template: { spec: { nodeSelector: { "kubernetes.io/os": "linux" } } } } } },
  ],
  ["patch-config", ["ConfigMap", "bare"], { key: "huge", value: "x".repeat(250_000) }],
  ["patch-service-port", ["Service", "huge"], { port: 8_005, targetPort: 9_050 }],
  ["patch-selector", ["Service", "huge"], { selector: { app: "bare" } }],
  ["patch-hpa", ["HorizontalPodAutoscaler", "bare"], { maxReplicas: 6 }],
  ["suspend-cronjob", ["CronJob", "huge"]],
  ["cordon", ["Node", "bare"]],
  ["patch-role", ["Role", "bare"], { rules: [rule] }],
  ["patch-role", ["ClusterRole", "huge"], { rules: [...closedRules(size.rules), rule] }],
  ["rerun-job", ["Job", "huge"]],
];
