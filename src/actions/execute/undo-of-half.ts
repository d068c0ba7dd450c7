import type { WriteStep } from "../../incident/fix/action-plan.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { ActorPreviewPort } from "../cluster-port.ts";
import { lookAt } from "./look.ts";

export type UndoOfHalf =
  | { readonly type: "seen"; readonly steps: readonly WriteStep[] }
  | { readonly type: "unreachable"; readonly detail: string };

/**
 * The way back from a plan that ended half-way: for what is in place of it, found out by looking. What it never came to is as it
 * was, or somebody else's by now, and no business of its undo.
 */
export async function undoOfHalf(
  { plan }: Pick<Claim, "plan">,
  cluster: Pick<ActorPreviewPort, "get" | "list">,
): Promise<UndoOfHalf> {
  const steps: WriteStep[] = [];
  for (const back of plan.undo) {
    const step = plan.steps.find(({ target }) => sameRef(target, back.target));
    const sight = step && (await lookAt(step, plan, "apply", cluster));
    if (sight?.type === "unreachable") return sight;
    if (sight?.type === "done") steps.push(back);
  }
  return { type: "seen", steps };
}
