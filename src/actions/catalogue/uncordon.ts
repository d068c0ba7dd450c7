import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const uncordon = defineAction({
  name: "uncordon",
  risk: "low",
  kinds: ["Node"],
  params: actionParams.uncordon,
  permissions: [{ verb: "patch", group: "", resource: "nodes" }],
  changesDeclaredState: false,
  rollsOut: false,
  undo: "previous-values",
  expects: "Pending pods are scheduled on the node.",
  verifyWithinMs: 3 * 60_000,
  draft: (target) => ({
    changes: [{ type: "modify", before: target, after: withValueAt(target, ["spec", "unschedulable"], undefined) }],
    pods: 0,
    note: "Pods may be placed on the node again.",
  }),
});
