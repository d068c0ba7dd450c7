import { actionParams } from "../../incident/fix/action-params.ts";
import { numberAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const scale = defineAction({
  name: "scale",
  risk: "low",
  kinds: ["Deployment", "StatefulSet"],
  params: actionParams.scale,
  permissions: [
    { verb: "patch", group: "apps", resource: "deployments/scale" },
    { verb: "patch", group: "apps", resource: "statefulsets/scale" },
  ],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "The wanted number of pods is ready and takes the load.",
  verifyWithinMs: 5 * 60_000,
  draft(target, { replicas }) {
    const current = numberAt(target, "spec", "replicas") ?? 1;
    const pods = Math.abs(replicas - current);
    return {
      changes: [{ type: "scale", before: target, replicas }],
      pods,
      note: `${current} -> ${replicas} pods: ${pods} ${replicas >= current ? "started" : "stopped"}.`,
    };
  },
});
