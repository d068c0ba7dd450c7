import type { App } from "@slack/bolt";
import { actionIds, codeBlock, decodeFix, viewIds } from "../render/action-ids.ts";
import { renderUndo } from "../render/render-undo.ts";
import { listener } from "./listen.ts";
import { type HandlerDeps, handle, noteView, type Say, typed } from "./request.ts";

const title = "Undo this change?";

/** Taking changes back: at once, or with a one-time code where approving it needed one. */
export function listenToUndo(app: App, deps: HandlerDeps): void {
  const { onButton, onForm } = listener(app, deps);
  const older = "This button is from an older version of kubemend. `/incident show` draws it again.";

  onButton(actionIds.undo, async ({ value, by, say }) => {
    const fix = decodeFix(value);
    await say(fix ? (await deps.desk.undo(fix.planId, by)).text : older);
  });
  onForm(actionIds.undoWithCode, title, async ({ value }, form) => {
    const fix = decodeFix(value);
    const view = fix && (await deps.desk.view(fix.incidentId));
    const known = view?.fixes.find((one) => one.plan?.plan.id === fix?.planId)?.plan;
    if (fix && known) await form.show(renderUndo(known, { incidentId: fix.incidentId }));
    else await form.say(fix ? "This change is no longer shown; `/incident show` shows the present ones." : older);
  });
  app.view(viewIds.undo, async ({ ack, body, view, context }) => {
    await ack({ response_action: "update", view: noteView(title, "Undoing …") });
    const say: Say = (text) => deps.slack.updateView(view.id, noteView(title, text));
    await handle(deps, { context, userId: body.user.id, say, name: viewIds.undo }, async (by) => {
      const fix = decodeFix(view.private_metadata);
      const code = typed(view.state.values, codeBlock)?.trim();
      await say(fix ? (await deps.desk.undo(fix.planId, by, code)).text : older);
    });
  });
}
