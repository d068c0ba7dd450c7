import type { App } from "@slack/bolt";
import { messageOf } from "../../../lib/app-error.ts";
import { limits } from "../render/blocks.ts";
import { mrkdwn } from "../render/text.ts";
import { answerCommand } from "./commands.ts";
import { type HandlerDeps, handle, toldIfPossible } from "./request.ts";

/** `/incident …`: answered to who asked alone, or to the channel when asked to share. */
export function listenToCommands(app: App, deps: HandlerDeps): void {
  app.command(/.*/, async ({ ack, command, context, respond }) => {
    await ack();
    const say = toldIfPossible(
      (text) => respond({ text: mrkdwn(text, limits.section), response_type: "ephemeral" }),
      deps,
    );
    await handle(deps, { context, userId: command.user_id, say, name: "command" }, async (by, timeZone) => {
      const answer = await answerCommand(command.text, { desk: deps.desk, by, now: deps.now(), timeZone });
      try {
        await respond({
          response_type: answer.share ? "in_channel" : "ephemeral",
          text: answer.text,
          ...(answer.blocks ? { blocks: [...answer.blocks] } : {}),
        });
      } catch (error) {
        deps.log.warn({ error: messageOf(error) }, "slack.answer-failed");
        // What was asked for has been done; of blocks that Slack refuses the words are left.
        await say(answer.text);
      }
    });
  });
}
