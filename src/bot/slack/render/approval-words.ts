import type { ApprovalOutcome, ApprovalRefusal } from "../../../incident/approval.ts";

const refusals: Readonly<Record<ApprovalRefusal, string>> = {
  "already-decided": "Somebody has already decided about this fix; the message shows what happened.",
  expired: "This plan has expired. Review makes a fresh one against the cluster as it is now.",
  "plan-changed": "The plan has changed since this button was drawn. Review shows the new one.",
  "not-allowed": "The policy does not let you approve this.",
  "already-voted": "Your approval is already counted; somebody else has to approve as well.",
  frozen: "Changes are frozen. `/incident unfreeze` allows them again.",
  "unknown-plan": "There is no such plan any more. Review makes a fresh one.",
  "other-cluster": "This fix belongs to another cluster; its own kubemend takes the decision.",
  "budget-spent": "The policy's budget of changes within an hour is used up.",
  "one-at-a-time":
    "Another change of this incident is on its way, or it is being watched whether it helped; two at once would prove nothing.",
  "incident-over": "The incident is resolved; `/incident reopen` opens it again when it is not.",
  "cluster-denies": "In the cluster you may not make this change yourself.",
  "cluster-not-asked": "Whether you may make this change yourself in the cluster could not be found out.",
  "code-needed": "Approving this needs the six-digit code of your authenticator: open Review and type it there.",
  "code-wrong": "That is not the code your authenticator shows now.",
  "code-used": "This code has been used; wait for the next one.",
  "code-locked": "Too many wrong codes: none is judged for the next 15 minutes.",
  "not-enrolled": "You have no authenticator yet; an operator gives you one (`kubemend totp enrol <your address>`).",
  "second-factor-unavailable":
    "Codes cannot be judged: kubemend's key for them is missing or another one (setting secondFactor.key).",
};

/** For who presses the button of an older message, or types nothing. */
export const undoNeedsCode =
  "Approving this needed a code, and so does taking it back: `/incident show` has the button that asks for it.";

/** `detail` is a sentence of its own and stands behind the usual one; it is not escaped here. */
export function refusalText(reason: ApprovalRefusal, detail?: string): string {
  return `Nothing was changed. ${refusals[reason]}${detail ? ` ${detail}` : ""}`;
}

/** What an approval came to, for the person who clicked. */
export function approvalText(outcome: ApprovalOutcome): string {
  switch (outcome.type) {
    case "approved":
      return "Approved. It is being applied; the message follows along.";
    case "vote-counted":
      return `Your approval is counted: ${outcome.have} of ${outcome.need}.`;
    case "refused":
      return refusalText(outcome.reason, outcome.detail);
  }
}
