import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { matchesLabels } from "../../cluster/selector.ts";
import type { BlastRadius } from "../../incident/fix/action-plan.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { podTemplateOf } from "../change/workload.ts";
import type { ActorPreviewPort } from "../cluster-port.ts";
import { budgetsFor } from "../conflicts.ts";
import type { Draft } from "../define-action.ts";

/** More services than this in front of one workload are counted, not listed. */
const maxServices = 20;

const percent = (share: number) => (share > 0 && share < 0.01 ? "less than 1 %" : `${Math.round(share * 100)} %`);

/** What else feels the change: the Services in front of its pods and the budgets that protect them. */
export async function blastRadiusOf(
  target: KubeObject,
  draft: Draft,
  cluster: Pick<ActorPreviewPort, "list">,
  trafficShare?: number,
): Promise<BlastRadius> {
  const share = trafficShare === undefined ? {} : { trafficShare };
  const traffic =
    trafficShare === undefined
      ? []
      : [
          `Before the trouble it answered ${percent(trafficShare)} of the requests measured in ${target.metadata.namespace ?? "the cluster"}.`,
        ];
  const touched = draft.changes.flatMap((change) =>
    change.type === "modify" || change.type === "scale"
      ? [change.before]
      : change.type === "create"
        ? []
        : [change.object],
  );
  const pods = [target, ...touched].flatMap((object) => {
    const labels = object.kind === "Pod" ? object.metadata.labels : podTemplateOf(object)?.metadata?.labels;
    return labels ? [{ namespace: object.metadata.namespace, labels }] : [];
  });
  if (pods.length === 0) {
    const services =
      target.kind === "Service" ? [makeRef("Service", target.metadata.namespace, target.metadata.name)] : [];
    return { pods: draft.pods, services, ...share, note: [draft.note, ...traffic].join(" ") };
  }
  const [services, budgets] = await Promise.all([
    cluster.list("Service", target.metadata.namespace),
    cluster.list("PodDisruptionBudget", target.metadata.namespace),
  ]);
  const notes = [draft.note, ...traffic];
  const inFront = (services.type === "found" ? services.objects : []).filter(
    (object) =>
      isKind(object, "Service") &&
      pods.some(
        ({ namespace, labels }) =>
          namespace === object.metadata.namespace && matchesLabels(object.spec.selector, labels),
      ),
  );
  // Not knowing is said: it is not the same as nothing.
  if (services.type === "failed") notes.push("Which Services are in front could not be read.");
  if (inFront.length > maxServices) notes.push(`${inFront.length} Services are in front of it.`);
  if (budgets.type === "failed") notes.push("Which disruption budgets protect its pods could not be read.");
  const protecting =
    budgets.type === "found"
      ? budgets.objects.filter((budget) =>
          pods.some(
            ({ namespace, labels }) =>
              namespace === budget.metadata.namespace && budgetsFor(labels, [budget]).length > 0,
          ),
        )
      : [];
  for (const budget of protecting.slice(0, 3))
    notes.push(`Disruption budget ${budget.metadata.name} protects its pods against evictions.`);
  return {
    pods: draft.pods,
    services: inFront
      .slice(0, maxServices)
      .map((service) => makeRef("Service", service.metadata.namespace, service.metadata.name)),
    ...share,
    note: notes.join(" "),
  };
}
