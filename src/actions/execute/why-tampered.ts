import type { Claim } from "../../incident/fix/stored-plan.ts";
import { planDigest } from "../plan/plan-digest.ts";

/** What runs is what was approved, or nothing. @returns why not, as a sentence for people */
export function whyTampered({ plan, approvedDigests, approvedAt }: Claim): string | undefined {
  if (planDigest(plan) !== plan.digest) return "The stored plan is not the one its digest was made from.";
  const votes = approvedDigests.filter((digest) => digest === plan.digest).length;
  if (votes < Math.max(1, plan.approvalsNeeded)) return "The plan is not the one that was approved.";
  if (approvedAt > plan.expiresAt) return "The approval came after the plan had expired.";
  return undefined;
}
