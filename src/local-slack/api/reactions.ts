import type { Core } from "../core.ts";
import { react } from "../reactions.ts";
import { present } from "../state/room.ts";
import type { Args } from "./args.ts";
import { botInside, messageAt, roomById } from "./lookup.ts";
import type { Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

function target(args: Args, core: Core) {
  const room = botInside(core, roomById(core, args.required("channel")));
  return { room, message: messageAt(room, args.required("timestamp")) };
}

const nameOf = (args: Args) => {
  const name = args.required("name").replaceAll(":", "");
  return /^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name) ? name : refuse("invalid_name");
};

/** @see https://docs.slack.dev/reference/methods?family=reactions */
export const reactions: Methods = {
  "reactions.add": (args, core) => {
    const { room, message } = target(args, core);
    const done = react(core, room, message, nameOf(args), core.settings.bot.user_id, "add");
    return done === "unchanged" ? refuse("already_reacted") : {};
  },
  "reactions.remove": (args, core) => {
    const { room, message } = target(args, core);
    const done = react(core, room, message, nameOf(args), core.settings.bot.user_id, "remove");
    return done === "unchanged" ? refuse("no_reaction") : {};
  },
  "reactions.get": (args, core) => {
    const { room, message } = target(args, core);
    return { type: "message", channel: room.id, message: present(room, message) };
  },
};
