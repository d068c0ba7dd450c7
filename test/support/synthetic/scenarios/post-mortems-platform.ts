import type { Recording } from "../../../../src/replay/recording/load-recording.ts";
import { setCondition } from "../controllers.ts";
import { type Any, type Container, type Deployment, type Pod, stamp } from "../kube-types.ts";
import { retimed } from "../log-format.ts";
import type { World } from "../world.ts";
import { deletePodOf } from "./configuration.ts";
import { object, planFor, removed, type Scenario, withTag } from "./scenario.ts";
import { withHpa } from "./traffic.ts";

/** Stories that were published, of the cluster below the services, told again in this shop. The expectation was written first. */

const node = { culprits: ["Node/node-1"], fixes: ["guide Node/node-1", "cordon Node/node-1", "drain Node/node-1"] };

interface NodeObject extends Any {
  spec: Record<string, unknown>;
  status: { conditions: { type: string; status: string; reason?: string; message?: string }[] };
}

/** Says something about the node now and then until it is told to stop. */
function nodeSays(world: World, everyMs: number, reason: string, message: () => string, component: string): () => void {
  let on = true;
  const say = () => {
    const found = world.api.get("Node", "node-1");
    if (on && found) world.api.event(found, "Warning", reason, message(), component);
    return on;
  };
  say();
  world.every(everyMs, say);
  return () => {
    on = false;
  };
}

function memoryPressure(world: World, on: boolean): void {
  world.api.update<NodeObject>("Node", "node-1", (found) => {
    setCondition(found.status.conditions, world.now(), {
      type: "MemoryPressure",
      status: on ? "True" : "False",
      reason: on ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
      message: on ? "kubelet has insufficient memory available" : "kubelet has sufficient memory available",
    });
    found.spec = on
      ? { taints: [{ key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule", timeAdded: stamp(world.now()) }] }
      : {};
  });
}

/** A copy of a Deployment under other labels, which nothing calls. */
export function another(
  world: World,
  of: string,
  name: string,
  edit: (spec: Deployment["spec"], main: Container) => void,
) {
  const found = world.api.get<Deployment>("Deployment", of);
  const main = found && structuredClone(found.spec.template.spec.containers[0]);
  if (!found || !main) return;
  const spec = structuredClone(found.spec);
  spec.selector = { matchLabels: { app: name } };
  spec.template.metadata = { labels: { app: name } };
  spec.template.spec.containers = [{ ...main, name }];
  const [container] = spec.template.spec.containers;
  if (container) edit(spec, container);
  world.api.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, uid: "", generation: 1, labels: { app: name } },
    spec,
    status: {},
  } as never);
}

/** What its containers write after the clock of the node was set bears another time; it arrives when it is written. */
const clockSet =
  (atMs: number, byMs: number) =>
  (recording: Recording): Recording => ({
    ...recording,
    logs: recording.logs.map((line) =>
      line.at >= recording.start + atMs ? { ...line, line: retimed(line.line, line.at + byMs) } : line,
    ),
  });

const claim = (namespace: string): Any =>
  object("v1", "PersistentVolumeClaim", "carts-db-data", {
    metadata: {
      name: "carts-db-data",
      namespace,
      uid: "7c7c7c7c-1111-4222-a333-000000000001",
      resourceVersion: "4003",
      creationTimestamp: "2026-11-20T22:21:00Z",
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "8Gi" } },
      storageClassName: "standard",
      volumeName: "pvc-4587b1dc",
    },
    status: { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "8Gi" } },
  });

