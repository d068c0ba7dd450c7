import type { ApprovalOutcome, ApprovalRefusal } from "../../incident/approval.ts";

const refusals: Readonly<Record<ApprovalRefusal, string>> = {
  "already-decided": "Somebody has already decided about this fix; the message shows what happened.",
  expired: "This plan has expired. Review makes a fresh one against the cluster as it is now.",
  "plan-changed": "The plan has changed since this button was drawn. Review shows the new one.",
  "not-allowed": "The policy does not let you approve this.",
  "already-voted": "Your approval is already counted; somebody else has to approve as well.",
  frozen: "Changes are frozen. `/incident unfreeze` allows them again.",
  "unknown-plan": "There is no such plan any more. Review makes a fresh one.",
  "budget-spent": "The policy's budget of changes for this namespace and hour is used up.",
};

export function refusalText(reason: ApprovalRefusal): string {
  return `Nothing was changed. ${refusals[reason]}`;
}

/** What an approval came to, for the person who clicked. */
export function approvalText(outcome: ApprovalOutcome): string {
  switch (outcome.type) {
    case "approved":
      return "Approved. It is being applied; the message follows along.";
    case "vote-counted":
      return `Your approval is counted: ${outcome.have} of ${outcome.need}.`;
    case "refused":
      return refusalText(outcome.reason);
  }
}
