import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const cordon = defineAction({
  name: "cordon",
  risk: "low",
  kinds: ["Node"],
  params: actionParams.cordon,
  permissions: [{ verb: "patch", group: "", resource: "nodes" }],
  changesDeclaredState: false,
  rollsOut: false,
  undo: "previous-values",
  expects: "No new pod lands on the node; those that fail because of it come up elsewhere.",
  verifyWithinMs: 3 * 60_000,
  draft: (target) => ({
    changes: [{ type: "modify", before: target, after: withValueAt(target, ["spec", "unschedulable"], true) }],
    pods: 0,
    note: "Pods on the node keep running; no new ones are placed there.",
  }),
});
