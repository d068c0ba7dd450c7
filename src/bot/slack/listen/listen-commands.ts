import type { App } from "@slack/bolt";
import { limits } from "../render/blocks.ts";
import { mrkdwn } from "../render/text.ts";
import { answerCommand } from "./commands.ts";
import { type HandlerDeps, handle, type Say } from "./request.ts";

/** `/incident …`: answered to who asked alone, or to the channel when asked to share. */
export function listenToCommands(app: App, deps: HandlerDeps): void {
  app.command(/.*/, async ({ ack, command, context, respond }) => {
    await ack();
    const say: Say = (text) => respond({ text: mrkdwn(text, limits.section), response_type: "ephemeral" });
    await handle(deps, { context, userId: command.user_id, say, name: "command" }, async (by, timeZone) => {
      const answer = await answerCommand(command.text, { desk: deps.desk, by, now: deps.now(), timeZone });
      await respond({
        response_type: answer.share ? "in_channel" : "ephemeral",
        text: answer.text,
        ...(answer.blocks ? { blocks: [...answer.blocks] } : {}),
      });
    });
  });
}
