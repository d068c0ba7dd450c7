import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction, refuse } from "../define-action.ts";

export const patchSelector = defineAction({
  name: "patch-selector",
  risk: "medium",
  kinds: ["Service"],
  params: actionParams["patch-selector"],
  permissions: [{ verb: "patch", group: "", resource: "services" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "The Service has endpoints again and its callers succeed.",
  verifyWithinMs: 2 * 60_000,
  draft(target, { selector }) {
    if (Object.keys(selector).length === 0)
      return refuse("invalid-params", "An empty selector would leave the Service without endpoints.");
    const after = withValueAt(target, ["spec", "selector"], selector);
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: 0,
      note: "No pod restarts; traffic goes to the pods that match now.",
    };
  },
});
