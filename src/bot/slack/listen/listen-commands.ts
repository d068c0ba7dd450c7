import type { App } from "@slack/bolt";
import { messageOf } from "../../../lib/app-error.ts";
import { limits } from "../render/blocks.ts";
import { mrkdwn } from "../render/text.ts";
import type { CommandAnswer } from "./command.ts";
import { answerCommand } from "./commands.ts";
import { type HandlerDeps, handle, toldIfPossible } from "./request.ts";

/** The name of the command as the manifest has it, and as answers quote it. */
const usualName = "/incident";

/** An answer that names the command as this app has it: apps of several clusters in one workspace have names of their own. */
function inName(answer: CommandAnswer, name: string): CommandAnswer {
  if (name === usualName || !/^\/[\w-]{1,31}$/.test(name)) return answer;
  // After a backtick: nobody else's words begin so.
  const named = (text: string) => text.replaceAll(`\`${usualName}`, `\`${name}`);
  return {
    ...answer,
    text: named(answer.text),
    ...(answer.blocks
      ? { blocks: JSON.parse(named(JSON.stringify(answer.blocks))) as NonNullable<CommandAnswer["blocks"]> }
      : {}),
  };
}

/** `/incident …`: answered to who asked alone, or to the channel when asked to share. */
export function listenToCommands(app: App, deps: HandlerDeps): void {
  app.command(/.*/, async ({ ack, command, context, respond }) => {
    await ack();
    const say = toldIfPossible(
      (text) => respond({ text: mrkdwn(text, limits.section), response_type: "ephemeral" }),
      deps,
    );
    await handle(deps, { context, userId: command.user_id, say, name: "command" }, async (by, timeZone) => {
      const given = await answerCommand(command.text, { desk: deps.desk, by, now: deps.now(), timeZone });
      const answer = inName(given, command.command);
      try {
        await respond({
          response_type: given.share ? "in_channel" : "ephemeral",
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
