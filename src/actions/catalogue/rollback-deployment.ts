import type { KubeObject, PodTemplate } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/action-params.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";
import { isPlain, numberAt, valueAt, withValueAt } from "../change/plain.ts";
import { podCountOf, podTemplateOf, rolloutKinds, rolloutNote, withPodTemplate } from "../change/workload.ts";
import { defineAction, refuse } from "../define-action.ts";
import { restartedAt } from "./restart.ts";

interface Revision {
  readonly number: number;
  readonly template: PodTemplate;
}

const withoutHash = (template: PodTemplate): PodTemplate =>
  withValueAt(template, ["metadata", "labels", "pod-template-hash"], undefined);

/** What a revision is about: two that differ only in when somebody restarted the pods are one. */
const essence = (template: PodTemplate): string => {
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

export const rollbackDeployment = defineAction({
  name: "rollback-deployment",
  risk: "medium",
  kinds: rolloutKinds,
  params: actionParams["rollback-deployment"],
  permissions: [
    { verb: "patch", group: "apps", resource: "deployments" },
    { verb: "patch", group: "apps", resource: "statefulsets" },
    { verb: "patch", group: "apps", resource: "daemonsets" },
    { verb: "list", group: "apps", resource: "replicasets" },
    { verb: "list", group: "apps", resource: "controllerrevisions" },
  ],
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "Pods of the earlier revision become ready and the symptoms that began with the newer one end.",
  verifyWithinMs: 5 * 60_000,
  async draft(target, { toRevision }, { cluster }) {
    const historyKind = target.kind === "Deployment" ? "ReplicaSet" : "ControllerRevision";
    const listed = await cluster.list(historyKind, target.metadata.namespace);
    if (listed.type === "failed")
      return refuse("unreachable", `The revisions of ${target.metadata.name} could not be read: ${listed.detail}.`);
    const current = podTemplateOf(target);
    if (!current) return refuse("not-supported", `${target.kind} ${target.metadata.name} has no pod template.`);
    const revisions = listed.objects
      .filter((object) => object.metadata.ownerReferences?.some((owner) => owner.uid === target.metadata.uid))
      .map(revisionOf)
      .filter((revision) => revision !== undefined)
      .sort((a, b) => b.number - a.number);
    const now = essence(current);
    const differs = (revision: Revision) => essence(revision.template) !== now;
    const wanted =
      toRevision === undefined ? revisions.find(differs) : revisions.find((revision) => revision.number === toRevision);
    if (!wanted) {
      const kept = revisions.map((revision) => revision.number).join(", ") || "none";
      return refuse(
        "not-supported",
        `There is no ${toRevision === undefined ? "earlier revision" : `revision ${toRevision}`} to go back to; kept: ${kept}.`,
      );
    }
    const after = withPodTemplate(target, wanted.template);
    const note = `Back to revision ${wanted.number}. ${rolloutNote(target)}`;
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: podCountOf(target),
      note,
      decided: { toRevision: wanted.number },
    };
  },
});
