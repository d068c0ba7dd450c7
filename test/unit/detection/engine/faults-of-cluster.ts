import { deployment, pod } from "../../../support/small-shop.ts";
import { claim, ended, minute, type Row, type Shop, time, twoScrapes } from "./fault-shop.ts";

const nodeWith = (shop: Shop, spec: object, conditions: readonly object[]) =>
  shop.world.put({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-1", uid: "n1" },
    spec,
    status: { conditions },
  });
const hpa = (shop: Shop, conditions: readonly object[], rest: object = {}) =>
  shop.object("HorizontalPodAutoscaler", "frontend", {
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "frontend" },
      maxReplicas: 4,
      metrics: [{ type: "Resource", resource: { name: "cpu", target: { averageUtilization: 60 } } }],
    },
    status: { currentReplicas: 4, desiredReplicas: 4, conditions, ...rest },
  });

const unschedulable = (message: string, at: number) => [
  { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: time(at) },
];

/** What the cluster around a workload shows: nodes, quotas, volumes, Jobs, autoscalers. */
export const faultsOfCluster: readonly Row[] = [
  {
    cause: "unschedulable",
    as: "no node has so much memory",
    target: "Deployment/carts",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.newPod("carts", {
        phase: "Pending",
        state: {},
        node: "",
        conditions: unschedulable("0/1 nodes are available: 1 Insufficient memory.", shop.world.now()),
      }),
  },
  {
    cause: "node-unschedulable",
    as: "a cordon leaves a pod waiting",
    target: "Node/node-1",
    withinMs: twoScrapes,
    begin(shop) {
      nodeWith(shop, { unschedulable: true }, [{ type: "Ready", status: "True" }]);
      shop.newPod("carts", {
        phase: "Pending",
        state: {},
        node: "",
        conditions: unschedulable("0/1 nodes are available: 1 node(s) were unschedulable.", shop.world.now()),
      });
    },
  },
  {
    cause: "node-down",
    as: "the kubelet no longer reports",
    target: "Node/node-1",
    withinMs: twoScrapes,
    begin: (shop) =>
      nodeWith(shop, {}, [
        { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", lastTransitionTime: time(shop.world.now()) },
      ]),
  },
  {
    cause: "node-pressure",
    as: "the kubelet reports that memory is short",
    target: "Node/node-1",
    withinMs: twoScrapes,
    begin: (shop) =>
      nodeWith(shop, {}, [
        { type: "Ready", status: "True" },
        { type: "MemoryPressure", status: "True", lastTransitionTime: time(shop.world.now()) },
      ]),
  },
  {
    cause: "quota-exceeded",
    as: "the quota forbids the new pod",
    target: "ResourceQuota/tight",
    withinMs: twoScrapes,
    begin(shop) {
      shop.object("ResourceQuota", "tight", { status: { hard: { pods: "4" }, used: { pods: "4" } } });
      shop.world.put(
        ...deployment({
          app: "carts",
          generation: 2,
          available: 1,
          updated: 0,
          total: 1,
          conditions: [
            {
              type: "ReplicaFailure",
              status: "True",
              reason: "FailedCreate",
              message:
                'pods "carts-b2" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=4, limited: pods=4',
              lastTransitionTime: time(shop.world.now()),
            },
          ],
        }),
      );
    },
  },
  {
    cause: "ephemeral-storage",
    as: "a pod is evicted for what it has written",
    target: "Deployment/catalogue",
    withinMs: twoScrapes,
    begin(shop) {
      const made = pod({
        app: "catalogue",
        suffix: "x9",
        at: shop.world.now() - 30_000,
        ready: false,
        phase: "Failed",
        state: ended(137, "Error", shop.world.now()),
      }) as { status: object };
      shop.world.put({
        ...made,
        status: {
          ...made.status,
          reason: "Evicted",
          message: "Pod ephemeral local storage usage exceeds the total limit of containers 64Mi.",
        },
      });
    },
  },
  {
    cause: "volume-full",
    as: "no block is left",
    target: "PersistentVolumeClaim/data",
    withinMs: minute,
    each: (shop) =>
      shop.samples(
        ["kubelet_volume_stats_capacity_bytes", claim, 1_000],
        ["kubelet_volume_stats_used_bytes", claim, 996],
      ),
  },
  {
    cause: "volume-pending",
    as: "the claim is lost",
    target: "PersistentVolumeClaim/data",
    withinMs: twoScrapes,
    begin: (shop) => shop.object("PersistentVolumeClaim", "data", { status: { phase: "Lost" } }),
  },
  {
    cause: "job-failing",
    as: "a Job gives up",
    target: "Job/import",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.object(
        "Job",
        "import",
        {
          spec: { template: { spec: { containers: [{ name: "import" }] } } },
          status: {
            failed: 7,
            conditions: [
              {
                type: "Failed",
                status: "True",
                reason: "BackoffLimitExceeded",
                lastTransitionTime: time(shop.world.now()),
              },
            ],
          },
        },
        { creationTimestamp: time(shop.world.now() - 60_000) },
      ),
  },
  {
    cause: "hpa-maxed",
    as: "at its maximum, and twice its target",
    target: "HorizontalPodAutoscaler/frontend",
    withinMs: minute,
    begin: (shop) =>
      hpa(
        shop,
        [
          {
            type: "ScalingLimited",
            status: "True",
            reason: "TooManyReplicas",
            lastTransitionTime: time(shop.world.now()),
          },
        ],
        { currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 130 } } }] },
      ),
  },
  {
    cause: "hpa-broken",
    as: "its metric does not come",
    target: "HorizontalPodAutoscaler/frontend",
    withinMs: minute,
    begin: (shop) =>
      hpa(shop, [
        {
          type: "ScalingActive",
          status: "False",
          reason: "FailedGetResourceMetric",
          message: "unable to get metrics for resource cpu",
          lastTransitionTime: time(shop.world.now()),
        },
      ]),
  },
  {
    cause: "webhook-blocking",
    as: "a webhook that does not answer stops new pods",
    target: "*",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.world.put(
        ...deployment({
          app: "carts",
          generation: 2,
          available: 1,
          updated: 0,
          total: 1,
          conditions: [
            {
              type: "ReplicaFailure",
              status: "True",
              reason: "FailedCreate",
              message: 'Internal error occurred: failed calling webhook "check.example.org": context deadline exceeded',
              lastTransitionTime: time(shop.world.now()),
            },
          ],
        }),
      ),
  },
  {
    cause: "stuck-terminating",
    as: "a finalizer keeps a claim",
    target: "PersistentVolumeClaim/old",
    withinMs: twoScrapes,
    begin: (shop) =>
      shop.object(
        "PersistentVolumeClaim",
        "old",
        { status: { phase: "Bound" } },
        { finalizers: ["example.org/backup"], deletionTimestamp: time(shop.world.now() - 2 * minute) },
      ),
  },
  {
    cause: "monitoring-blind",
    as: "logs no longer arrive",
    target: "Entity/logs",
    withinMs: minute,
    begin: ({ world }) =>
      world.engine.ingest({ type: "source", at: world.now(), source: "logs", ok: false, detail: "403" }),
  },
];
