import { describe, expect, test } from "vitest";
import { hygieneFindings } from "../../../src/detection/hygiene/hygiene-findings.ts";
import { createWorld } from "../../support/detect-objects.ts";
import { deployment, pod, service } from "../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const early = "2026-11-20T11:00:00Z";

const cluster = (kind: string, name: string, rest: object = {}, annotations = {}) => ({
  apiVersion: "v1",
  kind,
  metadata: { name, uid: `${kind}-${name}`, creationTimestamp: early, annotations },
  ...rest,
});
const object = (kind: string, name: string, rest: object = {}, meta: object = {}) => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop", uid: `${kind}-${name}`, creationTimestamp: early, ...meta },
  ...rest,
});
const workload = (kind: string, name: string, pods: object = {}, rest: object = {}) =>
  object(kind, name, {
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "app", image: "a:1" }], ...pods } },
      ...rest,
    },
    status: { replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2 },
  });
const jobTemplate = { spec: { template: { spec: { containers: [{ name: "c", image: "a:1" }] } } } };
const secured = (securityContext: object) => ({ containers: [{ name: "app", image: "a:1", securityContext }] });
const web = [...deployment({ app: "web", replicas: 2 }), pod({ app: "web", at: start - 600_000 })];
const budget = (spec: object, status: object) => object("PodDisruptionBudget", "pdb", { spec, status });
const covers = { matchLabels: { app: "web" } };
const hpa = (name: string, kind = "Deployment") =>
  object("HorizontalPodAutoscaler", "h", {
    spec: {
      scaleTargetRef: { kind, name },
      maxReplicas: 3,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
    },
  });
const asking = (resources: object) => workload("Deployment", "api", { containers: [{ name: "app", resources }] });
const node = (name: string, spec: object = {}) =>
  cluster("Node", name, { spec, status: { conditions: [{ type: "Ready", status: "True" }] } });
const hook = (failurePolicy: string) =>
  cluster("MutatingWebhookConfiguration", "inject", {
    webhooks: [
      { name: "inject.example.io", failurePolicy, clientConfig: { service: { namespace: "shop", name: "gone" } } },
    ],
  });

