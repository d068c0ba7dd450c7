import { actionParams } from "../../incident/fix/action-params.ts";
import { defineAction, refuse } from "../define-action.ts";

export const evictPod = defineAction({
  name: "evict-pod",
  risk: "low",
  kinds: ["Pod"],
  params: actionParams["evict-pod"],
  permissions: [{ verb: "create", group: "", resource: "pods/eviction" }],
  changesDeclaredState: false,
  rollsOut: false,
  undo: { irreversible: "An evicted pod does not come back; its controller makes another one." },
  expects: "A new pod takes its place, on another node where that is needed, and becomes ready.",
  verifyWithinMs: 3 * 60_000,
  draft(target) {
    if (!target.metadata.ownerReferences?.some((owner) => owner.controller)) {
      return refuse("not-supported", `Pod ${target.metadata.name} has no controller: nothing would bring it back.`);
    }
    return {
      changes: [{ type: "evict", object: target }],
      pods: 1,
      note: "1 pod is evicted (disruption budgets are respected) and replaced.",
    };
  },
});
