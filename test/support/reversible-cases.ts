import type { ActionCode } from "../../src/incident/action-code.ts";

/** One change that can be taken back. */
export interface ReversibleCase {
  readonly name: string;
  readonly action: ActionCode;
  readonly target: readonly [string, string];
  readonly params?: Record<string, unknown>;
  /** Lines the diff must contain. */
  readonly diff: readonly string[];
}

const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }];
/** One of each kind of change that an action makes and takes back, on the small shop of `startActorCluster`. */
export const reversibleCases: readonly ReversibleCase[] = [
  {
    name: "rollback to the revision before",
    action: "rollback-deployment",
    target: ["Deployment", "carts"],
    diff: [
      "-              memory: 34Mi",
      "+              memory: 128Mi",
      "-          image: registry.local/shop/carts:1.4.2",
      "+          image: registry.local/shop/carts:1.4.1",
    ],
  },
  {
    name: "rollback of a stateful set by its controller revisions",
    action: "rollback-deployment",
    target: ["StatefulSet", "db"],
    params: { toRevision: 1 },
    diff: ["+        - image: registry.local/shop/db:16.0"],
  },
  {
    name: "a memory limit is raised, the rest stays",
    action: "patch-resources",
    target: ["Deployment", "carts"],
    params: { container: "carts", limits: { memory: "96Mi" } },
    diff: ["+              memory: 96Mi"],
  },
  {
    name: "a probe changes its handler, the old one goes",
    action: "patch-probe",
    target: ["Deployment", "carts"],
    params: { container: "carts", probe: "liveness", value: { httpGet: { path: "/healthz", port: "http" } } },
    diff: ["-            tcpSocket:", "+            httpGet:"],
  },
  {
    name: "a probe is taken away",
    action: "patch-probe",
    target: ["Deployment", "carts"],
    params: { container: "carts", probe: "readiness", value: null },
    diff: ["-          readinessProbe:"],
  },
  {
    name: "a version of a known image",
    action: "set-image",
    target: ["Deployment", "carts"],
    params: { container: "carts", image: "registry.local/shop/carts:1.4.3" },
    diff: ["+          image: registry.local/shop/carts:1.4.3"],
  },
  {
    name: "a new variable goes last",
    action: "set-env",
    target: ["Deployment", "carts"],
    params: { container: "carts", name: "TAX_REGION", value: "eu" },
    diff: ["+            - name: TAX_REGION", "+              value: eu"],
  },
  {
    name: "a value in place of a reference",
    action: "set-env",
    target: ["Deployment", "carts"],
    params: { container: "carts", name: "POOL", value: "20" },
    diff: ['+              value: "20"'],
  },
  {
    name: "a variable is taken away",
    action: "set-env",
    target: ["Deployment", "carts"],
    params: { container: "carts", name: "DB_URL", value: null },
    diff: ["-            - name: DB_URL"],
  },
  {
    name: "a variable of a container that had none",
    action: "set-env",
    target: ["Deployment", "carts"],
    params: { container: "proxy", name: "A", value: "b" },
    diff: ["+            - name: A"],
  },
  {
    name: "how much memory a virtual machine takes",
    action: "set-env",
    target: ["Deployment", "carts"],
    params: { container: "carts", name: "JAVA_TOOL_OPTIONS", value: "-Xmx96m -XX:MaxRAMPercentage=75.0 -XX:+UseG1GC" },
    diff: ["+            - name: JAVA_TOOL_OPTIONS"],
  },
  {
    name: "scale up",
    action: "scale",
    target: ["Deployment", "carts"],
    params: { replicas: 3 },
    diff: ["-  replicas: 2", "+  replicas: 3"],
  },
  {
    name: "scale to zero",
    action: "scale",
    target: ["Deployment", "carts"],
    params: { replicas: 0 },
    diff: ["+  replicas: 0"],
  },
  {
    name: "one key of a config map, and who reads it restarts",
    action: "patch-config",
    target: ["ConfigMap", "carts-config"],
    params: { key: "upstream", value: "http://carts-db", restart: ["carts"] },
    diff: ["+  upstream: http://carts-db", "kubectl.kubernetes.io/restartedAt"],
  },
  {
    name: "a key of a config map goes",
    action: "patch-config",
    target: ["ConfigMap", "carts-config"],
    params: { key: "upstream", value: null },
    diff: ["-  upstream: http://cartz-db"],
  },
  {
    name: "a selector loses its old keys",
    action: "patch-selector",
    target: ["Service", "carts"],
    params: { selector: { app: "carts" } },
    diff: ["-    app: cart", "-    tier: web", "+    app: carts"],
  },
  {
    name: "one port of a service, not a second one of its name",
    action: "patch-service-port",
    target: ["Service", "carts"],
    params: { port: 80, targetPort: "http" },
    diff: ["-      targetPort: 8081", "+      targetPort: http"],
  },
  {
    name: "a quota",
    action: "patch-quota",
    target: ["ResourceQuota", "shop-quota"],
    params: { hard: { pods: "10" } },
    diff: ['+    pods: "10"'],
  },
  { name: "pause a rollout", action: "pause-rollout", target: ["Deployment", "carts"], diff: ["+  paused: true"] },
  {
    name: "an autoscaler's bounds",
    action: "patch-hpa",
    target: ["HorizontalPodAutoscaler", "db-scaler"],
    params: { maxReplicas: 6 },
    diff: ["+  maxReplicas: 6"],
  },
  {
    name: "a new autoscaler",
    action: "create-hpa",
    target: ["Deployment", "carts"],
    params: { minReplicas: 2, maxReplicas: 5, cpuPercent: 70 },
    diff: ["+  maxReplicas: 5"],
  },
  {
    name: "rules of a role",
    action: "patch-role",
    target: ["Role", "carts"],
    params: { rules },
    diff: ["+      - list"],
  },
  {
    name: "a failed job runs again beside the old one",
    action: "rerun-job",
    target: ["Job", "reindex"],
    diff: ["+kind: Job"],
  },
  { name: "suspend a cron job", action: "suspend-cronjob", target: ["CronJob", "nightly"], diff: ["+  suspend: true"] },
  { name: "cordon a node", action: "cordon", target: ["Node", "node-1"], diff: ["+  unschedulable: true"] },
  {
    name: "a free patch of allowed fields",
    action: "free-patch",
    target: ["Deployment", "carts"],
    params: { patch: { spec: { minReadySeconds: 5, template: { spec: { terminationGracePeriodSeconds: 60 } } } } },
    diff: ["+  minReadySeconds: 5"],
  },
];
