import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const resumeCronJob = defineAction({
  name: "resume-cronjob",
  risk: "low",
  kinds: ["CronJob"],
  params: actionParams["resume-cronjob"],
  permissions: [{ verb: "patch", group: "batch", resource: "cronjobs" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "Runs start again on schedule.",
  verifyWithinMs: 2 * 60_000,
  draft: (target) => ({
    changes: [{ type: "modify", before: target, after: withValueAt(target, ["spec", "suspend"], false) }],
    pods: 0,
    note: "The next run starts on schedule.",
  }),
});
