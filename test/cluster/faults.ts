import type { ActionCode } from "../../src/incident/action-code.ts";
import type { CauseCode } from "../../src/incident/cause.ts";
import type { Manifest, Named } from "./cluster-api.ts";

/** What is done to the shop; whatever it is, the suite puts the object back as it was. */
export type Breaking = { readonly patch: Named; readonly body: object } | { readonly create: Manifest };

export interface Fault {
  readonly name: string;
  readonly seenIn: "state" | "metrics" | "logs";
  /** More than one where the evidence fits both. */
  readonly causes: readonly CauseCode[];
  readonly culprit: { readonly kind: string; readonly name: string };
  /** Actions that repair it. */
  readonly fixes: readonly ActionCode[];
  readonly breaking: (namespace: string) => readonly Breaking[];
}

const deployment = (namespace: string, name: string): Named => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace,
  name,
});
const service = (namespace: string, name: string): Named => ({ apiVersion: "v1", kind: "Service", namespace, name });
const inPod = (spec: object, annotations: object = {}) => ({
  spec: { template: { metadata: { annotations }, spec } },
});
const container = (name: string, more: object) => inPod({ containers: [{ name, ...more }] });
const setEnv = (name: string, env: Readonly<Record<string, string>>) =>
  container(name, { env: Object.entries(env).map(([key, value]) => ({ name: key, value })) });
const workload = (name: string) => ({ kind: "Deployment", name });

/** One deployment of the shop gets another pod template: most of what goes wrong in a cluster is a change like that. */
function rollout(
  name: string,
  seenIn: Fault["seenIn"],
  target: string,
  body: object,
  expected: { causes: readonly CauseCode[]; fixes: readonly ActionCode[] },
): Fault {
  return {
    name,
    seenIn,
    culprit: workload(target),
    ...expected,
    breaking: (namespace) => [{ patch: deployment(namespace, target), body }],
  };
}

