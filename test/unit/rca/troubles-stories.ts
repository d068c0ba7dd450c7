import { ns, running, type Shop, waiting } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

const iso = (ms: number) => new Date(ms).toISOString();

const setImage = (shop: Shop, name: string, image: string) =>
  shop.change("Deployment", name, (draft) => {
    draft.spec.template.spec.containers[0].image = image;
  });

/** A rollout whose new image the registry does not hand out, in its words: what runs goes on running. */
function unpulled(name: string, cause: Trouble["cause"], image: string, text: string): Trouble {
  return {
    name,
    cause,
    culprit: `Deployment ${ns}/payment`,
    fix: ["rollback-deployment", `Deployment ${ns}/payment`],
    symptoms: [["Deployment", "payment", "state", "ErrImagePull"]],
    breakIt(shop) {
      setImage(shop, "payment", image);
      const pod = shop.freshPod("payment", waiting("payment", "ErrImagePull", text));
      shop.event("Pod", pod, "Failed", `Failed to pull image "${image}": ${text}`, 3);
    },
  };
}

/** Killed by the liveness probe again and again, and never in service. */
export function neverUp(shop: Shop, workload: string): string {
  const old = shop.pods(workload);
  const status = {
    ...running(workload, false, 3),
    conditions: [
      { type: "PodScheduled", status: "True" },
      { type: "Ready", status: "False", lastTransitionTime: iso(shop.onset - 7_000) },
    ],
  };
  Object.assign(status.containerStatuses[0] ?? {}, {
    lastState: {
      terminated: {
        exitCode: 0,
        reason: "Completed",
        startedAt: iso(shop.onset + 20_000),
        finishedAt: iso(shop.onset + 40_000),
      },
    },
  });
  const pod = shop.freshPod(workload, status);
  for (const name of old) shop.remove("Pod", name);
  const refused = 'Get "http://10.244.0.9:8080/healthz": dial tcp 10.244.0.9:8080: connect: connection refused';
  shop.event("Pod", pod, "Unhealthy", `Liveness probe failed: ${refused}`, 9);
  shop.event("Pod", pod, "Unhealthy", `Readiness probe failed: ${refused}`, 14);
  shop.event("Pod", pod, "Killing", `Container ${workload} failed liveness probe, will be restarted`, 3);
  return pod;
}

export function lateOnAllLinks(shop: Shop): void {
  for (const [workload, peer] of [
    ["frontend", "catalogue"],
    ["frontend", "orders"],
    ["orders", "payment"],
    ["carts", "carts-db"],
  ] as const) {
    shop.series("client_latency_mean_seconds", { workload, peer }, 0.01, 0.9);
    shop.series("latency_mean_seconds", { workload: peer }, 0.008, 0.009);
  }
}

export const slowEverywhere: Trouble["symptoms"] = [
  ["Deployment", "frontend", "metric", "latency"],
  ["Deployment", "catalogue", "metric", "client-latency"],
  ["Deployment", "payment", "metric", "client-latency"],
  ["Deployment", "carts-db", "metric", "client-latency"],
  ["Deployment", "orders", "metric", "latency"],
];

