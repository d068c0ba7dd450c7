import { isKind, type KubeObject } from "../cluster/kubernetes-types.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import { numberAt, valueAt } from "./change/plain.ts";
import type { ActorPreviewPort } from "./cluster-port.ts";
import { budgetsFor, podIsReady } from "./conflicts.ts";

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What the budget was told to keep, as it is written: `minAvailable: 2`, `maxUnavailable: 25%`. */
function ruleOf(budget: KubeObject): { readonly field: string; readonly text: string } | undefined {
  for (const field of ["minAvailable", "maxUnavailable"] as const) {
    const value = valueAt(budget, "spec", field);
    if (typeof value === "number" || typeof value === "string") return { field, text: `${field}: ${value}` };
  }
  return undefined;
}

/** Its controller gave up, as with a percentage of pods that nothing scales (condition DisruptionAllowed, reason SyncFailed). */
function saysItCannot(budget: KubeObject): boolean {
  const conditions = valueAt(budget, "status", "conditions");
  return (
    Array.isArray(conditions) &&
    conditions.some((one) => valueAt(one, "status") === "False" && valueAt(one, "reason") === "SyncFailed")
  );
}

/** What has to happen before the budget lets a pod go. https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
function wayOut(budget: KubeObject, pod: KubeObject | undefined): string {
  const healthy = numberAt(budget, "status", "currentHealthy");
  const desired = numberAt(budget, "status", "desiredHealthy");
  const expected = numberAt(budget, "status", "expectedPods");
  if (healthy === undefined || desired === undefined || expected === undefined)
    return "The cluster has not worked it out yet; try again in a minute.";
  if (saysItCannot(budget))
    return "The cluster cannot work it out for pods without a controller that it knows: give minAvailable a number.";
  if (pod && isKind(pod, "Pod") && !podIsReady(pod) && healthy < desired)
    return `It keeps also pods that are not ready, such as this one: set unhealthyPodEvictionPolicy: AlwaysAllow on it, or let ${plural(desired - healthy, "pod")} become ready.`;
  if (expected > 0 && desired >= expected) {
    const { field = "minAvailable" } = ruleOf(budget) ?? {};
    return `It never lets one go, because it wants all ${expected} of them: add a replica, or ${field === "minAvailable" ? "lower minAvailable" : "raise maxUnavailable"}.`;
  }
  return `It lets one go when ${plural(Math.max(1, desired - healthy + 1), "more pod")} of the set ${desired - healthy + 1 > 1 ? "are" : "is"} ready.`;
}

/**
 * Which budget keeps a pod, how many disruptions it allows, by which rule, and what would unblock it.
 * @param pod the pod that is to go; absent when it could not be read
 */
export function budgetText(budget: KubeObject, pod: KubeObject | undefined): string {
  const { name, namespace = "" } = budget.metadata;
  const allowed = numberAt(budget, "status", "disruptionsAllowed") ?? 0;
  const healthy = numberAt(budget, "status", "currentHealthy");
  const desired = numberAt(budget, "status", "desiredHealthy");
  const rule = ruleOf(budget)?.text;
  const counted =
    healthy === undefined || desired === undefined
      ? ""
      : `: ${healthy} ready, at least ${desired} wanted${rule ? ` (${rule})` : ""}`;
  return `Disruption budget ${namespace}/${name} allows ${plural(allowed, "disruption")} now${counted}. ${wayOut(budget, pod)}`;
}

/**
 * Why the API server does not evict a pod (429, or an error where two budgets count one pod), read afresh.
 * @returns undefined when no budget is in the way, or none can be read
 */
export async function whyNotEvicted(
  target: ObjectRef,
  cluster: Pick<ActorPreviewPort, "get" | "list">,
): Promise<string | undefined> {
  const [read, listed] = await Promise.all([
    cluster.get(target),
    cluster.list("PodDisruptionBudget", target.namespace),
  ]);
  if (read.type !== "found" || listed.type !== "found") return undefined;
  const budgets = budgetsFor(read.object.metadata.labels, listed.objects);
  if (budgets.length > 1) {
    const names = budgets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).toSorted();
    return `${names.length} disruption budgets count this pod (${names.join(", ")}); Kubernetes evicts only pods that one counts. Narrow their selectors.`;
  }
  const [budget] = budgets;
  return budget && budgetText(budget, read.object);
}
