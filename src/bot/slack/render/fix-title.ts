import type { ActionPlan } from "../../../incident/fix/action-plan.ts";
import { actionTitle } from "../../../incident/fix/action-title.ts";
import type { FixView } from "../../incident-view.ts";

/** What is done to what, without values: those are in the diff. */
export function fixTitle(fix: FixView): string {
  return actionTitle(fix.recommendation.action, fix.recommendation.target);
}

/** The same with what the plan sets, for where its diff does not stand beside it. */
export function planTitle({ action, target, params }: ActionPlan): string {
  return actionTitle(action, target, params);
}
