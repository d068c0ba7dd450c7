import type { App, MessageShortcut } from "@slack/bolt";
import { type Severity, severities } from "../../../incident/severity.ts";
import { unresolvedStatuses } from "../../../incident/status.ts";
import { actionIds, shortcutIds, viewIds } from "../render/action-ids.ts";
import { limits } from "../render/blocks.ts";
import { renderDeclare, renderNote } from "../render/render-declare.ts";
import { mrkdwn } from "../render/text.ts";
import { listener } from "./listen.ts";
import { type HandlerDeps, handle, noteView, openForm, type Say, toldIfPossible, typed } from "./request.ts";

const listed = 50;

const isBots = (message: MessageShortcut["message"]) => message["bot_id"] !== undefined;

/** From a message to an incident: declare one, or put the words on the timeline of one that is open. */
export function listenToShortcuts(app: App, deps: HandlerDeps): void {
  const { onForm } = listener(app, deps);
  const onMessage = (
    callbackId: string,
    title: string,
    act: (
      shortcut: MessageShortcut,
      show: Parameters<typeof openForm>[1] & Awaited<ReturnType<typeof openForm>>,
    ) => Promise<void>,
  ) =>
    app.shortcut<MessageShortcut>(
      { type: "message_action", callback_id: callbackId },
      async ({ ack, shortcut, context, respond }) => {
        await ack();
        const beside = toldIfPossible(
          (text) =>
            respond({ text: mrkdwn(text, limits.section), response_type: "ephemeral", replace_original: false }),
          deps,
        );
        const request = { triggerId: shortcut.trigger_id, title, say: beside };
        const form = await openForm(deps, request);
        await handle(deps, { context, userId: shortcut.user.id, say: form.say, name: callbackId }, () =>
          act(shortcut, { ...request, ...form }),
        );
      },
    );

  onMessage(shortcutIds.declare, "Declare incident", async ({ message }, form) => {
    await form.show(renderDeclare({ text: message.text ?? "" }));
  });
  onForm(actionIds.declare, "Declare incident", async (_pressed, form) => await form.show(renderDeclare({ text: "" })));

  onMessage(shortcutIds.note, "Add to timeline", async ({ message, channel }, form) => {
    const threadTs: unknown = message["thread_ts"];
    const thread = typeof threadTs === "string" ? threadTs : message.ts;
    const here = await deps.incidentOfMessage?.(channel.id, thread);
    const open = await deps.desk.list({ statuses: unresolvedStatuses, limit: listed });
    if (open.length === 0 && here === undefined) await form.say("No incident is open. `/incident declare` opens one.");
    // What we say of an incident is on its timeline already; people's words are not.
    else await form.show(renderNote({ text: isBots(message) ? "" : (message.text ?? ""), incidents: open, here }));
  });

  app.view(viewIds.declare, async ({ ack, body, view, context }) => {
    const title = typed(view.state.values, "title")?.trim() ?? "";
    if (title === "") return await ack({ response_action: "errors", errors: { title: "Say what is wrong." } });
    await ack({ response_action: "update", view: noteView("Declare incident", "One moment …") });
    const say: Say = (text) => deps.slack.updateView(view.id, noteView("Declare incident", text));
    await handle(deps, { context, userId: body.user.id, say, name: viewIds.declare }, async (by) => {
      const chosen = typed(view.state.values, "severity");
      const severity: Severity = severities.find((one) => one === chosen) ?? "high";
      const workload = typed(view.state.values, "workload")?.trim();
      const outcome = await deps.desk.declare({ title, severity, ...(workload ? { workload } : {}) }, by);
      await say(outcome.text);
    });
  });

  app.view(viewIds.note, async ({ ack, body, view, context }) => {
    await ack({ response_action: "update", view: noteView("Add to timeline", "One moment …") });
    const say: Say = (text) => deps.slack.updateView(view.id, noteView("Add to timeline", text));
    await handle(deps, { context, userId: body.user.id, say, name: viewIds.note }, async (by) => {
      const incidentId = typed(view.state.values, "incident") ?? "";
      await say((await deps.desk.addNote(incidentId, typed(view.state.values, "note") ?? "", by)).text);
    });
  });
}
