import type { LabelSelector } from "../cluster/kubernetes-types.ts";
import { type HorizontalPodAutoscaler, isKind, type KubeObject, type Pod } from "../cluster/kubernetes-types.ts";
import { matchesSelector } from "../cluster/selector.ts";
import { own } from "../lib/own.ts";
import { numberAt, valueAt } from "./change/plain.ts";

interface GitopsMark {
  readonly tool: string;
  readonly key: RegExp;
  readonly value?: string;
  /** Of a mark that others write as well: who of the object's field managers makes it this tool's. */
  readonly manager?: RegExp;
}

// What each tool writes on the objects it owns. Helm alone is no conflict: nothing puts its values back by itself.
const gitopsMarks: readonly GitopsMark[] = [
  { tool: "Argo CD", key: /^argocd\.argoproj\.io\/(tracking-id|instance)$/ },
  // By this label alone Argo CD tells its objects before 3.0, and since then where it is set to; charts of Helm carry it too.
  // https://argo-cd.readthedocs.io/en/release-2.9/user-guide/resource_tracking/
  { tool: "Argo CD", key: /^app\.kubernetes\.io\/instance$/, manager: /^argocd-(application-)?controller$/ },
  { tool: "Flux", key: /^(kustomize|helm)\.toolkit\.fluxcd\.io\/name$/ },
  { tool: "Fleet", key: /^objectset\.rio\.cattle\.io\/id$/ },
  { tool: "Config Sync", key: /^configmanagement\.gke\.io\/managed$/, value: "enabled" },
];

function managersOf(object: KubeObject): readonly string[] {
  const entries = valueAt(object, "metadata", "managedFields");
  const names = (Array.isArray(entries) ? entries : []).map((entry) => valueAt(entry, "manager"));
  return names.filter((name) => typeof name === "string");
}

/** The GitOps tool that would put back whatever is changed by hand, by the marks it leaves on its objects. */
export function gitopsOwner(object: KubeObject): { readonly tool: string; readonly mark: string } | undefined {
  const marks = Object.entries({ ...object.metadata.labels, ...object.metadata.annotations });
  const managers = managersOf(object);
  for (const { tool, key, value, manager } of gitopsMarks) {
    if (manager && !managers.some((name) => manager.test(name))) continue;
    const found = marks.find(([name, text]) => key.test(name) && (value === undefined || text === value));
    if (found) return { tool, mark: `${found[0]}=${found[1]}`.slice(0, 200) };
  }
  return undefined;
}

/** Built-in controllers that make the objects below them; everything else that owns a workload is an operator. */
const ownedByDesign = new Set(["Pod", "ReplicaSet", "Job", "EndpointSlice", "ControllerRevision"]);

/** Claims of StatefulSets that delete them, and of ephemeral volumes: made once, and deleted with the owner, but never put back. */
const ownedOnce: Readonly<Record<string, readonly string[]>> = { PersistentVolumeClaim: ["StatefulSet", "Pod"] };

/** The custom resource whose operator keeps this object as it wants it. */
export function operatorOwner(object: KubeObject): string | undefined {
  if (ownedByDesign.has(object.kind)) return undefined;
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller);
  if (!owner || own(ownedOnce, object.kind)?.includes(owner.kind)) return undefined;
  return `${owner.kind} ${owner.name}`;
}

/** The autoscaler that scales this workload. */
export function autoscalerOf(
  workload: KubeObject,
  autoscalers: readonly KubeObject[],
): HorizontalPodAutoscaler | undefined {
  return autoscalers.find((object): object is HorizontalPodAutoscaler => {
    if (!isKind(object, "HorizontalPodAutoscaler")) return false;
    const { kind, name } = object.spec.scaleTargetRef;
    return (
      kind === workload.kind &&
      name === workload.metadata.name &&
      object.metadata.namespace === workload.metadata.namespace
    );
  });
}

/** An autoscaler leaves a workload alone that is scaled to zero (its condition says ScalingDisabled). */
export function autoscalerIsActive(workload: KubeObject): boolean {
  return numberAt(workload, "spec", "replicas") !== 0;
}

/** By the condition `Ready`, as services count pods; a pod without a status is not ready. */
export function podIsReady(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false
  );
}

/** Disruption budgets that count this pod (or pods with these labels). */
export function budgetsFor(
  labels: Readonly<Record<string, string>> | undefined,
  budgets: readonly KubeObject[],
): KubeObject[] {
  return budgets.filter((budget) =>
    matchesSelector(valueAt(budget, "spec", "selector") as LabelSelector | undefined, labels),
  );
}

/** A budget that allows no further disruption of this pod's set now. */
export function blockingBudget(pod: KubeObject, budgets: readonly KubeObject[]): KubeObject | undefined {
  return budgetsFor(pod.metadata.labels, budgets).find(
    (budget) => (numberAt(budget, "status", "disruptionsAllowed") ?? 0) < 1,
  );
}