export const platformStories: readonly Scenario[] = [
  {
    id: "story-conntrack-table-full",
    story: {
      told: "The kernel's table of connections is full: a part of all new connections is dropped without a word, whoever opens them.",
      source: "Prezi, A Kubernetes crime story (2019); node-problem-detector, network-problem-monitor",
    },
    shop: "sock-shop",
    script: (() => {
      let quiet = () => {};
      return {
        inject(world: World) {
          quiet = nodeSays(
            world,
            30_000,
            "ConntrackFull",
            () => "Conntrack table usage over 90%: 65418 out of 65536",
            "network-custom-plugin-monitor",
          );
          world.switches.link = () => (world.api.random() < 0.35 ? { error: "timeout", code: "ETIMEDOUT" } : undefined);
        },
        fix(world: World) {
          quiet();
          world.switches.link = () => undefined;
        },
      };
    })(),
    expect: [{ causes: ["network-fault"], ...node }],
  },
  {
    id: "story-webhook-certificate-expired",
    story: {
      told: "The certificate of an admission webhook runs out; from then on no pod can be created, and nobody notices before the next one has to be.",
      source:
        "Jetstack, How a simple admission webhook lead to a cluster outage (2019); percona-xtradb-cluster-operator#2548",
    },
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.refuse = () =>
          'Internal error occurred: failed calling webhook "sidecar-injector.mesh.example.com": failed to call webhook: Post "https://injector.mesh-system.svc:443/inject?timeout=10s": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-21T00:00:03Z is after 2026-11-20T23:59:59Z';
        world.api.sim.after(8_000, () => deletePodOf("orders")(world));
      },
      fix(world) {
        world.switches.refuse = () => undefined;
      },
    },
    expect: [
      {
        causes: ["webhook-blocking", "certificate-expired"],
        culprits: [
          "ValidatingWebhookConfiguration/sidecar-injector.mesh.example.com",
          "MutatingWebhookConfiguration/sidecar-injector.mesh.example.com",
        ],
        fixes: [
          "guide ValidatingWebhookConfiguration/sidecar-injector.mesh.example.com",
          "guide MutatingWebhookConfiguration/sidecar-injector.mesh.example.com",
        ],
      },
    ],
  },
  {
    id: "story-no-addresses-left",
    story: {
      told: "The node's range of pod addresses is used up: what runs goes on, what is created gets no network.",
      source: "aws/amazon-vpc-cni-k8s#547",
    },
    shop: "sock-shop",
    script: {
      inject(world) {
        world.switches.hold = () => ({
          reason: "FailedCreatePodSandBox",
          message: `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${world.api.hex(64)}": plugin type="ptp" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.244.0.1-10.244.0.254`,
        });
        world.api.sim.after(4_000, () => deletePodOf("orders")(world));
        world.api.sim.after(20_000, () => world.restart("catalogue"));
      },
      fix(world) {
        world.switches.hold = () => undefined;
      },
    },
    // The vocabulary has no code for addresses: the node's network is the nearest, its resources the next.
    expect: [{ causes: ["network-fault", "node-pressure"], ...node, mayDoubt: true }],
  },
  {
    id: "story-registry-limits-pulls",
    story: {
      told: "A rollout needs an image that the node has not got, and the registry has given out its share for today.",
      source: "Docker Hub usage limits (2020); docker/hub-feedback#2429",
    },
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "payment", (usual, _pod, container) =>
          container.image.startsWith("docker.io/")
            ? {
                ...usual,
                pullError: `failed to pull and unpack image "${container.image}": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/shop/payment/manifests/sha256:de6e081a4e9c: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit`,
              }
            : undefined,
        );
        world.deploy("payment", (_spec, container) => {
          container.image = withTag(container.image.replace("localhost:5000/", "docker.io/"), "3.2.0");
        });
      },
      fix: (world) => world.undo("payment"),
    },
    expect: [
      {
        causes: ["rate-limited", "image-pull-denied"],
        culprits: ["Deployment/payment"],
        fixes: ["rollback-deployment Deployment/payment", "guide Deployment/payment"],
      },
    ],
  },
  {
    id: "story-preempted-by-higher-priority",
    story: {
      told: "A new workload of high priority is rolled out; the scheduler makes room for it by taking away pods that serve.",
      source: "Grafana Labs, How a production outage was caused using Kubernetes pod priorities (2019)",
    },
    shop: "meadow",
    script: {
      inject(world) {
        const there = () => world.api.get<Deployment>("Deployment", "ingester")?.spec.replicas ?? 0;
        world.switches.unschedulable = (pod) =>
          pod.metadata.labels?.["app"] === "orders" && there() > 0 ? "1 Insufficient cpu" : undefined;
        another(world, "catalogue", "ingester", (spec, container) => {
          spec.replicas = 1;
          container.image = withTag(container.image, "0.1.0");
          container.resources = { requests: { cpu: "1500m", memory: "1Gi" }, limits: { memory: "1Gi" } };
          Object.assign(spec.template.spec, { priorityClassName: "critical", priority: 1_000_000 });
        });
        world.api.sim.after(300, () => {
          const victim = world.pods("orders")[0];
          const winner = world.pods("ingester")[0];
          if (!victim || !winner) return;
          world.api.event(
            victim,
            "Normal",
            "Preempted",
            `Preempted by pod ${winner.metadata.uid} on node node-1`,
            "default-scheduler",
          );
          world.api.update<Pod>("Pod", victim.metadata.name, (found) =>
            setCondition(found.status.conditions ?? [], world.now(), {
              type: "DisruptionTarget",
              status: "True",
              reason: "PreemptionByScheduler",
              message: "default-scheduler: preempting to accommodate a higher priority pod",
            }),
          );
          deletePodOf("orders")(world);
        });
      },
      fix: (world) =>
        world.deploy("ingester", (spec) => {
          spec.replicas = 0;
        }),
    },
    expect: [
      {
        causes: ["unschedulable"],
        culprits: ["Deployment/ingester", "Deployment/orders"],
        fixes: [
          "scale Deployment/ingester",
          "rollback-deployment Deployment/ingester",
          "guide Deployment/ingester",
          "guide Deployment/orders",
          "patch-resources Deployment/orders",
        ],
      },
    ],
  },
  {
    id: "story-autoscaler-without-metrics",
    story: {
      told: "The metrics API goes away with an upgrade; the autoscaler keeps the number of pods that it has.",
      source: "Zalando, Running Kubernetes in production: a million ways to crash your cluster (2018)",
    },
    shop: "sock-shop",
    script: {
      ...withHpa,
      inject(world) {
        const text =
          "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)";
        const fail = () => {
          const hpa = world.api.get<Any & { status: { conditions: never[] } }>("HorizontalPodAutoscaler", "frontend");
          if (!hpa || world.switches.load(0) !== 1.01) return false;
          const by = "horizontal-pod-autoscaler";
          world.api.event(hpa, "Warning", "FailedGetResourceMetric", `failed to get cpu utilization: ${text}`, by);
          world.api.event(
            hpa,
            "Warning",
            "FailedComputeMetricsReplicas",
            `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: ${text}`,
            by,
          );
          return true;
        };
        world.switches.load = () => 1.01;
        world.api.update<Any & { status: { conditions: never[] } }>("HorizontalPodAutoscaler", "frontend", (hpa) =>
          setCondition(hpa.status.conditions, world.now(), {
            type: "ScalingActive",
            status: "False",
            reason: "FailedGetResourceMetric",
            message: `the HPA was unable to compute the replica count: failed to get cpu utilization: ${text}`,
          }),
        );
        fail();
        world.every(15_000, fail);
      },
      fix(world) {
        world.switches.load = () => 1;
        world.api.update<Any & { status: { conditions: never[] } }>("HorizontalPodAutoscaler", "frontend", (hpa) =>
          setCondition(hpa.status.conditions, world.now(), {
            type: "ScalingActive",
            status: "True",
            reason: "ValidMetricFound",
            message: "the HPA was able to successfully calculate a replica count from cpu resource utilization",
          }),
        );
      },
    },
    expect: [
      {
        causes: ["hpa-broken"],
        culprits: ["HorizontalPodAutoscaler/frontend"],
        fixes: ["guide HorizontalPodAutoscaler/frontend", "patch-hpa HorizontalPodAutoscaler/frontend"],
      },
    ],
  },
  {
    id: "story-neighbour-takes-the-memory",
    story: {
      told: "Something without limits on the same node grows until the kubelet evicts pods that did nothing wrong.",
      source: "Blue Matador, Post mortem: Kubernetes node OOM (2019)",
    },
    shop: "sock-shop",
    script: {
      inject(world) {
        const since = world.now();
        world.switches.bend = (name, { app, pod }, value, now) =>
          app === "" && pod === "" && /^container_memory_(working_set_bytes|rss)$/.test(name)
            ? Math.min(24.9e9, value + (22e9 * (now - since)) / 40_000)
            : value;
        world.switches.unschedulable = () =>
          world.api.get<NodeObject>("Node", "node-1")?.spec["taints"]
            ? "1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }"
            : undefined;
        world.api.sim.after(42_000, () => memoryPressure(world, true));
        for (const [i, app] of ["payment", "catalogue"].entries())
          world.api.sim.after(45_000 + i * 9_000, () => {
            const pod = world.pods(app)[0];
            if (pod)
              world.kubelet.evict(
                pod.metadata.name,
                `The node was low on resource: memory. Threshold quantity: 100Mi, available: 71Mi. Container ${app} was using 70Mi, request is 64Mi, has larger consumption of memory. `,
              );
          });
      },
      fix(world) {
        world.switches.bend = (_name, _about, value) => value;
        memoryPressure(world, false);
      },
    },
    expect: [{ causes: ["node-pressure"], ...node }],
  },
  {
    id: "story-default-deny-egress",
    story: {
      told: "A policy that denies all outgoing traffic is rolled out to the namespace; names no longer resolve, for DNS goes out as well.",
      source: "ahmetb/kubernetes-network-policy-recipes, deny egress traffic from an application",
    },
    shop: "meadow",
    script: {
      inject(world) {
        world.api.create(
          object("networking.k8s.io/v1", "NetworkPolicy", "default-deny-egress", {
            metadata: { name: "default-deny-egress", namespace: world.api.namespace, uid: "" },
            spec: { podSelector: {}, policyTypes: ["Egress"] },
          }),
        );
        world.switches.link = (_from, to) => ({ error: `getaddrinfo EAI_AGAIN ${to}`, code: "EAI_AGAIN" });
      },
      fix(world) {
        world.api.remove("NetworkPolicy", "default-deny-egress");
        world.switches.link = () => undefined;
      },
    },
    expect: [
      {
        causes: ["network-policy-blocked"],
        culprits: ["NetworkPolicy/default-deny-egress"],
        fixes: ["guide NetworkPolicy/default-deny-egress", "free-patch NetworkPolicy/default-deny-egress"],
      },
    ],
  },
  {
    id: "story-labels-renamed-service-not",
    story: {
      told: "A chart moves to the recommended labels: the new Deployment's pods are healthy, and the Service goes on looking for the old label.",
      source: "Helm, best practices for labels; the immutable-selector upgrades that follow from it",
    },
    shop: "sock-shop",
    script: (() => {
      let label = (_service: Any) => {};
      return {
        inject(world: World) {
          another(world, "catalogue", "catalogue-web", (spec, container) => {
            const labels = { "app.kubernetes.io/name": "catalogue", "app.kubernetes.io/component": "web" };
            spec.selector = { matchLabels: labels };
            spec.template.metadata = {
              labels,
              annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8080" },
            };
            container.name = "catalogue";
          });
          for (const rs of world.api.list<Any>("ReplicaSet"))
            if (rs.metadata.name.startsWith("catalogue-") && rs.metadata.labels?.["app"] === "catalogue")
              world.api.remove("ReplicaSet", rs.metadata.name);
          removed(world, "Deployment", "catalogue");
          for (const pod of world.pods("catalogue"))
            world.api.update("Pod", pod.metadata.name, (found) => {
              found.metadata.deletionTimestamp = stamp(world.now() + 5_000);
            });
          label = (service) => {
            service.spec = {
              ...(service.spec as object),
              selector: { "app.kubernetes.io/name": "catalogue", "app.kubernetes.io/component": "web" },
            };
          };
        },
        fix: (world: World) => world.api.update<Any>("Service", "catalogue", (found) => label(found)),
      };
    })(),
    expect: [
      { causes: ["selector-mismatch"], culprits: ["Service/catalogue"], fixes: ["patch-selector Service/catalogue"] },
    ],
  },
  {
    id: "story-volume-attached-elsewhere",
    story: {
      told: "A database's pod is replaced; its disk is still attached to where the old one ran, and the new one waits.",
      source: "longhorn/longhorn#1985; Azure/AKS#1919",
    },
    shop: "meadow",
    script: {
      arrange(objects, base) {
        objects.push(claim(base.namespace));
        for (const item of objects) {
          if (!item.metadata.name.startsWith("carts-db-") && item.metadata.name !== "carts-db") continue;
          const spec = item.spec as Pod["spec"] & { template?: { spec: Pod["spec"] } };
          const at =
            item.kind === "Pod" ? spec : /^(Deployment|ReplicaSet)$/.test(item.kind) ? spec.template?.spec : undefined;
          if (at) at.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "carts-db-data" } }];
        }
      },
      inject(world) {
        world.switches.hold = (pod) =>
          pod.spec.volumes?.some((volume) => "persistentVolumeClaim" in volume)
            ? {
                reason: "FailedAttachVolume",
                message:
                  'Multi-Attach error for volume "pvc-4587b1dc" Volume is already exclusively attached to one node and can\'t be attached to another',
              }
            : undefined;
        deletePodOf("carts-db")(world);
      },
      fix(world) {
        world.switches.hold = () => undefined;
      },
    },
    expect: [
      {
        causes: ["volume-pending"],
        culprits: ["PersistentVolumeClaim/carts-db-data", "Deployment/carts-db"],
        fixes: [
          "guide PersistentVolumeClaim/carts-db-data",
          "guide Deployment/carts-db",
          "delete-pod *",
          "free-patch PersistentVolumeClaim/carts-db-data",
        ],
      },
    ],
  },
  {
    id: "story-clock-steps-back",
    story: {
      told: "The node's clock is set back by more than a minute; certificates that were issued a moment ago are not valid yet.",
      source: "kubernetes/kubectl#1307",
    },
    shop: "sock-shop",
    script: {
      inject(world) {
        world.switches.link = (from, to, now) =>
          from === "orders" && to === "payment"
            ? {
                error: `tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${stamp(now - 70_000)} is before ${stamp(now - 20_000)}`,
                code: "CERT_NOT_YET_VALID",
              }
            : undefined;
      },
      fix(world) {
        world.switches.link = () => undefined;
      },
    },
    after: (recording) => clockSet(330_000, -70_000)(recording),
    expect: [
      {
        causes: ["certificate-expired"],
        culprits: ["Deployment/payment", "Deployment/orders", "Secret/*", "Node/node-1"],
        fixes: ["guide *"],
      },
    ],
  },
];
