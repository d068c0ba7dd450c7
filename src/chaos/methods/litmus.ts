import { z } from "zod";
import type { Pod } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import { chaosName } from "../program-pod.ts";
import { type Method, planned, refused, runLabel, selectObjects, shareOf } from "../scope.ts";
import { asWorkload, podsOf } from "../workload.ts";
import { coreGrants, workloadGrants } from "./grants.ts";
import { workloadTarget } from "./target.ts";

const faults = [
  "pod-network-corruption",
  "pod-network-loss",
  "pod-network-latency",
  "pod-cpu-hog",
  "pod-memory-hog",
  "node-drain",
  "pod-delete",
] as const;

const litmusVersion = "litmuschaos.io/v1alpha1";
export const litmusKind = "ChaosEngine";

export const litmusStep = z.strictObject({
  method: z.literal("litmus"),
  fault: z.enum(faults),
  /** For `node-drain` the workload on whose node it is made. */
  target: workloadTarget,
  node: z.string().min(1).optional(),
  container: z.string().min(1).optional(),
  /** Share of packets (corruption, loss), in percent. */
  packetPercentage: z.int().min(1).max(100).default(100),
  latencyMs: z.int().min(1).max(300_000).default(2_000),
  cores: z.int().min(1).max(64).default(1),
  memoryMegabytes: z.int().min(1).max(65_536).default(500),
  /** Account that Litmus's installation guide makes, in the namespace of the target. */
  serviceAccount: z.string().min(1).default("litmus-admin"),
  runtime: z.enum(["containerd", "docker", "crio"]).default("containerd"),
  socketPath: z.string().startsWith("/").default("/run/containerd/containerd.sock"),
});

type Step = z.infer<typeof litmusStep>;

/** What the fault is called for Litmus's runner. https://litmuschaos.github.io/litmus/experiments/categories/contents/ */
function faultEnv(step: Step): Record<string, string> {
  const runtime = { CONTAINER_RUNTIME: step.runtime, SOCKET_PATH: step.socketPath };
  const inside = { ...runtime, ...(step.container ? { TARGET_CONTAINER: step.container } : {}) };
  const percentage = String(step.packetPercentage);
  switch (step.fault) {
    case "pod-network-corruption":
      return { ...inside, NETWORK_INTERFACE: "eth0", NETWORK_PACKET_CORRUPTION_PERCENTAGE: percentage };
    case "pod-network-loss":
      return { ...inside, NETWORK_INTERFACE: "eth0", NETWORK_PACKET_LOSS_PERCENTAGE: percentage };
    case "pod-network-latency":
      return { ...inside, NETWORK_INTERFACE: "eth0", NETWORK_LATENCY: String(step.latencyMs) };
    case "pod-cpu-hog":
      return { ...inside, CPU_CORES: String(step.cores) };
    case "pod-memory-hog":
      return { ...inside, MEMORY_CONSUMPTION: String(step.memoryMegabytes) };
    case "node-drain":
      return { TARGET_NODE: step.node ?? "" };
    case "pod-delete":
      return { CHAOS_INTERVAL: "10", FORCE: "false" };
  }
}

/**
 * Which pods it is made on. By their names: of several labels Litmus 3 takes the pods that have any of them, which may be
 * another workload's. A fault that deletes looks for pods again and again, so that names of its first ones would end it.
 * @returns what speaks against it
 */
function targetEnv(
  fault: Step["fault"],
  labels: readonly string[],
  pods: readonly Pod[],
  percentage: number,
): Readonly<Record<string, string>> | string {
  if (fault === "node-drain") return {};
  if (pods.length === 0) return "has no running pod";
  if (fault !== "pod-delete") return { TARGET_PODS: pods.map(({ metadata }) => metadata.name).join(",") };
  if (labels.length > 1)
    return `selects by ${labels.length} labels, of which Litmus would take each by itself; use the method delete-pods`;
  return { PODS_AFFECTED_PERC: String(Math.max(1, Math.floor(percentage))) };
}

/** Has Litmus make the fault: a ChaosEngine, stopped and deleted afterwards. The ChaosExperiment must be installed. */
export const litmus: Method<Step> = {
  kinds: [...rolloutKinds, "Pod"],
  permissions: [
    ...workloadGrants("litmus").filter(({ verb }) => verb === "list"),
    ...coreGrants("litmus", "pods", ["list"]),
    ...["get", "create", "patch", "delete"].map((verb) => ({
      verb,
      group: "litmuschaos.io",
      resource: "chaosengines",
      why: "litmus",
    })),
  ],
  plan(step, scope, snapshot) {
    const selected = selectObjects(step.target, scope, snapshot);
    if (!selected.ok) return refused(selected.problem);
    const [object, another] = selected.objects;
    const workload = object && asWorkload(object);
    if (!workload || another) return refused("a litmus step is about one workload; name it by target.name");
    if (step.fault === "node-drain" && !step.node) return refused("node-drain needs the node by its name");
    if (step.fault === "node-drain" && scope.maxNodes < 1)
      return refused("it would drain 1 node and blastRadius.maxNodes is 0");
    const labels = Object.entries(workload.spec.selector?.matchLabels ?? {}).map((pair) => pair.join("="));
    const [label] = labels;
    const namespace = workload.metadata.namespace ?? "";
    if (!label) return refused(`${workload.kind} ${workload.metadata.name} selects by no plain label`);
    const pods = shareOf(podsOf(workload, snapshot), scope.percentage, scope.experiment);
    const targets = targetEnv(step.fault, labels, pods, scope.percentage);
    if (typeof targets === "string") return refused(`${workload.kind} ${workload.metadata.name} ${targets}`);
    const name = chaosName(scope, step.fault);
    const env = {
      TOTAL_CHAOS_DURATION: String(Math.ceil(scope.durationMs / 1_000)),
      ...targets,
      ...faultEnv(step),
    };
    const engine = {
      apiVersion: litmusVersion,
      kind: litmusKind,
      metadata: { name, namespace, labels: { [runLabel]: scope.run } },
      spec: {
        engineState: "active",
        appinfo: { appns: namespace, applabel: label, appkind: workload.kind.toLowerCase() },
        chaosServiceAccount: step.serviceAccount,
        jobCleanUpPolicy: "delete",
        experiments: [
          {
            name: step.fault,
            spec: { components: { env: Object.entries(env).map(([key, value]) => ({ name: key, value })) } },
          },
        ],
      },
    };
    return planned([
      {
        type: "create",
        target: { apiVersion: litmusVersion, kind: litmusKind, namespace, name },
        object: engine,
        awaitReady: false,
        what: `${step.fault} by Litmus on ${workload.kind} ${workload.metadata.name}`,
      },
    ]);
  },
};
