import type { KnownBlock, ModalView } from "@slack/types";
import type { StoredPlan } from "../../../incident/fix/stored-plan.ts";
import { codeBlock, encodeFix, viewIds } from "./action-ids.ts";
import { limits, plain, section } from "./blocks.ts";
import { undoWords } from "./fix-buttons.ts";
import { mrkdwn } from "./text.ts";

/** Where a one-time code is typed. */
export const codeInput = (optional: boolean, neededTo: string): KnownBlock => ({
  type: "input",
  block_id: codeBlock,
  optional,
  label: plain("Code", 100),
  hint: plain(`The six digits that your authenticator shows now; needed to ${neededTo}.`, 150),
  element: { type: "plain_text_input", action_id: "value", max_length: 10 },
});

/** Taking back a change whose approval needed a code. */
export function renderUndo(stored: StoredPlan, options: { incidentId: string }): ModalView {
  const { id, recommendationId, digest } = stored.plan;
  return {
    type: "modal",
    callback_id: viewIds.undo,
    private_metadata: encodeFix({ incidentId: options.incidentId, recommendationId, planId: id, digest }),
    title: plain("Undo this change?", limits.viewTitle),
    submit: plain("Undo", 24),
    close: plain("Cancel", 24),
    blocks: [section(mrkdwn(undoWords(stored.plan), limits.section)), codeInput(false, "take it back")],
  };
}
