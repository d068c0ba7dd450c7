import type { Pod, PodDisruptionBudget } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import { matchesSelector } from "../../cluster/selector.ts";

/** The budgets that cover a pod. In policy/v1 an empty selector covers the whole namespace, an absent one nothing. */
export function budgetsOf(pod: Pod, observation: Observation): readonly PodDisruptionBudget[] {
  return observation.objects
    .list("PodDisruptionBudget", pod.metadata.namespace)
    .filter(({ spec }) => matchesSelector(spec?.selector, pod.metadata.labels));
}
