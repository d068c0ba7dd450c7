import type { Core } from "./core.ts";
import { show } from "./messages.ts";
import type { Message, Reaction } from "./state/message.ts";
import type { Room } from "./state/room.ts";

/** Adds or removes one person's reaction, shows it, and tells the bot. */
export function react(
  core: Core,
  room: Room,
  message: Message,
  name: string,
  user: string,
  change: "add" | "remove",
): "done" | "unchanged" {
  const before = message.reactions ?? [];
  const has = before.some((reaction) => reaction.name === name && reaction.users.includes(user));
  if (has === (change === "add")) return "unchanged";
  const after = change === "add" ? added(before, name, user) : removed(before, name, user);
  const next: Message = { ...message, reactions: after };
  room.messages.set(message.ts, next);
  show(core, room, next);
  if (room.members.has(core.settings.bot.user_id))
    core.events.emit(
      {
        type: change === "add" ? "reaction_added" : "reaction_removed",
        user,
        reaction: name,
        item_user: message.user,
        item: { type: "message", channel: room.id, ts: message.ts },
      },
      user,
    );
  return "done";
}

function added(reactions: readonly Reaction[], name: string, user: string): readonly Reaction[] {
  const known = reactions.some((reaction) => reaction.name === name);
  if (!known) return [...reactions, { name, users: [user] }];
  return reactions.map((reaction) => (reaction.name === name ? { name, users: [...reaction.users, user] } : reaction));
}

function removed(reactions: readonly Reaction[], name: string, user: string): readonly Reaction[] {
  return reactions
    .map((reaction) =>
      reaction.name === name ? { name, users: reaction.users.filter((other) => other !== user) } : reaction,
    )
    .filter((reaction) => reaction.users.length > 0);
}
