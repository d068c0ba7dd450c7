import { z } from "zod";
import type { KubeNode, Pod } from "../../cluster/kubernetes-types.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Change } from "../change.ts";
import { type Method, planned, refused, selectObjects, targetOf } from "../scope.ts";
import { asWorkload, podsOf, setFields } from "../workload.ts";
import { coreGrants, workloadGrants } from "./grants.ts";
import { workloadTarget } from "./target.ts";

export const drainNodeStep = z
  .strictObject({
    method: z.literal("drain-node"),
    node: z.string().min(1).optional(),
    /** Instead of a name: the node on which this workload's first pod runs. */
    nodeOf: workloadTarget.optional(),
    /** `delete` fails like a host does: without asking disruption budgets. */
    how: z.enum(["evict", "delete"]).default("evict"),
  })
  .refine(({ node, nodeOf }) => (node === undefined) !== (nodeOf === undefined), "needs either node or nodeOf");

/** Cordons a node and takes the pods of the blast radius's namespaces off it. Pods of other namespaces stay. */
export const drainNode: Method<z.infer<typeof drainNodeStep>> = {
  kinds: ["Node", "Pod", ...rolloutKinds],
  permissions: [
    ...workloadGrants("drain-node"),
    ...coreGrants("drain-node", "nodes", ["list", "get", "patch"]),
    ...coreGrants("drain-node", "pods", ["list", "get", "delete"]),
    ...coreGrants("drain-node", "pods/eviction", ["create"]),
  ],
  plan({ node: wanted, nodeOf, how }, scope, snapshot) {
    let name = wanted;
    if (nodeOf) {
      const selected = selectObjects(nodeOf, scope, snapshot);
      if (!selected.ok) return refused(selected.problem);
      const workload = selected.objects.map(asWorkload).find((found) => found !== undefined);
      const pods = workload ? podsOf(workload, snapshot) : [];
      name = pods.map(({ spec }) => spec.nodeName).find((on) => on !== undefined);
      if (!name) return refused(`no pod of ${nodeOf.kind} ${nodeOf.name ?? ""} runs on a node`);
    }
    const node = snapshot.find((object): object is KubeNode => isKind(object, "Node") && object.metadata.name === name);
    if (!node) return refused(`there is no Node ${name}`);
    if (node.spec?.unschedulable) return refused(`Node ${name} is cordoned already`);
    const schedulable = snapshot.filter((object) => isKind(object, "Node") && !object.spec?.unschedulable);
    const pods = snapshot.filter(
      (object): object is Pod =>
        isKind(object, "Pod") &&
        object.spec.nodeName === name &&
        object.metadata.deletionTimestamp === undefined &&
        !["Succeeded", "Failed"].includes(object.status?.phase ?? ""),
    );
    // Pods of a DaemonSet come back at once wherever they were; pods without a controller would never come back.
    const owner = (pod: Pod) => pod.metadata.ownerReferences?.find(({ controller }) => controller);
    const orphan = pods.find((pod) => owner(pod) === undefined && pod.metadata.namespace !== undefined);
    if (orphan)
      return refused(
        `Pod ${orphan.metadata.namespace}/${orphan.metadata.name} has no controller and would not come back`,
      );
    return planned([
      setFields(node, `cordon${schedulable.length < 2 ? " (it is the only node that takes pods)" : ""}`, [
        { path: ["spec", "unschedulable"], value: true },
      ]),
      ...pods
        .filter((pod) => owner(pod)?.kind !== "DaemonSet")
        .map(
          (pod): Change => ({
            type: "remove-pod",
            target: targetOf(pod),
            uid: pod.metadata.uid,
            how,
            what: `${how === "evict" ? "evict from" : "lose with"} ${name}`,
          }),
        ),
    ]);
  },
};
