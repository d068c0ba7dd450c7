import type { KubeObject } from "../cluster/kubernetes-types.ts";
import { isPlain, valueAt } from "./change/plain.ts";
import type { ActorPreviewPort } from "./cluster-port.ts";

/** Whether a policy of a VerticalPodAutoscaler leaves CPU requests as they are. */
function leavesCpu(policy: unknown): boolean {
  const resources = valueAt(policy, "controlledResources");
  return valueAt(policy, "mode") === "Off" || (Array.isArray(resources) && !resources.includes("cpu"));
}

/**
 * Whether it sets the CPU requests of any container. By default it sets those of all; a policy for `*` speaks of the containers
 * that have none of their own. https://kubernetes.io/docs/concepts/workloads/autoscaling/vertical-pod-autoscale/
 */
function setsCpu(autoscaler: KubeObject): boolean {
  if (valueAt(autoscaler, "spec", "updatePolicy", "updateMode") === "Off") return false;
  const listed = valueAt(autoscaler, "spec", "resourcePolicy", "containerPolicies");
  const policies = (Array.isArray(listed) ? listed : []).filter(isPlain);
  const forAll = policies.find((policy) => policy.containerName === "*");
  return !forAll || policies.some((policy) => !leavesCpu(policy));
}

/** Whose CPU requests it sets, a horizontal autoscaler by CPU use must not scale: each would follow what the other does. */
export function cpuSetterOf(
  { kind, metadata }: KubeObject,
  autoscalers: readonly KubeObject[],
): KubeObject | undefined {
  return autoscalers.find(
    (one) =>
      one.metadata.namespace === metadata.namespace &&
      valueAt(one, "spec", "targetRef", "kind") === kind &&
      valueAt(one, "spec", "targetRef", "name") === metadata.name &&
      setsCpu(one),
  );
}

/** The same, asked of the cluster. Most have no such autoscalers, and where they may not be read nobody knows: that is no obstacle. */
export async function readCpuSetter(
  workload: KubeObject,
  cluster: Pick<ActorPreviewPort, "list">,
): Promise<KubeObject | undefined> {
  const listed = await cluster.list("VerticalPodAutoscaler", workload.metadata.namespace);
  return listed.type === "found" ? cpuSetterOf(workload, listed.objects) : undefined;
}
