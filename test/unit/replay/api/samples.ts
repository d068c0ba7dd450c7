import type { JsonObject } from "../../../../src/replay/api/json.ts";

/** A namespace with one Deployment, its ReplicaSet and two running pods, and a budget that allows one disruption. */
const labels = { app: "web" };
const container: JsonObject = {
  name: "web",
  image: "shop/web:1.4.2",
  ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
};

export function pod(name: string, phase = "Running"): JsonObject {
  const started = "2026-11-20T22:30:00Z";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", uid: `uid-${name}`, labels, creationTimestamp: started },
    spec: { nodeName: "node-1", terminationGracePeriodSeconds: 30, containers: [container] },
    status: {
      phase,
      podIP: "10.244.0.7",
      conditions: [{ type: "Ready", status: phase === "Running" ? "True" : "False" }],
      containerStatuses: [
        {
          name: "web",
          ready: true,
          restartCount: 0,
          containerID: `containerd://${name}`,
          state: { running: { startedAt: started } },
          lastState: {},
        },
      ],
    },
  };
}

export const namespace: JsonObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", uid: "uid-shop" },
  status: { phase: "Active" },
};

export const deployment: JsonObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop", uid: "uid-web", generation: 3, labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    template: { metadata: { labels }, spec: { containers: [container] } },
  },
  status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
};

export const budget: JsonObject = {
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace: "shop", uid: "uid-budget", generation: 1 },
  spec: { minAvailable: 1, selector: { matchLabels: labels } },
  status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 },
};

export const shop: readonly JsonObject[] = [namespace, deployment, pod("web-a"), pod("web-b"), budget];