/** Troubles that published failure stories tell of, with what tells them from what they look like. */
export const storyTroubles: readonly Trouble[] = [
  unpulled(
    "a registry gives out no more images for today",
    "rate-limited",
    "docker.io/shop/payment:3.2.0",
    "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/shop/payment/manifests/sha256:de6e: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.",
  ),
  unpulled(
    "a registry does not answer while a rollout needs it",
    "external-dependency",
    "registry.example.net/shop/payment:3.2.0",
    'failed to do request: Head "https://registry.example.net/v2/shop/payment/manifests/3.2.0": dial tcp 203.0.113.9:443: i/o timeout',
  ),
  unpulled(
    "the registry of a new image is misspelt, and no name server knows it",
    "image-not-found",
    "regsitry.example.net/shop/payment:3.2.0",
    'failed to do request: Head "https://regsitry.example.net/v2/shop/payment/manifests/3.2.0": dial tcp: lookup regsitry.example.net on 10.0.0.2:53: no such host',
  ),
  unpulled(
    "the registry that everything runs from is no longer known to the name server while a rollout needs it",
    "external-dependency",
    "localhost:5000/shop/payment:3.2.0",
    'failed to do request: Head "https://localhost:5000/v2/shop/payment/manifests/3.2.0": dial tcp: lookup localhost on 10.0.0.2:53: no such host',
  ),
  {
    name: "a release leaks sockets, and its calls to the database fail for want of them",
    cause: "pool-exhausted",
    culprit: `Deployment ${ns}/carts`,
    fix: ["rollback-deployment", `Deployment ${ns}/carts`],
    symptoms: [
      ["Deployment", "carts"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      setImage(shop, "carts", "localhost:5000/shop/carts:1.7.1");
      const pod = shop.freshPod("carts", running("carts"));
      shop.series("client_error_ratio", { workload: "carts", peer: "carts-db" }, 0, 0.9);
      shop.series("error_ratio", { workload: "carts" }, 0, 0.9);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-db failed: connect EMFILE 10.96.214.247:80 code=EMFILE",
        9,
        pod,
      );
    },
  },
  {
    name: "a policy closes the way out of the namespace, and names no longer resolve",
    cause: "network-policy-blocked",
    culprit: `NetworkPolicy ${ns}/default-deny-egress`,
    fix: ["guide", `NetworkPolicy ${ns}/default-deny-egress`],
    symptoms: [
      ["Deployment", "frontend"],
      ["Deployment", "orders"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "default-deny-egress" },
        spec: { podSelector: {}, policyTypes: ["Egress"] },
      });
      shop.log("frontend", '{"level":"error","msg":"call to catalogue failed: getaddrinfo EAI_AGAIN catalogue"}', 9);
      shop.log("frontend", '{"level":"error","msg":"call to orders failed: getaddrinfo EAI_AGAIN orders"}', 9);
      shop.log(
        "orders",
        "2026-11-20 23:36:55.2 ERROR [orders,1] call to payment failed: getaddrinfo EAI_AGAIN payment",
        9,
      );
    },
  },
  {
    name: "a node has no addresses left for new pods",
    cause: "network-fault",
    culprit: "Node node-1",
    fix: ["guide", "Node node-1"],
    symptoms: [
      ["Deployment", "orders", "state", "workload-unavailable"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      const old = shop.pods("orders");
      const pod = shop.freshPod("orders", waiting("orders", "ContainerCreating"));
      for (const name of old) shop.remove("Pod", name);
      for (const sandbox of ["1f", "2e", "3d"])
        shop.event(
          "Pod",
          pod,
          "FailedCreatePodSandBox",
          `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${sandbox}": plugin type="aws-cni" failed (add): add cmd: failed to assign an IP address to container`,
        );
    },
  },
  {
    name: "what is loaded at the start has grown, and the liveness probe does not wait for it",
    cause: "bad-liveness-probe",
    culprit: `Deployment ${ns}/orders`,
    fix: ["patch-probe", `Deployment ${ns}/orders`],
    symptoms: [
      ["Deployment", "orders", "state", "probe-kill"],
      ["Deployment", "frontend"],
    ],
    breakIt: (shop) => void neverUp(shop, "orders"),
  },
  {
    name: "a Deployment is replaced by one with other labels, and the Service looks for the old ones",
    cause: "selector-mismatch",
    culprit: `Service ${ns}/catalogue`,
    fix: ["patch-selector", `Service ${ns}/catalogue`],
    symptoms: [
      ["Service", "catalogue", "state", "SelectorMatchesNothing"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      const before = shop.observation.objects.get("Deployment", ns, "catalogue");
      const labels = { "app.kubernetes.io/name": "catalogue" };
      shop.create({
        ...structuredClone(before),
        metadata: { name: "catalogue-web", labels },
        spec: {
          ...before?.spec,
          selector: { matchLabels: labels },
          template: { ...before?.spec.template, metadata: { labels } },
        },
      });
      const owned = (kind: string, name: string) => [{ kind, name, uid: `of-${name}`, controller: true }];
      shop.create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: "catalogue-web-1", labels, ownerReferences: owned("Deployment", "catalogue-web") },
        spec: { replicas: 1, selector: { matchLabels: labels }, template: before?.spec.template },
      });
      const [like = ""] = shop.pods("catalogue");
      const { spec } = shop.observation.objects.get("Pod", ns, like) ?? {};
      const metadata = { name: "catalogue-web-1-x", labels, ownerReferences: owned("ReplicaSet", "catalogue-web-1") };
      shop.create({ apiVersion: "v1", kind: "Pod", metadata, spec, status: running("catalogue") });
      for (const pod of shop.pods("catalogue")) shop.remove("Pod", pod);
      shop.remove("Deployment", "catalogue");
      for (const slice of shop.observation.objects.list("EndpointSlice", ns))
        if (slice.metadata.name.startsWith("catalogue-"))
          shop.change("EndpointSlice", slice.metadata.name, (draft) => Object.assign(draft, { endpoints: [] }));
      shop.log("frontend", '{"level":"error","msg":"call to catalogue failed: connect ECONNREFUSED 10.96.1.9:80"}', 9);
    },
  },
  {
    name: "a release asks again without pause, and whom it calls drowns in it",
    cause: "bad-release",
    culprit: `Deployment ${ns}/frontend`,
    fix: ["rollback-deployment", `Deployment ${ns}/frontend`],
    symptoms: [
      ["Deployment", "catalogue", "metric", "latency"],
      ["Deployment", "frontend", "metric", "latency"],
    ],
    breakIt(shop) {
      setImage(shop, "frontend", "localhost:5000/shop/frontend:2.9.1");
      shop.freshPod("frontend", running("frontend"));
      shop.series("requests_per_second", { workload: "frontend" }, 5, 5.2);
      shop.series("client_requests_per_second", { workload: "frontend", peer: "catalogue" }, 3, 15);
      shop.series("requests_per_second", { workload: "catalogue" }, 3, 15);
      shop.series("latency_mean_seconds", { workload: "catalogue" }, 0.01, 0.4);
      shop.series("client_latency_mean_seconds", { workload: "frontend", peer: "catalogue" }, 0.01, 0.4);
    },
  },
  {
    name: "calls are late on every link, and the node is said to be out of room for connections",
    cause: "network-fault",
    culprit: "Node node-1",
    fix: ["guide", "Node node-1"],
    symptoms: slowEverywhere,
    breakIt(shop) {
      lateOnAllLinks(shop);
      shop.event("Node", "node-1", "ConntrackFull", "Conntrack table usage over 90%: 65418 out of 65536", 4);
    },
  },
];
