import { answerMessage } from "../bot/answer-message.ts";
import { teamOf, verificationToken } from "../bot/payload-parts.ts";
import type { Core } from "../core.ts";
import { type Fields, isFields } from "../json.ts";
import { type Outcome, outcomeOf, undone } from "./outcome.ts";

export interface SlashCall {
  readonly userId: string;
  readonly channel: string;
  /** The whole line, from the slash on. */
  readonly line: string;
}

/** Runs a slash command as typed in the message box. Not possible in threads, as in Slack. */
export async function slash(core: Core, { userId, channel, line }: SlashCall): Promise<Outcome> {
  const room = core.workspace.rooms.get(channel);
  if (!room?.members.has(userId)) return undone("channel_not_found");
  const [command = "", ...rest] = line.trim().split(" ");
  const known = core.settings.commands;
  if (known && !known.some((entry) => entry.command === command)) {
    return undone("unknown_command");
  }
  const { team, bot } = core.settings;
  const response = core.responseUrls.issue({ channel, user: userId });
  const delivery = await core.dispatcher.send({
    type: "slash_commands",
    payload: {
      token: verificationToken(core),
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel,
      channel_name:
        room.kind === "im" ? "directmessage" : room.info.is_private === true ? "privategroup" : room.info.name,
      user_id: userId,
      user_name: core.workspace.users.get(userId)?.name ?? userId,
      user_team_id: teamOf(core, userId),
      command,
      text: rest.join(" "),
      api_app_id: bot.app_id,
      is_enterprise_install: "false",
      response_url: `${core.url()}/commands/${team.id}/${response}`,
      trigger_id: core.triggers.issue(userId),
    },
  });
  if (delivery.kind === "failed") return outcomeOf(core, userId, undefined, delivery);
  const body = messageBody(delivery.body);
  if (body === undefined) return { ok: true };
  const refusal = answerMessage(core, { channel, user: userId }, body);
  if (refusal === undefined) return { ok: true };
  return outcomeOf(core, userId, `${command} (${refusal})`, {
    kind: "failed",
    error: "dispatch_unknown_error",
    reason: refusal,
    noRetry: true,
  });
}

/** A command may be answered at once, with a text or a message. */
function messageBody(body: unknown): Fields | undefined {
  if (typeof body === "string") return body.trim() === "" ? undefined : { text: body };
  return isFields(body) && Object.keys(body).length > 0 ? body : undefined;
}
