import type { PodDisruptionBudget } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { isCurrent, short } from "../state/container-states.ts";
import type { HygieneCheck } from "./finding.ts";

/** All that it covers is healthy, and still nothing may go: then nothing ever may. */
function blocksAll({ status, spec }: PodDisruptionBudget, pods: number): boolean {
  if (spec?.maxUnavailable === 0 || spec?.maxUnavailable === "0%" || spec?.minAvailable === "100%") return true;
  const { disruptionsAllowed, currentHealthy = 0, expectedPods = pods } = status ?? {};
  return disruptionsAllowed === 0 && expectedPods > 0 && currentHealthy >= expectedPods;
}

/** Its controller cannot count, as with a percentage of pods that nothing scales, and allows nothing meanwhile. */
const cannotCount = ({ status }: PodDisruptionBudget) =>
  status?.conditions?.find((one) => one.status === "False" && one.reason === "SyncFailed");

/** Budgets that cover no pod, and those under which no node can ever be drained. */
export const disruptionBudgets: HygieneCheck = function* (observation) {
  for (const budget of observation.objects.list("PodDisruptionBudget")) {
    const { namespace, name } = budget.metadata;
    const pods = observation.objects
      .list("Pod", namespace)
      .filter((pod) => isCurrent(pod) && matchesSelector(budget.spec?.selector, pod.metadata.labels));
    const target = refOf(budget);
    if (pods.length === 0) {
      yield {
        code: "budget-without-pods",
        target,
        level: "untidy",
        text: `PodDisruptionBudget ${name} covers no pod`,
        advice: "Correct its selector, or delete it.",
      };
    } else if (cannotCount(budget)) {
      yield {
        code: "budget-cannot-count",
        target,
        level: "risk",
        text: `PodDisruptionBudget ${name} allows no eviction, because the cluster cannot work out what it means: ${short(cannotCount(budget)?.message)}`,
        advice: "Give minAvailable a number, which needs no controller of the pods.",
      };
    } else if (blocksAll(budget, pods.length)) {
      yield {
        code: "budget-blocks-evictions",
        target,
        level: "risk",
        text: `PodDisruptionBudget ${name} lets none of its ${pods.length} pods be evicted although all may be healthy, so that their nodes cannot be drained`,
        advice: "Add a replica, or set maxUnavailable to 1.",
      };
    }
  }
};
