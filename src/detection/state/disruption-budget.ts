import type { KubeObject, LabelSelector, Pod } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import { matchesSelector } from "../../cluster/selector.ts";

export interface DisruptionBudget extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
  };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly expectedPods?: number;
  };
}

export function listBudgets(observation: Observation, namespace?: string): readonly DisruptionBudget[] {
  return observation.objects.list("PodDisruptionBudget", namespace) as DisruptionBudget[];
}

/** The budgets that cover a pod. In policy/v1 an empty selector covers the whole namespace, an absent one nothing. */
export function budgetsOf(pod: Pod, observation: Observation): readonly DisruptionBudget[] {
  return listBudgets(observation, pod.metadata.namespace).filter(({ spec }) =>
    matchesSelector(spec?.selector, pod.metadata.labels),
  );
}
