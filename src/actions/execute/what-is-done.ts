import type { WriteStep } from "../../incident/fix/action-plan.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import type { ActorPreviewPort } from "../cluster-port.ts";
import { lookAt } from "./look.ts";

export type WhatIsDone =
  | { readonly type: "seen"; readonly done: readonly WriteStep[] }
  | { readonly type: "unreachable"; readonly detail: string };

/** What earlier attempts have done of a claim that must not go on, found out without sending anything. */
export async function whatIsDone(
  { plan, phase, sentSteps, attempt }: Claim,
  cluster: Pick<ActorPreviewPort, "get" | "list">,
): Promise<WhatIsDone> {
  if (attempt === 1) return { type: "seen", done: [] };
  const done: WriteStep[] = [];
  for (const [index, step] of (phase === "apply" ? plan.steps : plan.undo).entries()) {
    const sight = sentSteps.includes(index) ? ({ type: "done" } as const) : await lookAt(step, plan, phase, cluster);
    if (sight.type === "unreachable") return sight;
    if (sight.type === "done") done.push(step);
  }
  return { type: "seen", done };
}
