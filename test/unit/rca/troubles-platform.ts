import type { CauseCode } from "../../../src/incident/cause.ts";
import { crashed, ns, type Shop } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

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

/** A node says in a condition what is wrong with it, and pods on it are in trouble. */
const nodeReports = (name: string, cause: CauseCode, step: string, condition: object): Trouble => ({
  name,
  cause,
  culprit: "Node node-1",
  fix: ["guide", "Node node-1"],
  step,
  symptoms: [
    ["Node", "node-1", "state", "NodeCondition"],
    ["Deployment", "carts"],
  ],
  breakIt: (shop) =>
    shop.change("Node", "node-1", (draft) => {
      draft.status.conditions.push({ ...condition, lastTransitionTime: new Date(shop.onset).toISOString() });
    }),
});

/** A pod runs on with other resources than it was given. */
const podNotResized = (name: string, cause: CauseCode, condition: object, reason: string): Trouble => ({
  name,
  cause,
  culprit: `Deployment ${ns}/carts`,
  fix: ["guide", `Deployment ${ns}/carts`],
  step: "--subresource resize",
  symptoms: [["Deployment", "carts", "state", reason, "pod-resize"]],
  breakIt: (shop) =>
    shop.change("Pod", shop.pods("carts")[0] ?? "", (draft) => {
      draft.status.conditions.push({ ...condition, lastTransitionTime: new Date(shop.onset).toISOString() });
    }),
});

/** Of nodes, quotas, autoscalers, volumes and the API server. */
export const platformTroubles: readonly Trouble[] = [
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
  nodeReports("a node's file system can only be read", "node-down", "dmesg", {
    type: "ReadonlyFilesystem",
    status: "True",
    reason: "FilesystemIsReadOnly",
    message: "Remounting filesystem read-only",
  }),
  nodeReports("a node's kubelet is restarted over and over", "node-down", "journalctl -u kubelet", {
    type: "FrequentKubeletRestart",
    status: "True",
    reason: "FrequentKubeletRestart",
  }),
  nodeReports("a node's network is not ready", "network-fault", "network plugin", {
    type: "NetworkingReady",
    status: "False",
    reason: "IPAMDNotReady",
  }),
  podNotResized(
    "a node can never give a pod what it was given in place",
    "unschedulable",
    {
      type: "PodResizePending",
      status: "True",
      reason: "Infeasible",
      message: "Node didn't have enough capacity: cpu",
    },
    "ResizeInfeasible",
  ),
  podNotResized(
    "a memory limit cannot be lowered in place below what is in use",
    "memory-limit-too-low",
    {
      type: "PodResizeInProgress",
      status: "True",
      reason: "Error",
      message: "attempting to set pod memory limit (64Mi) below current usage (80Mi)",
    },
    "ResizeFailed",
  ),
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
];
