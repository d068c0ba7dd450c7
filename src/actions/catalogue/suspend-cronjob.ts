import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const suspendCronJob = defineAction({
  name: "suspend-cronjob",
  risk: "low",
  kinds: ["CronJob"],
  params: actionParams["suspend-cronjob"],
  permissions: [{ verb: "patch", group: "batch", resource: "cronjobs" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "No new runs start; failures of new runs end.",
  verifyWithinMs: 2 * 60_000,
  draft: (target) => ({
    changes: [{ type: "modify", before: target, after: withValueAt(target, ["spec", "suspend"], true) }],
    pods: 0,
    note: "A run in progress goes on; no new one starts.",
  }),
});
