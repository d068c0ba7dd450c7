import type { WriteStep } from "../../incident/fix/action-plan.ts";
import { partlyApplied } from "../../incident/fix/execution.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { refText, sameRef } from "../../incident/object-ref.ts";
import type { ExecutionResult } from "../plan/plan-store.ts";
import { doStep } from "./do-step.ts";
import type { ExecuteDeps } from "./execute-deps.ts";

/** All or nothing: when a later step fails, what the earlier ones changed is put back as far as it can be. */
export async function takenBack(
  result: ExecutionResult,
  done: readonly WriteStep[],
  claim: Claim,
  deps: ExecuteDeps,
): Promise<ExecutionResult> {
  // Putting the change back in place half-way would not be what anybody asked for; which half is gone is said.
  if (done.length === 0 || claim.phase === "undo") return leftAsIs(result, done, claim);
  const { undo } = claim.plan;
  const isBack = new Set<WriteStep>();
  for (const back of undo.filter(({ target }) => done.some((step) => sameRef(step.target, target)))) {
    const end = await doStep({ step: back, index: -1, claim, phase: "undo", started: true }, deps);
    if (end.type === "done") isBack.add(back);
  }
  const left = done
    .filter(({ target }) => !undo.some((back) => isBack.has(back) && sameRef(back.target, target)))
    .map(({ target }) => refText(target));
  if (left.length > 0) return stillInPlace(result, left);
  return { ...result, detail: `${result.detail} What had been changed before was put back.` };
}

/** Says how far it has come, where nothing may be sent any more, not even to put it back. */
export function leftAsIs(
  result: ExecutionResult,
  done: readonly WriteStep[],
  { phase }: Pick<Claim, "phase">,
): ExecutionResult {
  if (done.length === 0) return result;
  const names = done.map(({ target }) => refText(target));
  if (phase === "undo") return { ...result, detail: `${result.detail} Taken back already: ${names.join(", ")}.` };
  return stillInPlace(result, names);
}

/** First what somebody has to see to: the rest may be cut off. */
function stillInPlace(result: ExecutionResult, left: readonly string[]): ExecutionResult {
  return { ...result, detail: `${partlyApplied}, and is still in place: ${left.join(", ")}. ${result.detail}` };
}
