import { type ObjectRef, refKey, uniqueRefs } from "../object-ref.ts";
import type { ActionPlan } from "./action-plan.ts";

type Holder = Pick<ActionPlan, "target" | "steps" | "undo" | "touches" | "alsoHolds">;

function heldRefs(plan: Holder): readonly ObjectRef[] {
  return uniqueRefs([
    plan.target,
    ...[...plan.steps, ...plan.undo, ...plan.touches].map(({ target }) => target),
    ...(plan.alsoHolds ?? []),
  ]);
}

/**
 * Keys (`refKey`) of all that a plan works on: what its steps change, and what those belong to. Two plans that share one are
 * never carried out at the same time.
 */
export function heldKeys(plan: Holder): string[] {
  return heldRefs(plan).map(refKey);
}

/** Namespaces that a plan touches, each once: its target's first ("" for a target in none), then those of all that it works on. */
export function heldNamespaces(plan: Holder): readonly string[] {
  const others = heldRefs(plan).flatMap(({ namespace }) => namespace ?? []);
  return [...new Set([plan.target.namespace ?? "", ...others])];
}
