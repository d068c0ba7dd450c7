import type { KnownBlock } from "@slack/types";
import type { ActionPlan } from "../../../incident/fix/action-plan.ts";
import { type EditableParam, editableParams } from "../../../incident/fix/editable-params.ts";
import type { StoredPlan } from "../../../incident/fix/stored-plan.ts";
import { editBlock } from "./action-ids.ts";
import { plain } from "./blocks.ts";
import { codeInput } from "./render-undo.ts";

/** The name of a parameter as the diff above has it, and in words where the diff does not have it. */
const paramWords = (name: string) => (name === "toRevision" ? "Revision to go back to" : name.replaceAll("/", "."));

/** What an empty field means. */
function emptyWords({ shown, hidden }: EditableParam) {
  if (shown !== undefined) return {};
  const why = hidden ? "Not shown, because it may hold a secret. " : "";
  return { hint: plain(`${why}Empty: as in the plan.`, 150) };
}

/** What a person may set otherwise; then another plan takes the place of this one. */
function edits(plan: ActionPlan): KnownBlock[] {
  return editableParams(plan.action, plan.params).map((param) => ({
    type: "input",
    block_id: editBlock(param.kind, param.name),
    optional: true,
    label: plain(paramWords(param.name), 2_000),
    ...emptyWords(param),
    element: {
      type: "plain_text_input",
      action_id: "value",
      max_length: 3_000,
      ...(param.shown === undefined ? {} : { initial_value: param.shown.slice(0, 3_000) }),
    },
  }));
}

/** Whether this approval applies the change depends on how many it still needs. */
function approveChoice(stored: StoredPlan) {
  const missing = stored.plan.approvalsNeeded - stored.approvals.length - 1;
  const text =
    missing > 0
      ? `Approve exactly this; ${missing} more approval${missing === 1 ? "" : "s"} needed after yours`
      : "Approve: apply exactly this";
  return { text: plain(text, 75), value: "approve" };
}

const decisions = {
  edit: { text: plain("Preview with the values below; nothing is applied yet", 75), value: "edit" },
  reject: { text: plain("Reject: do not apply", 75), value: "reject" },
};

/** What a person decides of a plan, with the values that may be set otherwise. */
export function decisionInputs(stored: StoredPlan): KnownBlock[] {
  const editable = edits(stored.plan);
  const approve = approveChoice(stored);
  return [
    {
      type: "input",
      block_id: "decision",
      label: plain("Decision", 100),
      element: {
        type: "radio_buttons",
        action_id: "value",
        initial_option: approve,
        options: [approve, ...(editable.length > 0 ? [decisions.edit] : []), decisions.reject],
      },
    },
    ...(stored.plan.secondFactor ? [codeInput(true, "approve")] : []),
    ...editable,
    {
      type: "input",
      block_id: "note",
      optional: true,
      label: plain("Note", 100),
      hint: plain("Kept with the decision; say why when you reject.", 150),
      element: { type: "plain_text_input", action_id: "value", multiline: true, max_length: 1_000 },
    },
  ];
}
