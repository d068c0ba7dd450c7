import type { App } from "@slack/bolt";
import { untilToken } from "../../../lib/until-token.ts";
import { actionIds, viewIds } from "../render/action-ids.ts";
import { renderSilenceConfirm, renderSilenceForm, silenceChoices } from "../render/render-silence.ts";
import { decodeSilence } from "../render/silence-request.ts";
import { listener } from "./listen.ts";
import { type HandlerDeps, handle, noteView, type Say, typed } from "./request.ts";

const older = "Its time has passed, or this form is from an older version of kubemend; please ask again.";
const title = "Silence";

/** Silences: from the incident's button in two steps, and the confirmation of `/incident silence`. */
export function listenToSilences(app: App, deps: HandlerDeps): void {
  const { onButton, onForm } = listener(app, deps);

  onForm(actionIds.silence, title, async ({ value }, form) => {
    const elsewhere = await deps.desk.elsewhere?.(value);
    if (elsewhere !== undefined) return void (await form.say(elsewhere));
    const view = await deps.desk.view(value);
    if (view) await form.show(renderSilenceForm(view));
    else await form.say(`There is no incident ${value}.`);
  });

  app.view(viewIds.silence, async ({ ack, body, view, context }) => {
    await ack({ response_action: "update", view: noteView(title, "Looking what that would keep quiet …") });
    const say: Say = (text) => deps.slack.updateView(view.id, noteView(title, text));
    await handle(deps, { context, userId: body.user.id, say, name: viewIds.silence }, async () => {
      const incident = await deps.desk.view(view.private_metadata);
      const matcher = incident && silenceChoices(incident)[Number(typed(view.state.values, "target"))];
      const durationMs = Number(typed(view.state.values, "duration"));
      if (!matcher || !Number.isFinite(durationMs)) return void (await say(older));
      const reason = untilToken(typed(view.state.values, "note") ?? "", 300);
      const request = { matcher, startsInMs: 0, durationMs, reason };
      await deps.slack.updateView(view.id, renderSilenceConfirm(await deps.desk.previewSilence(request), request));
    });
  });

  app.view(viewIds.silenceConfirm, async ({ ack, body, view, context }) => {
    await ack({ response_action: "update", view: noteView(title, "One moment …") });
    const say: Say = (text) => deps.slack.updateView(view.id, noteView(title, text));
    await handle(deps, { context, userId: body.user.id, say, name: viewIds.silenceConfirm }, async (by) => {
      const request = decodeSilence(view.private_metadata, deps.now());
      await say(request ? (await deps.desk.silence(request, by)).text : older);
    });
  });

  onButton(actionIds.silenceConfirm, async ({ value, by, replace }) => {
    const request = decodeSilence(value, deps.now());
    await replace(request ? (await deps.desk.silence(request, by)).text : older);
  });
  onButton(actionIds.dismiss, async ({ replace }) => void (await replace("Nothing was changed.")));
}
