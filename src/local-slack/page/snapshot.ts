import { teamOf } from "../bot/payload-parts.ts";
import type { Core } from "../core.ts";
import type { Fields } from "../json.ts";
import type { LocalSlackUser } from "../options.ts";
import { present, type Room } from "../state/room.ts";
import { directRoom } from "../state/workspace.ts";
import { modalsOf } from "../views.ts";

/** Only people of the workspace, not its bots, have a page. */
export function mayAct(core: Core, user: string): boolean {
  const person = core.workspace.users.get(user);
  return person !== undefined && person.is_bot !== true;
}

const userLine = (core: Core, user: LocalSlackUser): Fields => ({
  id: user.id,
  name: user.name,
  real_name: user.real_name,
  title: user.title ?? "",
  kind:
    user.is_bot === true
      ? "app"
      : user.is_stranger === true
        ? "stranger"
        : user.is_restricted === true
          ? "guest"
          : "member",
  team: teamOf(core, user.id),
});

const roomLine = (room: Room): Fields => ({
  id: room.id,
  kind: room.kind,
  name: room.info.name,
  topic: room.info.topic ?? "",
  is_private: room.info.is_private === true,
  is_archived: room.info.is_archived === true,
  is_ext_shared: room.info.is_ext_shared === true,
  members: room.members.size,
});

/** What a person's page needs before it shows anything. */
export function snapshot(core: Core, user: string): Fields {
  const { team, bot, commands, shortcuts } = core.settings;
  const direct = directRoom(core.workspace, core.settings, user);
  const rooms = [...core.workspace.rooms.values()].filter((room) => room.members.has(user));
  return {
    team: { id: team.id, name: team.name },
    bot: { id: bot.user_id, name: bot.name, real_name: bot.real_name, connected: core.dispatcher.connected() },
    users: [...core.workspace.users.values()].map((entry) => userLine(core, entry)),
    user_groups: core.workspace.userGroups.map(({ id, handle, name }) => ({ id, handle, name })),
    channels: rooms.filter((room) => room.kind === "channel").map(roomLine),
    direct: roomLine(direct),
    commands: commands ?? [],
    shortcuts,
    home: core.workspace.homes.get(user) ?? null,
    modal: modalsOf(core, user).at(-1) ?? null,
    depth: modalsOf(core, user).length,
  };
}

/** All messages of a conversation, thread replies included, with the ephemeral ones of this person. */
export function conversationOf(core: Core, user: string, channel: string): Fields | undefined {
  const room = core.workspace.rooms.get(channel);
  if (!room?.members.has(user)) return undefined;
  const ephemerals = core.workspace.ephemerals.filter((entry) => entry.channel === channel && entry.user === user);
  return {
    messages: [...room.messages.values()].map((message) => present(room, message)),
    ephemerals: ephemerals.map((entry) => entry.message),
    dropped: room.dropped,
  };
}
