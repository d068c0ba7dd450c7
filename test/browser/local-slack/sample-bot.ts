import type { FakeBot } from "../../unit/local-slack/fake-bot.ts";
import { reviewModal } from "./sample-blocks.ts";

/** The channel of these tests. */
export const channel = "C0LOCALINCI";

/** What the bot does when people press things. */
export function behave({ app }: FakeBot): void {
  app.action("approve", async ({ ack, body, client }) => {
    await ack();
    const ts = "message" in body ? (body.message?.ts ?? "") : "";
    const blocks = [
      { type: "section", text: { type: "mrkdwn", text: `:white_check_mark: Approved by <@${body.user.id}>` } },
    ];
    await client.chat.update({ channel, ts, text: "approved", blocks });
  });
  app.action("review", async ({ ack, body, client }) => {
    await ack();
    await client.views.open({ trigger_id: "trigger_id" in body ? body.trigger_id : "", view: reviewModal() });
  });
  app.action("reject", async ({ ack, respond }) => {
    await ack();
    await respond({ text: "Rejected, and only you know." });
  });
  app.action("size", async ({ ack, action, respond }) => {
    await ack();
    await respond({ text: `Chosen: ${"selected_option" in action ? action.selected_option?.value : ""}` });
  });
  app.action("deaf", () => Promise.resolve());
  app.view("review", async ({ ack, view, client, body }) => {
    const values = view.state.values;
    if (values["replicas"]?.["count"]?.value === "9")
      return await ack({ response_action: "errors", errors: { replicas: "The node has room for 4." } });
    await ack();
    const text = `Submitted by <@${body.user.id}>: ${values["note"]?.["text"]?.value} / ${values["reason"]?.["why"]?.selected_option?.value}`;
    await client.chat.postMessage({ channel, text });
  });
  app.view({ callback_id: "review", type: "view_closed" }, async ({ ack, body, client }) => {
    await ack();
    await client.chat.postEphemeral({ channel, user: body.user.id, text: "You closed the review." });
  });
  app.command("/incident", async ({ ack, command }) => await ack(`*1 open incident* for \`${command.text}\``));
  app.shortcut("declare", async ({ ack, respond }) => {
    await ack();
    await respond({ text: "Declared." });
  });
  app.event("app_mention", async ({ event, client }) => {
    await client.chat.postMessage({
      channel: event.channel,
      thread_ts: event.thread_ts ?? event.ts,
      text: "Because of the CPU limit.",
    });
  });
  app.event("app_home_opened", async ({ event, client }) => {
    const blocks = [{ type: "header", text: { type: "plain_text", text: `Home of ${event.user}` } }];
    await client.views.publish({ user_id: event.user, view: { type: "home", blocks } as never });
  });
}
