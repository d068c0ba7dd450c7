import { actionParams } from "../../incident/fix/action-params.ts";
import { numberAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const deleteJob = defineAction({
  name: "delete-job",
  risk: "medium",
  kinds: ["Job"],
  params: actionParams["delete-job"],
  permissions: [{ verb: "delete", group: "batch", resource: "jobs" }],
  changesDeclaredState: false,
  rollsOut: false,
  undo: { irreversible: "A deleted Job and its logs do not come back." },
  expects: "Its pods are gone and no longer fail or hold resources.",
  verifyWithinMs: 2 * 60_000,
  draft(target) {
    const pods = numberAt(target, "status", "active") ?? 0;
    // Without a propagation policy the API would leave the pods behind.
    return {
      changes: [{ type: "delete", object: target, propagation: "Background" }],
      pods,
      note: `The Job and its pods (${pods} running) are removed.`,
    };
  },
});