const table: readonly (readonly [string, readonly object[], readonly string[]])[] = [
  ["a budget that covers nothing", [budget({ selector: { matchLabels: { app: "no" } } }, {})], ["budget-without-pods"]],
  [
    "a budget under which nothing may go though all are healthy",
    [
      ...web,
      budget({ selector: covers, minAvailable: 1 }, { disruptionsAllowed: 0, currentHealthy: 1, expectedPods: 1 }),
    ],
    ["budget-blocks-evictions"],
  ],
  [
    "a budget in percent of pods that nothing scales",
    [
      ...web,
      budget(
        { selector: covers, maxUnavailable: "50%" },
        {
          disruptionsAllowed: 0,
          currentHealthy: 0,
          expectedPods: 0,
          conditions: [
            {
              type: "DisruptionAllowed",
              status: "False",
              reason: "SyncFailed",
              message: "found no controllers for pod",
            },
          ],
        },
      ),
    ],
    ["budget-cannot-count"],
  ],
  [
    "a budget that waits for a pod to be healthy again",
    [
      ...web,
      budget({ selector: covers, minAvailable: 1 }, { disruptionsAllowed: 0, currentHealthy: 1, expectedPods: 2 }),
    ],
    [],
  ],
  [
    "a budget that allows a disruption",
    [
      ...web,
      budget({ selector: covers, maxUnavailable: 1 }, { disruptionsAllowed: 1, currentHealthy: 2, expectedPods: 2 }),
    ],
    [],
  ],
  [
    "a provisioner that is gone",
    [cluster("StorageClass", "old", { provisioner: "kubernetes.io/aws-ebs" })],
    ["storage-class-deprecated"],
  ],
  [
    "a CSI driver, and volumes made by hand",
    [
      cluster("StorageClass", "new", { provisioner: "ebs.csi.aws.com" }),
      cluster("StorageClass", "local", { provisioner: "kubernetes.io/no-provisioner" }),
    ],
    [],
  ],
  [
    "two default storage classes",
    ["a", "b"].map((name) =>
      cluster("StorageClass", name, { provisioner: "csi" }, { "storageclass.kubernetes.io/is-default-class": "true" }),
    ),
    ["storage-class-two-defaults"],
  ],
  [
    "a policy that selects nothing",
    [...web, object("NetworkPolicy", "np", { spec: { podSelector: { matchLabels: { app: "no" } } } })],
    ["network-policy-selects-nothing"],
  ],
  ["a policy that selects a workload", [...web, object("NetworkPolicy", "np", { spec: { podSelector: covers } })], []],
  ["a policy for all pods", [object("NetworkPolicy", "np", { spec: { podSelector: {} } })], []],
  [
    "a class by annotation",
    [object("Ingress", "i", { spec: {} }, { annotations: { "kubernetes.io/ingress.class": "nginx" } })],
    ["ingress-class-annotation"],
  ],
  [
    "no class and no default",
    [cluster("IngressClass", "nginx"), object("Ingress", "i", { spec: {} })],
    ["ingress-without-class"],
  ],
  [
    "no class and a default",
    [
      cluster("IngressClass", "nginx", {}, { "ingressclass.kubernetes.io/is-default-class": "true" }),
      object("Ingress", "i", { spec: {} }),
    ],
    [],
  ],
  [
    "a CronJob suspended for weeks",
    [
      object("CronJob", "c", {
        spec: { schedule: "@daily", suspend: true, jobTemplate },
        status: { lastScheduleTime: "2026-11-01T00:00:00Z" },
      }),
    ],
    ["cron-job-suspended"],
  ],
  [
    "a CronJob suspended yesterday",
    [
      object("CronJob", "c", {
        spec: { schedule: "@daily", suspend: true, jobTemplate },
        status: { lastScheduleTime: "2026-11-19T00:00:00Z" },
      }),
    ],
    [],
  ],
  [
    "a set without its Service",
    [workload("StatefulSet", "db", {}, { serviceName: "db" }), service("other", {})],
    ["stateful-set-without-service"],
  ],
  [
    "a set whose Service is not headless",
    [workload("StatefulSet", "db", {}, { serviceName: "db" }), service("db", {})],
    ["stateful-set-service-not-headless"],
  ],
  [
    "a set with a headless Service",
    [
      workload("StatefulSet", "db", {}, { serviceName: "db" }),
      object("Service", "db", { spec: { clusterIP: "None" } }),
    ],
    [],
  ],
  ["an autoscaler without a target", [...web, hpa("gone")], ["autoscaler-without-target"]],
  ["an autoscaler of a custom resource", [...web, hpa("gone", "Rollout")], []],
  ["an autoscaler by requests that nobody set", [asking({}), hpa("api")], ["autoscaler-without-requests"]],
  [
    "an autoscaler by requests that a sidecar does not set",
    [
      workload("Deployment", "api", {
        containers: [{ name: "app", resources: { requests: { cpu: "1" } } }],
        initContainers: [{ name: "proxy", restartPolicy: "Always" }],
      }),
      hpa("api"),
    ],
    ["autoscaler-without-requests"],
  ],
  [
    "an autoscaler by requests that only what runs before does not set",
    [
      workload("Deployment", "api", {
        containers: [{ name: "app", resources: { requests: { cpu: "1" } } }],
        initContainers: [{ name: "migrate" }],
      }),
      hpa("api"),
    ],
    [],
  ],
  [
    "an autoscaler by requests that are set for the pod as a whole",
    [
      workload("Deployment", "api", { containers: [{ name: "app" }], resources: { requests: { cpu: "1" } } }),
      hpa("api"),
    ],
    [],
  ],
  ["an autoscaler by requests", [asking({ requests: { cpu: "100m" } }), hpa("api")], []],
  ["an autoscaler by limits, which count as requests", [asking({ limits: { cpu: "1" } }), hpa("api")], []],
  [
    "selectors that overlap",
    [workload("Deployment", "a", {}, { selector: { matchLabels: {} } }), workload("Deployment", "b")],
    ["selector-overlaps"],
  ],
  ["selectors that do not", [workload("Deployment", "a"), workload("Deployment", "b")], []],
  ["a privileged container", [workload("Deployment", "a", secured({ privileged: true }))], ["privileged"]],
  [
    "a mighty capability",
    [workload("Deployment", "a", secured({ capabilities: { add: ["CAP_SYS_ADMIN"] } }))],
    ["mighty-capabilities"],
  ],
  [
    "a capability to bind low ports",
    [workload("Deployment", "a", secured({ capabilities: { add: ["NET_BIND_SERVICE"] } }))],
    [],
  ],
  ["root", [workload("Deployment", "a", secured({ runAsUser: 0 }))], ["runs-as-root"]],
  ["another user", [workload("Deployment", "a", secured({ runAsUser: 1_000 }))], []],
  [
    "the node's network and processes",
    [workload("Deployment", "a", { hostNetwork: true, hostPID: true })],
    ["host-namespaces"],
  ],
  ["an agent on every node", [workload("DaemonSet", "a", { hostNetwork: true })], []],
  [
    "a taint nobody tolerates",
    [node("n1", { taints: [{ key: "gpu", effect: "NoSchedule" }] })],
    ["node-taint-untolerated"],
  ],
  [
    "a taint that a workload tolerates",
    [
      node("n1", { taints: [{ key: "gpu", effect: "NoSchedule" }] }),
      workload("Deployment", "a", { tolerations: [{ key: "gpu", operator: "Exists" }] }),
    ],
    [],
  ],
  [
    "the control plane's taint",
    [node("n1", { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] })],
    [],
  ],
  ["a webhook that is never asked", [hook("Ignore"), service("other", {})], ["webhook-never-asked"]],
  [
    "a ConfigMap that does not exist",
    [
      object("ConfigMap", "other"),
      workload("Deployment", "a", { volumes: [{ name: "v", configMap: { name: "gone" } }] }),
    ],
    ["reference-missing"],
  ],
  [
    "a ConfigMap where none is watched",
    [workload("Deployment", "a", { volumes: [{ name: "v", configMap: { name: "gone" } }] })],
    [],
  ],
  [
    "an optional ConfigMap",
    [
      object("ConfigMap", "other"),
      workload("Deployment", "a", { volumes: [{ name: "v", configMap: { name: "gone", optional: true } }] }),
    ],
    [],
  ],
  [
    "a ServiceAccount that does not exist",
    [object("ServiceAccount", "default"), workload("Deployment", "a", { serviceAccountName: "gone" })],
    ["reference-missing"],
  ],
  ["a Gateway, of which nothing is known", [object("Gateway", "g", { spec: {} })], []],
];

