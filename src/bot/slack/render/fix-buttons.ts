import type { Button } from "@slack/types";
import type { ActionPlan } from "../../../incident/fix/action-plan.ts";
import { mayBeUndone } from "../../../incident/fix/half-applied.ts";
import type { StoredPlan } from "../../../incident/fix/stored-plan.ts";
import type { FixView } from "../../incident-view.ts";
import { actionIds, encodeFix } from "./action-ids.ts";
import { button, confirm } from "./blocks.ts";
import { changedLines } from "./changed-lines.ts";
import { planTitle } from "./fix-title.ts";

export interface ButtonOptions {
  readonly incidentId: string;
  readonly closed: boolean;
  readonly frozen: boolean;
  /** The one of several on offer that a person looks at first: its button alone stands out. */
  readonly best: boolean;
}

/** What a person can still do about a fix. */
export function fixButtons(fix: FixView, options: ButtonOptions): readonly Button[] {
  const value = encodeFix({
    incidentId: options.incidentId,
    recommendationId: fix.recommendation.id,
    planId: fix.plan?.plan.id ?? "",
    digest: fix.plan?.plan.digest ?? "",
  });
  return [...(options.closed ? [] : decisionButtons(fix, value, options)), ...undoButtons(fix, value)];
}

function decisionButtons({ plan, refusal }: FixView, value: string, { frozen, best }: ButtonOptions): Button[] {
  const review = (label: string, style = {}) => button(label, actionIds.review, value, style);
  const standsOut = best ? { style: "primary" as const } : {};
  switch (plan?.plan.state) {
    case "proposed": {
      if (frozen) return [review("Review")];
      const reject = button("Reject", actionIds.reject, value);
      // A code can only be typed into the review, so that is the way to approve.
      if (plan.plan.secondFactor) return [review("Review", standsOut), reject];
      const confirmed = { ...standsOut, confirm: approveQuestion(plan) };
      return [review("Review"), button("Approve", actionIds.approve, value, confirmed), reject];
    }
    case "expired":
      return [review("Review")];
    case "rejected":
      return [review("Review again")];
    default:
      return refusal?.reason === "needs-input" ? [review("Fill in and review")] : [];
  }
}

/** A change that is in place, or half of it, and has not helped can be taken back, also when its incident is closed. */
function undoButtons({ plan: stored }: FixView, value: string): Button[] {
  if (!stored || !mayBeUndone(stored) || stored.verification?.verdict === "recovered") return [];
  const { plan } = stored;
  // Its form is the question where a code has to be typed.
  return plan.secondFactor
    ? [button("Undo", actionIds.undoWithCode, value, { style: "danger" })]
    : [button("Undo", actionIds.undo, value, { style: "danger", confirm: undoQuestion(plan) })];
}

/** Asks before one click approves: what is changed, whom it touches, and whether it is applied by this very approval. */
function approveQuestion({ plan, approvals }: StoredPlan) {
  const { pods } = plan.blastRadius;
  const missing = plan.approvalsNeeded - approvals.length - 1;
  const title = planTitle(plan);
  const then =
    missing > 0
      ? `Nothing is applied yet: ${missing} more approval${missing === 1 ? " is" : "s are"} needed after yours.`
      : `It is applied at once${pods > 0 ? ` and touches ${pods} pod${pods === 1 ? "" : "s"}` : ""}.`;
  // Slack cuts such a question at 300 characters: what happens comes before the lines of the diff.
  return confirm(
    missing > 0 ? "Approve this change?" : "Apply this change?",
    [title, then, ...changedLines(plan.diff)].join("\n"),
    missing > 0 ? "Approve" : "Apply",
  );
}

/** What undoing a change means, for who is about to: that it happens at once, and whom it touches. */
export function undoWords(plan: ActionPlan): string {
  const { pods } = plan.blastRadius;
  const touched = pods > 0 ? ` and touches ${pods} pod${pods === 1 ? "" : "s"}` : "";
  const byHand = plan.undoKubectl ? `By hand: ${plan.undoKubectl}` : "";
  const where = plan.state === "failed" ? " where it was applied" : "";
  return [`${planTitle(plan)}: what was before is put back at once${where}${touched}.`, byHand].join("\n").trim();
}

const undoQuestion = (plan: ActionPlan) => confirm("Undo this change?", undoWords(plan), "Undo");
