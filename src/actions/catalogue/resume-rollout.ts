import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { podCountOf } from "../change/workload.ts";
import { defineAction } from "../define-action.ts";

export const resumeRollout = defineAction({
  name: "resume-rollout",
  risk: "medium",
  kinds: ["Deployment"],
  params: actionParams["resume-rollout"],
  permissions: [{ verb: "patch", group: "apps", resource: "deployments" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "The rollout goes on and completes.",
  verifyWithinMs: 5 * 60_000,
  draft: (target) => ({
    changes: [{ type: "modify", before: target, after: withValueAt(target, ["spec", "paused"], undefined) }],
    pods: podCountOf(target),
    note: "Changes made while it was paused roll out now.",
  }),
});
