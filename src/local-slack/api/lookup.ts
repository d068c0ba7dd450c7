import type { Core } from "../core.ts";
import type { LocalSlackUser } from "../options.ts";
import { isShownAsImage } from "../state/file.ts";
import type { Message } from "../state/message.ts";
import type { Room } from "../state/room.ts";
import { directRoom } from "../state/workspace.ts";
import { refuse } from "./refusal.ts";

/** The conversation with this id. Refuses the call (`channel_not_found`) when there is none, or no id is given. */
export function roomById(core: Core, id: string | undefined): Room {
  const room = id === undefined ? undefined : core.workspace.rooms.get(id);
  return room ?? refuse("channel_not_found");
}

/** Posting takes more than ids: #name, name, or a person's id for the direct conversation. */
export function roomToPost(core: Core, channel: string): Room {
  const { rooms, users } = core.workspace;
  const name = channel.replace(/^#/, "");
  const byName = [...rooms.values()].find((room) => room.kind === "channel" && room.info.name === name);
  const person = users.get(channel);
  const room =
    rooms.get(channel) ?? byName ?? (person ? directRoom(core.workspace, core.settings, person.id) : undefined);
  if (!room) return refuse("channel_not_found");
  if (room.info.is_archived === true) return refuse("is_archived");
  return room;
}

/** Refuses when the bot has not been invited. Strangers see a private channel as if it did not exist. */
export function botInside(core: Core, room: Room): Room {
  if (room.members.has(core.settings.bot.user_id)) return room;
  return refuse(room.info.is_private === true ? "channel_not_found" : "not_in_channel");
}

/** Refuses the call (`message_not_found`) for a message that is gone, was never there, or is ephemeral. */
export function messageAt(room: Room, ts: string): Message {
  return room.messages.get(ts) ?? refuse("message_not_found");
}

/** Refuses the call (`user_not_found`); the bot is a person here as well. */
export function person(core: Core, id: string | undefined): LocalSlackUser {
  const user = id === undefined ? undefined : core.workspace.users.get(id);
  return user ?? refuse("user_not_found");
}

/** Whether a `slack_file` (id, url_private or permalink) is an image that is ready to be shown. */
export function knowsFile(core: Core): (idOrUrl: string) => boolean {
  return (idOrUrl) => {
    const id = /F[A-Z0-9]{8,}/.exec(idOrUrl)?.[0] ?? "";
    const file = core.workspace.files.get(id);
    return file !== undefined && isShownAsImage(file.mimetype) && core.settings.clock.now() >= file.readyAt;
  };
}
