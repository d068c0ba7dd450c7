const namespace = "shop";
const labels = { app: "carts" };

const cartsPod = {
  containers: [
    {
      name: "proxy",
      image: "registry.local/shop/proxy:2.0",
      resources: { limits: { cpu: "100m", memory: "32Mi" } },
    },
    {
      name: "carts",
      image: "registry.local/shop/carts:1.4.2",
      env: [
        { name: "DB_HOST", value: "carts-db" },
        { name: "DB_URL", value: "tcp://$(DB_HOST):5432" },
        { name: "POOL", valueFrom: { configMapKeyRef: { name: "carts-config", key: "pool" } } },
      ],
      ports: [{ name: "http", containerPort: 8080 }],
      resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { cpu: "200m", memory: "34Mi" } },
      livenessProbe: { tcpSocket: { port: 9090 }, periodSeconds: 5 },
      readinessProbe: { httpGet: { path: "/ready", port: "http" } },
    },
  ],
};

const earlierPod = {
  containers: cartsPod.containers.map((container) =>
    container.name === "carts"
      ? {
          ...container,
          image: "registry.local/shop/carts:1.4.1",
          resources: { ...container.resources, limits: { cpu: "200m", memory: "128Mi" } },
        }
      : container,
  ),
};

const owner = (kind: string, name: string, apiVersion = "apps/v1") => [
  { apiVersion, kind, name, uid: "", controller: true },
];

const replicaSet = (revision: number, spec: object) => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: {
    name: `carts-${revision}`,
    namespace,
    labels: { ...labels, "pod-template-hash": `hash${revision}` },
    annotations: { "deployment.kubernetes.io/revision": String(revision) },
    ownerReferences: owner("Deployment", "carts"),
  },
  spec: {
    replicas: revision === 2 ? 2 : 0,
    selector: { matchLabels: { ...labels, "pod-template-hash": `hash${revision}` } },
    template: { metadata: { labels: { ...labels, "pod-template-hash": `hash${revision}` } }, spec },
  },
});

const dbTemplate = (image: string) => ({
  metadata: { labels: { app: "db" } },
  spec: { containers: [{ name: "db", image }] },
});
const dbRevision = (revision: number, image: string) => ({
  apiVersion: "apps/v1",
  kind: "ControllerRevision",
  metadata: { name: `db-${revision}`, namespace, ownerReferences: owner("StatefulSet", "db") },
  revision,
  data: { spec: { template: { ...dbTemplate(image), $patch: "replace" } } },
});

const jobSpec = {
  backoffLimit: 1,
  template: {
    spec: { restartPolicy: "Never", containers: [{ name: "work", image: "registry.local/shop/reindex:1" }] },
  },
};

/** A small shop in the order in which it can be created: two workloads with history, and one of everything an action works on. */
export const shopObjects: readonly object[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-1", labels: { "kubernetes.io/hostname": "node-1" } },
    spec: {},
    status: { conditions: [{ type: "Ready", status: "True" }] },
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "carts-config", namespace },
    data: { pool: "10", upstream: "http://cartz-db" },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "carts",
      namespace,
      labels,
      annotations: { "deployment.kubernetes.io/revision": "2", team: "shop" },
    },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: cartsPod } },
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 0 },
  },
  replicaSet(1, earlierPod),
  replicaSet(2, cartsPod),
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace },
    spec: {
      replicas: 1,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: dbTemplate("registry.local/shop/db:16.1"),
    },
  },
  dbRevision(1, "registry.local/shop/db:16.0"),
  dbRevision(2, "registry.local/shop/db:16.1"),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "carts", namespace },
    spec: {
      selector: { app: "cart", tier: "web" },
      ports: [
        { name: "http", port: 80, targetPort: 8081 },
        { name: "metrics", port: 9100, targetPort: 9100 },
      ],
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "carts-internal", namespace },
    spec: { selector: labels, ports: [{ port: 8080 }] },
  },
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "shop-quota", namespace },
    spec: { hard: { pods: "4", "count/configmaps": "20" } },
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "db-scaler", namespace },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "StatefulSet", name: "db" },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
    },
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "carts", namespace },
    rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "carts-2-abcde",
      namespace,
      labels: { ...labels, "pod-template-hash": "hash2" },
      ownerReferences: owner("ReplicaSet", "carts-2"),
    },
    spec: { ...cartsPod, nodeName: "node-1" },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "False" }] },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "bare", namespace },
    spec: { containers: [{ name: "c", image: "registry.local/c:1" }] },
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "reindex", namespace },
    spec: jobSpec,
    status: {
      failed: 2,
      conditions: [
        { type: "FailureTarget", status: "True" },
        { type: "Failed", status: "True", reason: "BackoffLimitExceeded" },
      ],
    },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly", namespace },
    spec: { schedule: "0 3 * * *", jobTemplate: { spec: jobSpec } },
  },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-2", labels: { "kubernetes.io/hostname": "node-2" } },
    spec: { unschedulable: true },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "weekly", namespace },
    spec: { schedule: "0 3 * * 1", suspend: true, jobTemplate: { spec: jobSpec } },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "payment", namespace },
    spec: {
      replicas: 1,
      paused: true,
      selector: { matchLabels: { app: "payment" } },
      template: {
        metadata: { labels: { app: "payment" } },
        spec: { containers: [{ name: "payment", image: "registry.local/shop/payment:1" }] },
      },
    },
  },
];
