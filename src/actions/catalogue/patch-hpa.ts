import { actionParams } from "../../incident/fix/action-params.ts";
import { numberAt, withValueAt } from "../change/plain.ts";
import { defineAction, refuse } from "../define-action.ts";

export const patchHpa = defineAction({
  name: "patch-hpa",
  risk: "medium",
  kinds: ["HorizontalPodAutoscaler"],
  params: actionParams["patch-hpa"],
  permissions: [{ verb: "patch", group: "autoscaling", resource: "horizontalpodautoscalers" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "The autoscaler adds pods until its target is met.",
  verifyWithinMs: 10 * 60_000,
  draft(target, { minReplicas, maxReplicas }) {
    const min = minReplicas ?? numberAt(target, "spec", "minReplicas") ?? 1;
    const max = maxReplicas ?? numberAt(target, "spec", "maxReplicas") ?? min;
    if (min > max) return refuse("invalid-params", `At least ${min} pods is more than at most ${max}.`);
    const spec = withValueAt(target, ["spec", "maxReplicas"], max);
    const after = minReplicas === undefined ? spec : withValueAt(spec, ["spec", "minReplicas"], min);
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: 0,
      note: `Between ${min} and ${max} pods, as load demands.`,
    };
  },
});
