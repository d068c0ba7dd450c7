import { readdirSync, readFileSync } from "node:fs";
import type { KubeEvent, KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { realEvents, realObject } from "./detect-objects.ts";

const corpus = new URL("../corpus/", import.meta.url);
const recorded = new URL("../recordings/sock-shop-01/objects.json", import.meta.url);
const at = "2026-11-20T22:00:00Z";
const namesIn = (folder: string) =>
  readdirSync(new URL(folder, corpus))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.replace(/\.json$/, ""));

const meta = (name: string, namespace: string | undefined = "shop") => ({
  name,
  ...(namespace ? { namespace } : {}),
  uid: `uid-${name}`,
  creationTimestamp: at,
  labels: { app: name },
  annotations: { "kubernetes.io/ingress.class": "nginx" },
});
const object = (apiVersion: string, kind: string, name: string, rest: object, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: meta(name, namespace),
  ...rest,
});
const template = {
  metadata: { labels: { app: "db" } },
  spec: {
    containers: [
      {
        name: "db",
        image: "postgres:18",
        envFrom: [{ configMapRef: { name: "settings" } }, { secretRef: { name: "login" } }],
        env: [{ name: "URL", valueFrom: { configMapKeyRef: { name: "settings", key: "url" } } }],
        resources: { requests: { cpu: "100m" }, limits: { memory: "128Mi" } },
        volumeMounts: [{ name: "data", mountPath: "/data" }],
      },
    ],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  },
};
const webhooks = [
  {
    name: "check.example.org",
    failurePolicy: "Fail",
    timeoutSeconds: 30,
    clientConfig: { service: { name: "checker", namespace: "shop", port: 443, path: "/" } },
    rules: [{ operations: ["CREATE"], resources: ["pods"], apiGroups: [""], apiVersions: ["v1"] }],
  },
];

/** Of the kinds that neither the recordings nor the corpus have, one each in a state that some check looks at. */
const further: readonly KubeObject[] = [
  object("apps/v1", "StatefulSet", "db", {
    spec: { replicas: 2, serviceName: "db-headless", selector: { matchLabels: { app: "db" } }, template },
    status: { replicas: 1, readyReplicas: 0, currentRevision: "a", updateRevision: "b" },
  }),
  object("apps/v1", "DaemonSet", "agent", {
    spec: { selector: { matchLabels: { app: "db" } }, template },
    status: { desiredNumberScheduled: 2, numberAvailable: 1, conditions: [] },
  }),
  object("v1", "PersistentVolumeClaim", "data", {
    spec: { storageClassName: "fast", resources: { requests: { storage: "1Gi" } } },
    status: { phase: "Pending", conditions: [{ type: "Resizing", status: "True" }] },
  }),
  object("v1", "ResourceQuota", "quota", {
    spec: { hard: { pods: "10" } },
    status: { hard: { pods: "10", "requests.cpu": "2" }, used: { pods: "10", "requests.cpu": "1500m" } },
  }),
  object("v1", "LimitRange", "limits", { spec: { limits: [{ type: "Container", max: { memory: "64Mi" } }] } }),
  object("autoscaling/v2", "HorizontalPodAutoscaler", "hpa", {
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "StatefulSet", name: "db" },
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
      ],
    },
    status: {
      currentReplicas: 2,
      desiredReplicas: 2,
      conditions: [
        { type: "ScalingLimited", status: "True", reason: "TooManyReplicas", lastTransitionTime: at },
        {
          type: "ScalingActive",
          status: "False",
          reason: "FailedGetResourceMetric",
          message: "no",
          lastTransitionTime: at,
        },
      ],
      currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 99 } } }],
    },
  }),
  object("networking.k8s.io/v1", "Ingress", "front", {
    spec: {
      ingressClassName: "nginx",
      tls: [{ hosts: ["a.example"], secretName: "tls" }],
      defaultBackend: { service: { name: "gone", port: { number: 80 } } },
      rules: [
        {
          host: "a.example",
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { name: "http" } } } }],
          },
        },
      ],
    },
  }),
  object("networking.k8s.io/v1", "IngressClass", "nginx", { spec: { controller: "k8s.io/nginx" } }, ""),
  object("networking.k8s.io/v1", "NetworkPolicy", "deny", {
    spec: {
      podSelector: { matchLabels: { app: "frontend" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["x"] }] } }],
          ports: [{ port: 80 }],
        },
      ],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }, { namespaceSelector: {} }] }],
    },
  }),
  object("storage.k8s.io/v1", "StorageClass", "fast", { provisioner: "none", volumeBindingMode: "Immediate" }, ""),
  object("policy/v1", "PodDisruptionBudget", "pdb", {
    spec: { minAvailable: 2, selector: { matchLabels: { app: "db" } } },
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 2, expectedPods: 2 },
  }),
  object("rbac.authorization.k8s.io/v1", "Role", "reader", {
    rules: [{ verbs: ["get"], resources: ["pods"], apiGroups: [""] }],
  }),
  object("rbac.authorization.k8s.io/v1", "RoleBinding", "reader", {
    roleRef: { kind: "Role", name: "reader" },
    subjects: [{ kind: "ServiceAccount", name: "app", namespace: "shop" }],
  }),
  object(
    "rbac.authorization.k8s.io/v1",
    "ClusterRole",
    "reader",
    { rules: [{ verbs: ["get"], resources: ["nodes"] }] },
    "",
  ),
  object(
    "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding",
    "reader",
    {
      roleRef: { kind: "ClusterRole", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "app", namespace: "shop" }],
    },
    "",
  ),
  object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "checks", { webhooks }, ""),
  object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "changes", { webhooks }, ""),
];

/** Objects of every kind that is watched: real ones in trouble and well, and made ones where there are none. */
export function objectsOfEveryKind(): readonly KubeObject[] {
  const shop = JSON.parse(readFileSync(recorded, "utf8")) as { items: KubeObject[] };
  return [...shop.items, ...namesIn("kubernetes-objects/").map(realObject), ...further];
}

/** Real events of all the troubles in the corpus. */
export function eventsOfEveryTrouble(): readonly KubeEvent[] {
  return namesIn("kubernetes-events/").flatMap((name) => [...realEvents(name)]);
}
