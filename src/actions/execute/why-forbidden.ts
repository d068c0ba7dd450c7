import type { Claim } from "../../incident/fix/stored-plan.ts";
import { refText } from "../../incident/object-ref.ts";
import { actionOf } from "../catalogue/catalogue.ts";
import { isProtected, judge, nothingSpent } from "../policy/policy.ts";
import type { Policy } from "../policy/policy-file.ts";

/**
 * The actor's own look at what it is about to do: whoever proposes and approves reads what the cluster says, and rows are all
 * the actor has from them. Asked of its own policy, with the moment of approval for time windows. @returns why not, for people
 */
export function whyForbidden({ plan, phase, approvedAt, approvedDigests }: Claim, policy: Policy): string | undefined {
  const steps = phase === "apply" ? plan.steps : plan.undo;
  const guarded = steps.find(({ target }) => isProtected(policy, target.namespace));
  if (guarded) return `${refText(guarded.target)} is in a namespace that the policy protects. Nothing was done.`;
  if (phase === "undo") return undefined;
  const action = actionOf(plan.action);
  if ("guide" in action) return `${plan.action} is for people; nothing carries it out. Nothing was done.`;
  const verdict = judge(policy, {
    action: action.name,
    target: plan.target,
    risk: action.risk,
    confidence: 1,
    at: approvedAt,
    frozen: false,
    spent: nothingSpent,
  });
  if (!verdict.allow) return `The policy does not allow it any more: ${verdict.detail} Nothing was done.`;
  const votes = approvedDigests.filter((digest) => digest === plan.digest).length;
  if (votes < verdict.approvals)
    return `The policy wants ${verdict.approvals} approvals, and ${votes} ${votes === 1 ? "was" : "were"} given. Nothing was done.`;
  return undefined;
}
