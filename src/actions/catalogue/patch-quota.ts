import { actionParams } from "../../incident/fix/action-params.ts";
import { stringMapAt, withValueAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const patchQuota = defineAction({
  name: "patch-quota",
  risk: "medium",
  kinds: ["ResourceQuota"],
  params: actionParams["patch-quota"],
  permissions: [{ verb: "patch", group: "", resource: "resourcequotas" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "The pods that the quota kept out are created (controllers try again with growing delays).",
  verifyWithinMs: 10 * 60_000,
  draft(target, { hard }) {
    const after = withValueAt(target, ["spec", "hard"], { ...stringMapAt(target, "spec", "hard"), ...hard });
    return { changes: [{ type: "modify", before: target, after }], pods: 0, note: "Running pods are not touched." };
  },
});
