import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const pauseRollout = defineAction({
  name: "pause-rollout",
  risk: "low",
  kinds: ["Deployment"],
  params: actionParams["pause-rollout"],
  permissions: [{ verb: "patch", group: "apps", resource: "deployments" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "No further pods are replaced; those of the old revision keep serving.",
  verifyWithinMs: 2 * 60_000,
  draft: (target) => ({
    changes: [{ type: "modify", before: target, after: withValueAt(target, ["spec", "paused"], true) }],
    pods: 0,
    note: "Pods stay as they are; the rollout stands still until it is resumed.",
  }),
});