/** Everything that can be broken with the rights to one namespace, and mended again. */
export const faults: readonly Fault[] = [
  rollout(
    "an image that does not exist",
    "state",
    "catalogue",
    container("catalogue", { image: "registry.k8s.io/pause:there-is-no-such-tag" }),
    {
      causes: ["image-not-found"],
      fixes: ["rollback-deployment", "set-image"],
    },
  ),
  rollout(
    "a memory limit below what the program needs",
    "state",
    "carts",
    container("carts", { resources: { requests: { memory: "24Mi" }, limits: { memory: "24Mi" } } }),
    {
      causes: ["memory-limit-too-low"],
      fixes: ["patch-resources", "rollback-deployment"],
    },
  ),
  rollout(
    "a variable that the program needs is gone",
    "logs",
    "carts",
    container("carts", { env: [{ $patch: "delete", name: "CARTS_DB_URL" }] }),
    {
      causes: ["missing-env"],
      fixes: ["rollback-deployment", "set-env"],
    },
  ),
  rollout(
    "a reference to a ConfigMap that is not there",
    "state",
    "payment",
    container("payment", { envFrom: [{ configMapRef: { name: "payment-settings" } }] }),
    {
      causes: ["missing-config"],
      fixes: ["rollback-deployment"],
    },
  ),
  rollout(
    "a value that the program refuses",
    "logs",
    "orders",
    setEnv("orders", { SHOP_CALL_TIMEOUT_MS: "three seconds" }),
    {
      causes: ["bad-config"],
      fixes: ["rollback-deployment", "set-env"],
    },
  ),
  rollout(
    "an address of a service that is not there",
    "logs",
    "front-end",
    setEnv("front-end", { CARTS_URL: "http://cartz" }),
    {
      causes: ["bad-upstream-url"],
      fixes: ["rollback-deployment", "set-env"],
    },
  ),
  rollout("a command that is not there", "state", "payment", container("payment", { command: ["/app/shop/payment"] }), {
    causes: ["bad-command"],
    fixes: ["rollback-deployment"],
  }),
  rollout(
    "an init container that fails",
    "state",
    "orders",
    inPod({
      initContainers: [
        {
          name: "migrate",
          image: "kubemend",
          command: ["node", "-e", "console.error('migration 7 failed: no such column'); process.exit(1)"],
        },
      ],
    }),
    {
      causes: ["init-failure"],
      fixes: ["rollback-deployment"],
    },
  ),
  rollout(
    "a liveness probe at a path that is not there",
    "state",
    "catalogue",
    container("catalogue", { livenessProbe: { httpGet: { path: "/alive" }, periodSeconds: 3, failureThreshold: 2 } }),
    {
      causes: ["bad-liveness-probe"],
      fixes: ["patch-probe", "rollback-deployment"],
    },
  ),
  rollout(
    "a readiness probe at a port that nobody listens on",
    "state",
    "payment",
    container("payment", { readinessProbe: { httpGet: { path: "/readyz", port: 9999 } } }),
    {
      causes: ["bad-readiness-probe"],
      fixes: ["patch-probe", "rollback-deployment"],
    },
  ),
  rollout(
    "requests that no node can satisfy",
    "state",
    "orders",
    container("orders", { resources: { requests: { cpu: "4000" }, limits: { cpu: "4000" } } }),
    {
      causes: ["unschedulable"],
      fixes: ["patch-resources", "rollback-deployment"],
    },
  ),
  {
    name: "a quota that forbids new pods",
    seenIn: "state",
    causes: ["quota-exceeded"],
    culprit: { kind: "ResourceQuota", name: "squeezed" },
    fixes: ["patch-quota"],
    breaking: (namespace) => [
      {
        create: {
          apiVersion: "v1",
          kind: "ResourceQuota",
          metadata: { name: "squeezed", namespace },
          spec: { hard: { pods: "1" } },
        },
      },
      // The old pods stay; a new one is refused.
      { patch: deployment(namespace, "payment"), body: inPod({}, { "example.com/turn": "2" }) },
    ],
  },
  {
    name: "a selector that finds no pod",
    seenIn: "state",
    causes: ["selector-mismatch"],
    culprit: { kind: "Service", name: "payment" },
    fixes: ["patch-selector"],
    breaking: (namespace) => [
      { patch: service(namespace, "payment"), body: { spec: { selector: { app: "paymentz" } } } },
    ],
  },
  {
    name: "a target port that nobody listens on",
    seenIn: "logs",
    causes: ["service-port-mismatch"],
    culprit: { kind: "Service", name: "catalogue" },
    fixes: ["patch-service-port"],
    breaking: (namespace) => [
      {
        patch: service(namespace, "catalogue"),
        body: [{ op: "replace", path: "/spec/ports/0/targetPort", value: 9999 }],
      },
    ],
  },
  {
    name: "a dependency that was scaled to nothing",
    seenIn: "metrics",
    causes: ["dependency-down"],
    culprit: workload("payment"),
    fixes: ["scale"],
    breaking: (namespace) => [{ patch: deployment(namespace, "payment"), body: { spec: { replicas: 0 } } }],
  },
  rollout(
    "a release that fails four requests of ten",
    "metrics",
    "catalogue",
    setEnv("catalogue", { SHOP_VERSION: "2.0.0", SHOP_ERROR_SHARE: "0.4" }),
    {
      causes: ["bad-release"],
      fixes: ["rollback-deployment"],
    },
  ),
  rollout(
    "a release that answers slowly",
    "metrics",
    "payment",
    setEnv("payment", { SHOP_VERSION: "2.0.0", SHOP_DELAY_MS: "1500" }),
    {
      causes: ["slow-dependency", "bad-release"],
      fixes: ["rollback-deployment", "set-env"],
    },
  ),
  rollout(
    "a release that keeps what it should let go",
    "metrics",
    "orders",
    setEnv("orders", { SHOP_VERSION: "2.0.0", SHOP_LEAK_KB: "2048" }),
    {
      causes: ["memory-leak", "bad-release"],
      fixes: ["rollback-deployment", "restart", "set-env"],
    },
  ),
  rollout(
    "a CPU limit below the load",
    "metrics",
    "front-end",
    container("front-end", { resources: { requests: { cpu: "15m" }, limits: { cpu: "15m" } } }),
    {
      causes: ["cpu-throttling"],
      fixes: ["patch-resources", "rollback-deployment"],
    },
  ),
  {
    // It fails until it is run anew: what a job meets is often over when somebody looks.
    name: "a job that failed for a reason that is gone",
    seenIn: "state",
    causes: ["job-failing", "bad-command", "bad-config", "missing-config"],
    culprit: { kind: "Job", name: "reindex" },
    fixes: ["rerun-job", "delete-job"],
    breaking: (namespace) => [
      {
        create: {
          apiVersion: "batch/v1",
          kind: "Job",
          metadata: { name: "reindex", namespace },
          spec: {
            backoffLimit: 2,
            template: {
              spec: {
                restartPolicy: "Never",
                automountServiceAccountToken: false,
                securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
                containers: [
                  {
                    name: "reindex",
                    image: "kubemend",
                    command: [
                      "node",
                      "-e",
                      "if (!os.hostname().includes('rerun')) { console.error('Error: index 12 is locked by another writer'); process.exit(1) }",
                    ],
                    securityContext: {
                      allowPrivilegeEscalation: false,
                      readOnlyRootFilesystem: true,
                      capabilities: { drop: ["ALL"] },
                    },
                  },
                ],
              },
            },
          },
        },
      },
    ],
  },
];

/** Causes that the suite leaves out, each with what it would take. */
export const notInjected: Readonly<Partial<Record<CauseCode, string>>> = {
  "cpu-saturation": "would load the nodes of a cluster that others use",
  "image-pull-denied": "needs a registry that asks for a password",
  "node-unschedulable": "would cordon a node of a cluster that others use",
  "node-down": "would stop a node",
  "node-pressure": "would fill a node",
  "pool-exhausted": "comes and goes with the load; in the recordings and the synthetic scenarios",
  "rate-limited": "the shop has no client with a limit",
  "permission-denied": "the shop asks the API for nothing",
  "certificate-expired": "the shop speaks plain HTTP",
  "dns-failure": "would stop the DNS of the cluster",
  "network-fault": "needs privileges on a node; kubemend chaos has it through Litmus or Chaos Mesh",
  "network-policy-blocked": "only where the network plugin enforces policies, which the API does not tell",
  "ephemeral-storage": "would fill a node's disk",
  "volume-full": "needs a volume to fill; the shop keeps nothing",
  "volume-pending": "depends on the storage classes of the cluster",
  "hpa-maxed": "needs a metrics-server",
  "hpa-broken": "needs a cluster without a metrics-server",
  "webhook-blocking": "would concern the whole cluster",
  "stuck-terminating": "in the catalogue's part (remove-finalizer)",
  "load-spike": "what a spike is depends on the machine; kubemend chaos has it",
  "external-dependency": "the shop calls nothing outside",
  "monitoring-blind": "would take the reader's rights away while it is measured",
  "application-degraded": "the sample patient-app has it",
  unknown: "is no fault",
};
