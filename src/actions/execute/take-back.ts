import type { WriteStep } from "../../incident/fix/action-plan.ts";
import { partlyApplied, stoppedByFreeze } from "../../incident/fix/execution.ts";
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
  const left = done.filter(({ target }) => !undo.some((back) => isBack.has(back) && sameRef(back.target, target)));
  if (left.length === 0) return { ...result, detail: `${result.detail} What had been changed before was put back.` };
  return stillInPlace(result, left);
}

/** Says how far it has come, where nothing may be sent any more, not even to put it back. */
export function leftAsIs(
  result: ExecutionResult,
  done: readonly WriteStep[],
  { phase }: Pick<Claim, "phase">,
): ExecutionResult {
  if (done.length === 0) return result;
  if (phase === "undo")
    return { ...result, detail: `${result.detail} Taken back already: ${done.map(nameOf).join(", ")}.` };
  return stillInPlace(result, done);
}

/** How a plan of many changes ends that a freeze has stopped between two of them. */
export function frozenHalfWay(done: readonly WriteStep[], of: number, claim: Pick<Claim, "phase">): ExecutionResult {
  const after = `after ${done.length} of ${of} steps`;
  if (claim.phase === "undo")
    return leftAsIs({ outcome: "refused", detail: `Changes were frozen ${after}.` }, done, claim);
  return { outcome: "refused", detail: `${stoppedByFreeze} ${after}. ${whatStays(done)}` };
}

const nameOf = ({ target }: WriteStep) => refText(target);

/** What steps of a kind leave behind; in this order, since what somebody has to see to comes first. */
const leavings: readonly (readonly [WriteStep["type"], words: string])[] = [
  ["patch", "Still changed"],
  ["create", "Made"],
  ["delete", "Deleted"],
  ["evict", "Evicted"],
  ["http", "Asked to heal"],
];
const namesShown = 6;

function whatStays(done: readonly WriteStep[]): string {
  const told = leavings.flatMap(([kind, words]) => {
    const names = done.filter(({ type }) => type === kind).map(nameOf);
    if (names.length === 0) return [];
    const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
    return [`${words}: ${names.slice(0, namesShown).join(", ")}${more}.`];
  });
  return told.join(" ");
}

/** First what somebody has to see to: the rest may be cut off. */
function stillInPlace(result: ExecutionResult, left: readonly WriteStep[]): ExecutionResult {
  return { ...result, detail: `${partlyApplied}. ${whatStays(left)} ${result.detail}` };
}
