import { rolloutKinds } from "../../cluster/workload.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { podCountOf, podTemplateOf, rolloutNote, withPodTemplate } from "../change/workload.ts";
import { defineAction, refuse } from "../define-action.ts";
import { essence, keptRevisions, type Revision } from "./kept-revisions.ts";

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
    const revisions = await keptRevisions(target, cluster);
    if ("refusal" in revisions) return revisions;
    const current = podTemplateOf(target);
    if (!current) return refuse("not-supported", `${target.kind} ${target.metadata.name} has no pod template.`);
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
