import { heldNamespaces } from "../../incident/fix/held-objects.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { refText } from "../../incident/object-ref.ts";
import { actionOf } from "../catalogue/catalogue.ts";
import { isProtected, judge } from "../policy/policy.ts";
import type { Policy } from "../policy/policy-file.ts";

/**
 * The actor's own look at what it is about to do: whoever proposes and approves reads what the cluster says, and rows are all
 * the actor has from them. Asked of its own policy: time windows for the moment of approval and for that when it was taken up
 * first, budgets with the changes that were approved before. @returns why not, for people
 */
export function whyForbidden(claim: Claim, policy: Policy): string | undefined {
  const { plan, phase, approvedAt, approvedDigests, startedAt, spent } = claim;
  const steps = phase === "apply" ? plan.steps : plan.undo;
  const guarded = steps.find(({ target }) => isProtected(policy, target.namespace));
  if (guarded) return `${refText(guarded.target)} is in a namespace that the policy protects.`;
  if (phase === "undo") return undefined;
  if (claim.incidentOver) return "Its incident was resolved before it began: there is nothing to repair.";
  const action = actionOf(plan.action);
  if ("guide" in action) return `${plan.action} is for people; nothing carries it out.`;
  for (const at of [approvedAt, startedAt]) {
    const verdict = judge(policy, {
      action: action.name,
      target: plan.target,
      risk: action.risk,
      confidence: 1,
      at,
      frozen: false,
      spent,
      touches: heldNamespaces(plan),
    });
    if (!verdict.allow) return `The policy does not allow it any more: ${verdict.detail}`;
    const votes = approvedDigests.filter((digest) => digest === plan.digest).length;
    if (votes < verdict.approvals)
      return `The policy wants ${verdict.approvals} approvals, and ${votes} ${votes === 1 ? "was" : "were"} given.`;
  }
  return undefined;
}
