import { crashed, ns } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

/** Of services, what they call and what lies between. */
export const servicesTroubles: readonly Trouble[] = [
  {
    name: "a database crashes by itself, nothing was changed",
    cause: "dependency-down",
    culprit: `Deployment ${ns}/carts-db`,
    fix: ["restart", `Deployment ${ns}/carts-db`],
    symptoms: [
      ["Deployment", "carts-db", "state", "CrashLoopBackOff"],
      ["Deployment", "carts"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      const live = structuredClone(shop.observation.objects.get("Pod", ns, shop.pods("carts-db")[0] ?? "")) as {
        status: object;
      };
      live.status = crashed("carts-db", 3, shop.onset + 20_000);
      shop.observation.objects.apply("MODIFIED", live as never, shop.onset + 20_000);
      shop.log("carts-db", "2026-11-20T23:36:55Z [1] PANIC: checksum mismatch in segment 7", 3);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-db failed: connect ECONNREFUSED 10.96.67.60:80",
        9,
      );
    },
  },
  {
    name: "a Service leads to a port where nothing listens",
    cause: "service-port-mismatch",
    culprit: `Service ${ns}/payment`,
    fix: ["patch-service-port", `Service ${ns}/payment`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.change("Service", "payment", (draft) => {
        draft.spec.ports[0].targetPort = 8081;
      });
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: connect ECONNREFUSED 10.96.202.7:80",
        8,
      );
    },
  },
  {
    name: "a dependency is deleted",
    cause: "dependency-down",
    culprit: `Deployment ${ns}/carts-db`,
    fix: ["guide", `Deployment ${ns}/carts-db`],
    symptoms: [
      ["Deployment", "carts"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.dropPods("carts-db");
      shop.remove("Deployment", "carts-db");
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-db failed: connect ECONNREFUSED 10.96.67.60:80",
        9,
      );
    },
  },
  {
    name: "a Service is deleted",
    cause: "dependency-down",
    culprit: `Service ${ns}/carts`,
    fix: ["guide", `Service ${ns}/carts`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.remove("Service", "carts");
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to carts failed: getaddrinfo ENOTFOUND carts",
        9,
      );
    },
  },
  {
    name: "one pod of several answers with errors by itself",
    cause: "application-degraded",
    culprit: `Deployment ${ns}/catalogue`,
    fix: ["delete-pod", `Pod ${ns}/catalogue-8ddb888b7-zpxbm`],
    symptoms: [
      ["Deployment", "catalogue"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      const [sick = "", well = ""] = shop.pods("catalogue");
      shop.series("pod_error_ratio", { workload: "catalogue", pod: sick }, 0, 0.9);
      shop.series("pod_error_ratio", { workload: "catalogue", pod: well }, 0, 0);
      shop.series("error_ratio", { workload: "catalogue" }, 0, 0.45);
      shop.log("catalogue", 'ts=x level=error msg="index corrupt, cannot serve" segment=3', 9, sick);
    },
  },
  {
    name: "a certificate has expired",
    cause: "certificate-expired",
    culprit: `Deployment ${ns}/orders`,
    fix: ["guide", `Deployment ${ns}/orders`],
    symptoms: [["Deployment", "orders"]],
    breakIt: (shop) =>
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to ledger failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
        9,
      ),
  },
  {
    name: "names of services that exist no longer resolve",
    cause: "dns-failure",
    culprit: "Deployment kube-system/coredns",
    fix: ["restart", "Deployment kube-system/coredns"],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
      ["Deployment", "carts"],
    ],
    breakIt(shop) {
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to carts failed: getaddrinfo EAI_AGAIN carts",
        9,
      );
      shop.log("frontend", '{"level":"error","msg":"call to catalogue failed: getaddrinfo EAI_AGAIN catalogue"}', 9);
      shop.log(
        "carts",
        "2026-11-20 23:36:55.200 ERROR [carts,1] call to carts-db failed: getaddrinfo EAI_AGAIN carts-db",
        9,
      );
    },
  },
  {
    name: "a network policy stands between two workloads",
    cause: "network-policy-blocked",
    culprit: `NetworkPolicy ${ns}/deny-payment`,
    fix: ["guide", `NetworkPolicy ${ns}/deny-payment`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.create({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "deny-payment" },
        spec: { podSelector: { matchLabels: { app: "payment" } }, policyTypes: ["Ingress"] },
      });
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: timeout of 2000ms exceeded code=ETIMEDOUT",
        9,
      );
    },
  },
  {
    name: "the policy that let callers through to a closed workload is deleted",
    cause: "network-policy-blocked",
    culprit: `NetworkPolicy ${ns}/allow-payment`,
    fix: ["guide", `NetworkPolicy ${ns}/allow-payment`],
    symptoms: [
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      const before = shop.onset - 3 * 3_600_000;
      const policy = (name: string, spec: object) => ({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name },
        spec: { policyTypes: ["Ingress"], ...spec },
      });
      shop.create(policy("default-deny", { podSelector: {} }), before);
      const from = [{ podSelector: { matchLabels: { app: "orders" } } }];
      const allowed = policy("allow-payment", {
        podSelector: { matchLabels: { app: "payment" } },
        ingress: [{ from }],
      });
      shop.create(allowed, before);
      shop.remove("NetworkPolicy", "allow-payment");
      shop.log(
        "orders",
        "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: timeout of 2000ms exceeded code=ETIMEDOUT",
        9,
      );
    },
  },
  {
    name: "a service on the internet fails",
    cause: "external-dependency",
    culprit: `Deployment ${ns}/payment`,
    fix: ["guide", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment"],
      ["Deployment", "orders"],
      ["Deployment", "frontend"],
    ],
    breakIt(shop) {
      shop.series("error_ratio", { workload: "payment" }, 0, 0.6);
      shop.log(
        "payment",
        'ts=x level=error msg="request to https://api.acquirer.example.com/v2/auth failed: connect ETIMEDOUT"',
        9,
      );
      shop.log("orders", "2026-11-20 23:36:55.200 ERROR [orders,1] call to payment failed: HTTP 502", 9);
    },
  },
  {
    name: "a client asks more often than it may",
    cause: "rate-limited",
    culprit: `Deployment ${ns}/payment`,
    fix: ["guide", `Deployment ${ns}/payment`],
    symptoms: [
      ["Deployment", "payment"],
      ["Deployment", "orders"],
    ],
    breakIt: (shop) => shop.log("payment", 'ts=x level=error msg="acquirer refused: HTTP 429 too many requests"', 9),
  },
  {
    name: "a database without metrics gets slow, its callers' clients say so",
    cause: "slow-dependency",
    culprit: `Deployment ${ns}/carts-db`,
    fix: ["restart", `Deployment ${ns}/carts-db`],
    symptoms: [
      ["Deployment", "carts", "metric", "latency"],
      ["Deployment", "frontend", "metric", "latency"],
    ],
    breakIt(shop) {
      shop.series("client_requests_per_second", { workload: "carts", peer: "carts-db" }, 3, 3);
      shop.series("client_latency_mean_seconds", { workload: "carts", peer: "carts-db" }, 0.004, 0.9);
      shop.series("latency_mean_seconds", { workload: "carts" }, 0.006, 0.92);
      shop.series("client_requests_per_second", { workload: "frontend", peer: "carts" }, 3, 3);
      shop.series("client_latency_mean_seconds", { workload: "frontend", peer: "carts" }, 0.008, 0.93);
      shop.series("latency_mean_seconds", { workload: "frontend" }, 0.02, 0.5);
    },
  },
];
