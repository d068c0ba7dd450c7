import { z } from "zod";
import { rolloutKinds } from "../../cluster/workload.ts";
import { chaosName } from "../program-pod.ts";
import { type Method, planned, refused, runLabel, selectObjects, shareOf } from "../scope.ts";
import { timeSpan } from "../time-span.ts";
import { asWorkload, podsOf } from "../workload.ts";
import { coreGrants, workloadGrants } from "./grants.ts";
import { quantity, workloadTarget } from "./target.ts";

const chaosMeshVersion = "chaos-mesh.org/v1alpha1";
export const chaosMeshKinds = ["NetworkChaos", "StressChaos", "PodChaos"] as const;

const percent = z.number().gt(0).max(100);

/** Exactly one of the faults. https://chaos-mesh.org/docs/simulate-network-chaos-on-kubernetes/ and its neighbours. */
const faultSchema = z.union(
  [
    z.strictObject({ network: z.strictObject({ delay: timeSpan(1_000, 300_000) }) }),
    z.strictObject({ network: z.strictObject({ lossPercentage: percent }) }),
    z.strictObject({ network: z.strictObject({ corruptPercentage: percent }) }),
    z.strictObject({
      cpu: z.strictObject({ workers: z.int().min(1).max(64), load: z.int().min(1).max(100).default(100) }),
    }),
    z.strictObject({ memory: z.strictObject({ workers: z.int().min(1).max(64).default(1), size: quantity }) }),
    z.strictObject({ pod: z.enum(["pod-kill", "pod-failure"]) }),
  ],
  { error: "must be network (delay, lossPercentage or corruptPercentage), cpu, memory or pod" },
);

export const chaosMeshStep = z.strictObject({
  method: z.literal("chaos-mesh"),
  target: workloadTarget,
  container: z.string().min(1).optional(),
  fault: faultSchema,
});

type Fault = z.infer<typeof faultSchema>;

function resourceOf(fault: Fault): { readonly kind: (typeof chaosMeshKinds)[number]; readonly spec: object } {
  if ("pod" in fault) return { kind: "PodChaos", spec: { action: fault.pod } };
  if ("cpu" in fault) return { kind: "StressChaos", spec: { stressors: { cpu: fault.cpu } } };
  // Chaos Mesh writes sizes as 256MB and 256MiB.
  if ("memory" in fault) {
    const size = `${fault.memory.size.replace("k", "K")}B`;
    return { kind: "StressChaos", spec: { stressors: { memory: { workers: fault.memory.workers, size } } } };
  }
  const { network } = fault;
  if ("delay" in network)
    return { kind: "NetworkChaos", spec: { action: "delay", delay: { latency: `${network.delay}ms` } } };
  if ("lossPercentage" in network)
    return { kind: "NetworkChaos", spec: { action: "loss", loss: { loss: String(network.lossPercentage) } } };
  return { kind: "NetworkChaos", spec: { action: "corrupt", corrupt: { corrupt: String(network.corruptPercentage) } } };
}

const plurals = { NetworkChaos: "networkchaos", StressChaos: "stresschaos", PodChaos: "podchaos" } as const;

/** Has Chaos Mesh make the fault, by one of its resources, deleted afterwards: it then takes the fault back. */
export const chaosMesh: Method<z.infer<typeof chaosMeshStep>> = {
  kinds: [...rolloutKinds, "Pod"],
  permissions: [
    ...workloadGrants("chaos-mesh").filter(({ verb }) => verb === "list"),
    ...coreGrants("chaos-mesh", "pods", ["list"]),
    ...Object.values(plurals).flatMap((resource) =>
      ["get", "create", "delete"].map((verb) => ({ verb, group: "chaos-mesh.org", resource, why: "chaos-mesh" })),
    ),
  ],
  plan({ target, container, fault }, scope, snapshot) {
    const selected = selectObjects(target, scope, snapshot);
    if (!selected.ok) return refused(selected.problem);
    const [object, another] = selected.objects;
    const workload = object && asWorkload(object);
    if (!workload || another) return refused("a chaos-mesh step is about one workload; name it by target.name");
    const labels = workload.spec.selector?.matchLabels;
    const namespace = workload.metadata.namespace ?? "";
    if (!labels || Object.keys(labels).length === 0)
      return refused(`${workload.kind} ${workload.metadata.name} selects by no plain label`);
    const { kind, spec } = resourceOf(fault);
    if (container && kind !== "StressChaos")
      return refused(`Chaos Mesh's ${kind} is about whole pods; leave out container, which cpu and memory take`);
    const pods = podsOf(workload, snapshot);
    if (pods.length === 0) return refused(`${workload.kind} ${workload.metadata.name} has no running pod`);
    // As a number: of a percentage Chaos Mesh takes the whole part, which of few pods is none.
    const share = shareOf(pods, scope.percentage, scope.experiment).length;
    const name = chaosName(scope, `${kind.toLowerCase()}-${workload.metadata.name}`);
    // A pod is killed once and for all: there is no time for which.
    const lasting = !("pod" in fault && fault.pod === "pod-kill");
    return planned([
      {
        type: "create",
        target: { apiVersion: chaosMeshVersion, kind, namespace, name },
        object: {
          apiVersion: chaosMeshVersion,
          kind,
          metadata: { name, namespace, labels: { [runLabel]: scope.run } },
          spec: {
            ...(share === pods.length ? { mode: "all" } : { mode: "fixed", value: String(share) }),
            selector: { namespaces: [namespace], labelSelectors: labels },
            ...(container ? { containerNames: [container] } : {}),
            ...(lasting ? { duration: `${Math.ceil(scope.durationMs / 1_000)}s` } : {}),
            ...spec,
          },
        },
        awaitReady: false,
        what: `${kind} by Chaos Mesh on ${share} of ${pods.length} pods of ${workload.kind} ${workload.metadata.name}`,
      },
    ]);
  },
};
