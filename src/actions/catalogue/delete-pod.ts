import { isKind } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { blockingBudget, podIsReady } from "../conflicts.ts";
import { defineAction, refuse } from "../define-action.ts";
import { budgetText } from "../disruption-budget.ts";

export const deletePod = defineAction({
  name: "delete-pod",
  risk: "low",
  kinds: ["Pod"],
  params: actionParams["delete-pod"],
  permissions: [
    { verb: "delete", group: "", resource: "pods" },
    { verb: "list", group: "policy", resource: "poddisruptionbudgets" },
  ],
  changesDeclaredState: false,
  rollsOut: false,
  undo: { irreversible: "A deleted pod does not come back; its controller makes another one." },
  expects: "A new pod takes its place and becomes ready.",
  verifyWithinMs: 3 * 60_000,
  async draft(target, _params, { cluster }) {
    const { name, namespace } = target.metadata;
    if (!target.metadata.ownerReferences?.some((owner) => owner.controller)) {
      return refuse("not-supported", `Pod ${name} has no controller: nothing would bring it back.`);
    }
    // A plain delete ignores disruption budgets, so the question has to be asked here. A pod that is not ready counts for none.
    if (isKind(target, "Pod") && podIsReady(target)) {
      const listed = await cluster.list("PodDisruptionBudget", namespace);
      if (listed.type === "failed")
        return refuse("unreachable", `Disruption budgets could not be read: ${listed.detail}.`);
      const budget = blockingBudget(target, listed.objects);
      if (budget) return refuse("disruption-budget", budgetText(budget, target));
    }
    return {
      changes: [{ type: "delete", object: target, propagation: "Background" }],
      pods: 1,
      note: "1 pod is deleted and replaced.",
    };
  },
});
