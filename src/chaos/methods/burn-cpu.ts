import { z } from "zod";
import type { KubeNode } from "../../cluster/kubernetes-types.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { programGrants, programPod } from "../program-pod.ts";
import { type Method, planned, refused } from "../scope.ts";
import { coreGrants } from "./grants.ts";

export const burnCpuStep = z.strictObject({
  method: z.literal("burn-cpu"),
  /** Default: every node that takes pods. */
  nodes: z.array(z.string().min(1)).min(1).max(100).optional(),
  /** Default: all that the node has. */
  cores: z.int().min(1).max(256).optional(),
});

const isReady = (node: KubeNode) =>
  !node.spec?.unschedulable &&
  node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true &&
  !node.spec?.taints?.some(({ effect }) => effect !== "PreferNoSchedule");

/** Keeps the processors of nodes busy by one pod each, in the first namespace of the blast radius. */
export const burnCpu: Method<z.infer<typeof burnCpuStep>> = {
  kinds: ["Node"],
  permissions: [...programGrants("burn-cpu"), ...coreGrants("burn-cpu", "nodes", ["list"])],
  plan({ nodes: wanted, cores }, scope, snapshot) {
    const all = snapshot.filter((object): object is KubeNode => isKind(object, "Node"));
    const unknown = wanted?.find((name) => !all.some(({ metadata }) => metadata.name === name));
    if (unknown !== undefined) return refused(`there is no Node ${unknown}`);
    const nodes = all.filter((node) => (wanted ? wanted.includes(node.metadata.name) : isReady(node)));
    if (nodes.length === 0) return refused("no node takes pods");
    if (nodes.length > scope.maxNodes)
      return refused(
        `it would load ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"} and blastRadius.maxNodes is ${scope.maxNodes}`,
      );
    const namespace = scope.namespaces[0] ?? "";
    return planned(
      nodes.flatMap((node, at) => {
        const own = Math.max(1, Math.ceil(parseQuantity(node.status?.allocatable?.["cpu"]) ?? 1));
        return programPod(
          {
            program: "burn",
            namespace,
            suffix: `burn-${at + 1}`,
            env: { CORES: String(cores ?? own) },
            nodeName: node.metadata.name,
          },
          scope,
        );
      }),
    );
  },
};
