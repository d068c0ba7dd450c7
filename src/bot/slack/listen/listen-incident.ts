import type { App } from "@slack/bolt";
import { actionIds, viewIds } from "../render/action-ids.ts";
import { section } from "../render/blocks.ts";
import { renderHome } from "../render/render-home.ts";
import { renderIncident } from "../render/render-incident.ts";
import { renderShare, renderShared } from "../render/render-share.ts";
import { answerCommand } from "./commands.ts";
import { listener } from "./listen.ts";
import { type HandlerDeps, handle, noteView, type Say } from "./request.ts";

/** The words that an incident's menu answers like commands. */
const answered = ["timeline", "evidence", "postmortem"] as const;

/** The buttons, thumbs and menu of an incident, and those of the App Home. */
export function listenToIncidentButtons(app: App, deps: HandlerDeps): void {
  const { onButton, onForm } = listener(app, deps);
  onButton(actionIds.acknowledge, async ({ value, by, say }) => {
    const outcome = await deps.desk.acknowledge(value, by);
    if (!outcome.ok) await say(outcome.text);
  });
  onButton(actionIds.resolve, async ({ value, by, say }) => {
    const outcome = await deps.desk.resolve(value, by);
    if (!outcome.ok) await say(outcome.text);
  });
  onButton(actionIds.reopen, async ({ value, by, say }) => {
    const outcome = await deps.desk.reopen(value, by);
    if (!outcome.ok) await say(outcome.text);
  });
  onButton(actionIds.notThisCause, async ({ value, by, say }) => {
    await say((await deps.desk.notThisCause(value, by)).text);
  });
  onButton(actionIds.rate, async ({ value, by, say }) => {
    const [verdict, incidentId = ""] = value.split("|");
    if (verdict === "right" || verdict === "wrong") await say((await deps.desk.rate(incidentId, verdict, by)).text);
  });
  // A menu is one element whatever is chosen of it, and sharing needs a form at once; so every choice opens one.
  onForm(actionIds.more, "Incident", async ({ value, by }, form) => {
    const [word = "", incidentId = ""] = value.split("|");
    const view = await deps.desk.view(incidentId);
    if (!view) return void (await form.say(`There is no incident ${incidentId}.`));
    if (word === "share") return await form.show(renderShare(view));
    if (!answered.some((known) => known === word)) return void (await form.say("This menu is from another version."));
    const answer = await answerCommand(`${word} ${incidentId}`, {
      desk: deps.desk,
      by,
      now: deps.now(),
      timeZone: deps.timeZone,
    });
    await form.show({
      ...noteView(`Incident ${incidentId}`, answer.text),
      blocks: answer.blocks ? [...answer.blocks] : [section(answer.text)],
    });
  });
  onForm(actionIds.show, "Incident", async ({ value }, form) => {
    const view = await deps.desk.view(value);
    if (!view) return void (await form.say(`There is no incident ${value}.`));
    await form.show({
      ...noteView(`Incident ${value}`, ""),
      blocks: [...renderIncident(view, { inForm: true }).blocks],
    });
  });
  onButton(actionIds.homeRefresh, async ({ by, userId, say }) => {
    const shown = await deps.slack.publishHome(userId, renderHome(await deps.desk.home(by)));
    if (!shown.ok) await say(`Slack did not take the page (${shown.failure.code}); please try again.`);
  });

  app.view(viewIds.share, async ({ ack, body, view, context }) => {
    await ack({ response_action: "update", view: noteView("Share", "Sharing …") });
    const say: Say = (text) => deps.slack.updateView(view.id, noteView("Share", text));
    await handle(deps, { context, userId: body.user.id, say, name: viewIds.share }, async (by) => {
      const channel = view.state.values["channel"]?.["value"]?.selected_conversation;
      const incident = await deps.desk.view(view.private_metadata);
      if (!channel || !incident)
        return void (await say("This form is from an older version of kubemend; please open it again."));
      const sent = await deps.slack.post({ channel, ...renderShared(incident, by), postId: `share/${view.id}` });
      await say(
        sent.ok
          ? "Shared."
          : `Slack did not take it (${sent.failure.code})${sent.failure.code === "not_in_channel" ? "; invite kubemend there first" : ""}.`,
      );
    });
  });
}
