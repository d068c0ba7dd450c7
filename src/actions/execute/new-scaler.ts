import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { refText } from "../../incident/object-ref.ts";
import type { ActorPreviewPort } from "../cluster-port.ts";
import { autoscalerOf, operatorOwner } from "../conflicts.ts";
import { readCpuSetter } from "../vertical-autoscaler.ts";

/** Nobody has taken over since the plan was made; somebody has; or nobody can tell. */
export type NewScaler =
  | { readonly type: "none" }
  | { readonly type: "found"; readonly detail: string }
  | { readonly type: "unreachable"; readonly detail: string };

/**
 * Looks again who decides about a workload's pods, right before kubemend does: autoscalers come with a deployment, and two of them
 * take turns undoing each other. What KEDA scales has a HorizontalPodAutoscaler of its making.
 * @param forCpu whether what is made scales by CPU use, which whoever sets CPU requests changes as well
 */
export async function newScalerOf(
  workload: KubeObject,
  cluster: Pick<ActorPreviewPort, "list">,
  { forCpu }: { readonly forCpu: boolean },
): Promise<NewScaler> {
  const name = refText(refOf(workload));
  const listed = await cluster.list("HorizontalPodAutoscaler", workload.metadata.namespace);
  if (listed.type === "failed")
    return { type: "unreachable", detail: `autoscalers could not be read: ${listed.detail}` };
  const horizontal = autoscalerOf(workload, listed.objects);
  if (horizontal) {
    const owner = operatorOwner(horizontal);
    const whose = owner ? ` (of ${owner})` : "";
    const detail = `autoscaler ${horizontal.metadata.name}${whose} decides by now how many pods ${name} has`;
    return { type: "found", detail };
  }
  const vertical = forCpu ? await readCpuSetter(workload, cluster) : undefined;
  if (!vertical) return { type: "none" };
  const detail = `VerticalPodAutoscaler ${vertical.metadata.name} sets the CPU requests of ${name} by now, which an autoscaler by CPU use would follow`;
  return { type: "found", detail };
}
