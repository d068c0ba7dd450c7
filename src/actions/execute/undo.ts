import type { ExecutionResult, PlanStore } from "../plan/plan-store.ts";
import { carryOut } from "./execute.ts";
import type { ExecuteDeps } from "./execute-deps.ts";

export interface UndoDeps extends ExecuteDeps {
  readonly plans: ExecuteDeps["plans"] & Pick<PlanStore, "get" | "claimUndo">;
}

export type UndoOutcome =
  | { readonly type: "undone"; readonly planId: string }
  /** It was tried and did not come about; the change is still in place. */
  | { readonly type: "failed"; readonly planId: string; readonly result: ExecutionResult }
  | { readonly type: "pending"; readonly planId: string; readonly detail: string }
  | { readonly type: "refused"; readonly reason: "unknown-plan" | "irreversible" | "not-applied" | "frozen" | "busy" };

/**
 * Puts back what an applied plan changed, field by field. Refuses where somebody else has changed one of these fields since:
 * his change is newer than ours.
 */
export async function undoPlan(planId: string, by: string, deps: UndoDeps): Promise<UndoOutcome> {
  const stored = await deps.plans.get(planId);
  if (!stored) return { type: "refused", reason: "unknown-plan" };
  if (stored.plan.undo.length === 0) return { type: "refused", reason: "irreversible" };
  const claimed = await deps.plans.claimUndo(planId, by);
  if (claimed.type === "refused") return claimed;
  const outcome = await carryOut(claimed.claim, deps);
  switch (outcome.type) {
    case "finished":
      return outcome.result.outcome === "applied"
        ? { type: "undone", planId }
        : { type: "failed", planId, result: outcome.result };
    case "postponed":
      return { type: "pending", planId, detail: outcome.detail };
    case "lost":
      return { type: "pending", planId, detail: "another process is finishing it" };
  }
}
