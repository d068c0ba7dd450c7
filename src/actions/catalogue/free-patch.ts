import { actionParams } from "../../incident/fix/action-params.ts";
import { freePatchKinds, judgeFreePatch } from "../../incident/fix/free-patch.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { valueAt } from "../change/plain.ts";
import { containerOf, podCountOf, rolloutNote } from "../change/workload.ts";
import { defineAction, refuse } from "../define-action.ts";
import { noSuchContainer, templatePermissions } from "./template-action.ts";

/** Containers that a patch names; one that is not there would be added by the merge. */
function containersNamed(kind: string, patch: unknown): string[] {
  const path = kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template", "spec"] : ["spec", "template", "spec"];
  return ["containers", "initContainers"].flatMap((list) => {
    const items = valueAt(patch, ...path, list);
    return Array.isArray(items) ? items.map((item: { name?: unknown }) => String(item.name)) : [];
  });
}

export const freePatch = defineAction({
  name: "free-patch",
  risk: "high",
  kinds: freePatchKinds,
  params: actionParams["free-patch"],
  permissions: templatePermissions,
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "What the diagnosis says is wrong ends.",
  verifyWithinMs: 5 * 60_000,
  async draft(target, { patch }, { cluster }) {
    const verdict = judgeFreePatch(target.kind, patch);
    if (!verdict.ok) return refuse("not-supported", `This free-form patch is not allowed: ${verdict.problem}.`);
    const stranger = containersNamed(target.kind, patch).find((name) => !containerOf(target, name));
    if (stranger !== undefined) return noSuchContainer(target, stranger);
    // The server merges, not we: it knows which lists merge by which key.
    const ref = makeRef(target.kind, target.metadata.namespace, target.metadata.name);
    const dry = await cluster.dryRun({
      type: "patch",
      target: ref,
      patchType: "strategic-merge",
      body: verdict.patch,
    });
    if (dry.type !== "done" || !dry.object) {
      const fields = dry.type === "refused" && dry.fields.length > 0 ? ` (${dry.fields.join(", ")})` : "";
      return refuse("dry-run-refused", `The cluster does not accept the patch${fields}.`);
    }
    return {
      changes: [{ type: "modify", before: target, after: dry.object }],
      pods: podCountOf(target),
      note: rolloutNote(target),
    };
  },
});