describe("what is wrong without being broken", () => {
  test.each(table)("%s", (_title, objects, want) => {
    const world = createWorld({ start });
    world.put(...objects);
    expect(hygieneFindings(world.observation, world.now()).map(({ code }) => code)).toEqual(want);
  });

  test.each(table.filter(([, , want]) => want.length > 0))("%s opens no incident", (_title, objects) => {
    const world = createWorld({ start });
    world.put(...objects);
    world.run(60_000);
    expect(world.engine.incidents()).toEqual([]);
  });

  test("a node that has been cordoned for a day, not one that has been for an hour", () => {
    const world = createWorld({ start, tickMs: 600_000 });
    world.put(node("n1"));
    world.run(600_000);
    world.put(node("n1", { unschedulable: true }));
    const codes = (now: number) => hygieneFindings(world.observation, now).map(({ code }) => code);
    expect(codes(world.now() + 3_600_000)).toEqual([]);
    expect(codes(world.now() + 25 * 3_600_000)).toEqual(["node-cordoned"]);
  });

  test("what belongs to the cluster itself is nobody's to tidy up", () => {
    const world = createWorld({ start });
    const own = workload("Deployment", "a", secured({ privileged: true }));
    world.put({ ...own, metadata: { ...own.metadata, namespace: "kube-system" } });
    expect(hygieneFindings(world.observation, world.now())).toEqual([]);
  });

  test("risks come first, and odd objects are passed over", () => {
    const world = createWorld({ start });
    world.put(
      hook("Ignore"),
      service("other", {}),
      workload("Deployment", "a", secured({ privileged: true })),
      object("HorizontalPodAutoscaler", "odd"),
    );
    const levels = hygieneFindings(world.observation, world.now()).map(({ level }) => level);
    expect(levels).toContain("risk");
    expect(levels).toEqual([...levels].sort());
  });
});
