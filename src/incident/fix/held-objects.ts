import { type ObjectRef, refKey, uniqueRefs } from "../object-ref.ts";
import type { ActionPlan } from "./action-plan.ts";

/**
 * Keys (`refKey`) of all that a plan works on: what its steps change, and what those belong to. Two plans that share one are
 * never carried out at the same time.
 */
export function heldKeys(plan: Pick<ActionPlan, "target" | "steps" | "undo" | "touches" | "alsoHolds">): string[] {
  const named: readonly ObjectRef[] = [
    plan.target,
    ...[...plan.steps, ...plan.undo, ...plan.touches].map(({ target }) => target),
    ...(plan.alsoHolds ?? []),
  ];
  return uniqueRefs(named).map(refKey);
}
