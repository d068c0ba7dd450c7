import type { KubeObject, PodTemplate } from "../../cluster/kubernetes-types.ts";
import type { PlanRefusal } from "../../incident/fix/action-plan.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";
import { isPlain, numberAt, valueAt, withValueAt } from "../change/plain.ts";
import { podTemplateOf } from "../change/workload.ts";
import { type DraftContext, refuse } from "../define-action.ts";
import { restartedAt } from "./restart.ts";

/**
 * One state of a workload that the cluster has kept: `kubectl rollout undo --to-revision` takes this number. The
 * template has no `pod-template-hash`.
 */
export interface Revision {
  readonly number: number;
  readonly template: PodTemplate;
}

const withoutHash = (template: PodTemplate): PodTemplate =>
  withValueAt(template, ["metadata", "labels", "pod-template-hash"], undefined);

/** What a revision is about: two that differ only in when somebody restarted the pods are one. */
export const essence = (template: PodTemplate): string => {
  const annotations = Object.entries(template.metadata?.annotations ?? {}).filter(([key]) => key !== restartedAt);
  const kept = annotations.length > 0 ? Object.fromEntries(annotations) : undefined;
  return canonicalJson(withValueAt(withoutHash(template), ["metadata", "annotations"], kept));
};

/** A ReplicaSet carries its revision as an annotation; a ControllerRevision is numbered and holds a patch with the template. */
function revisionOf(object: KubeObject): Revision | undefined {
  if (object.kind === "ReplicaSet") {
    const number = Number(object.metadata.annotations?.["deployment.kubernetes.io/revision"]);
    const template = podTemplateOf(object);
    return template && Number.isInteger(number) ? { number, template: withoutHash(template) } : undefined;
  }
  const number = numberAt(object, "revision");
  const stored = valueAt(object, "data", "spec", "template");
  if (number === undefined || !isPlain(stored) || !isPlain(stored.spec)) return undefined;
  const { $patch: _directive, ...template } = stored;
  return { number, template: template as unknown as PodTemplate };
}

/** The revisions of a workload that the cluster has kept, newest first. */
export async function keptRevisions(
  target: KubeObject,
  cluster: DraftContext["cluster"],
): Promise<readonly Revision[] | { readonly refusal: PlanRefusal }> {
  const kind = target.kind === "Deployment" ? "ReplicaSet" : "ControllerRevision";
  const listed = await cluster.list(kind, target.metadata.namespace);
  if (listed.type === "failed")
    return refuse("unreachable", `The revisions of ${target.metadata.name} could not be read: ${listed.detail}.`);
  return listed.objects
    .filter((object) => object.metadata.ownerReferences?.some((owner) => owner.uid === target.metadata.uid))
    .map(revisionOf)
    .filter((revision) => revision !== undefined)
    .sort((a, b) => b.number - a.number);
}
