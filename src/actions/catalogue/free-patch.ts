import { actionParams } from "../../incident/action-params.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { isPlain } from "../change/plain.ts";
import { templatePermissions } from "../change/template-action.ts";
import { podCountOf, rolloutKinds, rolloutNote } from "../change/workload.ts";
import { defineAction, refuse } from "../define-action.ts";

/**
 * Fields that a free-form patch may reach. Left out on purpose: images, commands, volumes, accounts, security contexts and
 * references to Secrets, because each of them lets a patch run or read something that the workload could not before.
 */
const allowed = [
  /^spec\.(minReadySeconds|progressDeadlineSeconds|revisionHistoryLimit)$/,
  /^spec\.(strategy|updateStrategy)\./,
  /^spec\.template\.spec\.(terminationGracePeriodSeconds|nodeSelector|tolerations|affinity|topologySpreadConstraints|priorityClassName|dnsPolicy)(\.|$)/,
  /^spec\.template\.spec\.(containers|initContainers)\.(name|resources\..+|(liveness|readiness|startup)Probe(\..+)?|env\.(name|value)|terminationMessagePolicy)$/,
  /^spec\.template\.metadata\.annotations\./,
];
const maxLeaves = 100;

/** Paths of all values in a patch; items of lists do not count as a step of the path. */
function leavesOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [path] : value.flatMap((item) => leavesOf(item, path));
  if (!isPlain(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, path ? `${path}.${key}` : key));
}

export const freePatch = defineAction({
  name: "free-patch",
  risk: "high",
  kinds: rolloutKinds,
  params: actionParams["free-patch"],
  permissions: templatePermissions,
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "What the diagnosis says is wrong ends.",
  verifyWithinMs: 5 * 60_000,
  async draft(target, { patch }, { cluster }) {
    const leaves = [...new Set(leavesOf(patch, ""))];
    const outside = leaves.filter((leaf) => !allowed.some((pattern) => pattern.test(leaf)));
    if (outside.length > 0)
      return refuse("not-supported", `A free-form patch may not change ${outside.slice(0, 5).join(", ")}.`);
    if (leaves.length > maxLeaves)
      return refuse(
        "not-supported",
        `A free-form patch may change at most ${maxLeaves} values; this one has ${leaves.length}.`,
      );
    // The server merges, not we: it knows which lists merge by which key.
    const ref = makeRef(target.kind, target.metadata.namespace, target.metadata.name);
    const dry = await cluster.dryRun({ type: "patch", target: ref, patchType: "strategic-merge", body: patch });
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
