import type { Core } from "../core.ts";
import { shortId } from "../ids.ts";
import { postMessage } from "../messages.ts";
import type { Message } from "../state/message.ts";
import { userText } from "./user-text.ts";

export interface Saying {
  readonly userId: string;
  readonly channel: string;
  /** As typed: plain text, in which @handle and #channel are mentions. */
  readonly text: string;
  readonly threadTs?: string | undefined;
}

/** Longer than Slack lets people type. */
const longestText = 12_000;

/** A person's message in a channel, a thread or the direct conversation with the bot. */
export function say(core: Core, saying: Saying): Message | undefined {
  const room = core.workspace.rooms.get(saying.channel);
  const isEmpty = saying.text.trim() === "";
  if (!room?.members.has(saying.userId) || room.info.is_archived === true || isEmpty) return undefined;
  const parent = saying.threadTs === undefined ? undefined : room.messages.get(saying.threadTs);
  if (saying.threadTs !== undefined && parent === undefined) return undefined;
  const text = userText(core.workspace, saying.text.slice(0, longestText));
  const message = postMessage(core, room, {
    user: saying.userId,
    text,
    thread_ts: parent?.thread_ts ?? parent?.ts,
  });
  const mentioned = text.includes(`<@${core.settings.bot.user_id}>`);
  if (mentioned && room.kind === "channel" && room.members.has(core.settings.bot.user_id)) {
    const { type: _type, ...rest } = message;
    core.events.emit(
      { ...rest, type: "app_mention", client_msg_id: shortId(), channel: room.id, event_ts: message.ts },
      saying.userId,
    );
  }
  return message;
}
