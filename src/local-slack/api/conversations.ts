import type { Core } from "../core.ts";
import { defined, type Fields } from "../json.ts";
import type { Message } from "../state/message.ts";
import { isTopLevel, present, type Room } from "../state/room.ts";
import { directRoom } from "../state/workspace.ts";
import { type Args, paged } from "./args.ts";
import { botInside, person, roomById } from "./lookup.ts";
import type { Method, Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

/** A conversation as conversations.info shows it. */
function channelObject(core: Core, room: Room): Fields {
  const { info } = room;
  const base = { id: room.id, created: room.created, is_archived: info.is_archived === true, is_org_shared: false };
  if (room.kind === "im")
    return { ...base, is_im: true, user: room.with, is_user_deleted: false, priority: 0, is_open: true };
  const said = (value = "") => ({ value, creator: "", last_set: 0 });
  return {
    ...base,
    name: info.name,
    name_normalized: info.name,
    is_channel: info.is_private !== true,
    is_group: info.is_private === true,
    is_im: false,
    is_mpim: false,
    is_private: info.is_private === true,
    is_general: false,
    is_shared: info.is_ext_shared === true,
    is_ext_shared: info.is_ext_shared === true,
    is_member: room.members.has(core.settings.bot.user_id),
    topic: said(info.topic),
    purpose: said(info.purpose),
    num_members: room.members.size,
  };
}

/** Metadata comes only when asked for. */
function shown(room: Room, message: Message, withMetadata: boolean): Fields {
  const { metadata, ...rest } = present(room, message);
  return withMetadata && metadata !== undefined ? { ...rest, metadata } : rest;
}

/** Between `oldest` and `latest`, both left out unless `inclusive`. */
function inWindow(args: Args): (message: Message) => boolean {
  const latest = Number(args.text("latest") ?? Number.POSITIVE_INFINITY);
  const oldest = Number(args.text("oldest") ?? 0);
  const inclusive = args.flag("inclusive") === true;
  return ({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  };
}

const history: Method = (args, core) => {
  const room = botInside(core, roomById(core, args.required("channel")));
  const all = [...room.messages.values()].filter(isTopLevel).filter(inWindow(args)).reverse();
  const { page, more, response_metadata } = paged(all, args);
  const withMetadata = args.flag("include_all_metadata") === true;
  const messages = page.map((message) => shown(room, message, withMetadata));
  return { messages, has_more: more, pin_count: 0, ...(more ? { response_metadata } : {}) };
};

const replies: Method = (args, core) => {
  const room = botInside(core, roomById(core, args.required("channel")));
  const asked = room.messages.get(args.required("ts")) ?? refuse("thread_not_found");
  const parent = room.messages.get(asked.thread_ts ?? asked.ts) ?? asked;
  const within = inWindow(args);
  const inThread = (room.threads.get(parent.ts) ?? []).flatMap((ts) => room.messages.get(ts) ?? []).filter(within);
  const { page, more, response_metadata } = paged([parent, ...inThread], args, 1_000);
  const withMetadata = args.flag("include_all_metadata") === true;
  return { messages: page.map((message) => shown(room, message, withMetadata)), has_more: more, response_metadata };
};

const list: Method = (args, core) => {
  const types = (args.text("types") ?? "public_channel").split(",").map((type) => type.trim());
  const botId = core.settings.bot.user_id;
  const rooms = [...core.workspace.rooms.values()].filter((room) => {
    if (args.flag("exclude_archived") === true && room.info.is_archived === true) return false;
    if (room.kind === "im") return types.includes("im");
    if (room.info.is_private === true) return types.includes("private_channel") && room.members.has(botId);
    return types.includes("public_channel");
  });
  const { page, response_metadata } = paged(rooms, args);
  return { channels: page.map((room) => channelObject(core, room)), response_metadata };
};

const open: Method = (args, core) => {
  const known = args.text("channel");
  if (known !== undefined) return { channel: channelObject(core, roomById(core, known)) };
  const users = args.text("users")?.split(",") ?? refuse("users_list_not_supplied");
  const [user, ...others] = users;
  if (others.length > 0) return refuse("method_not_supported_for_channel_type");
  const someone = person(core, user);
  if (someone.is_bot === true) return refuse("cannot_dm_bot");
  const before = [...core.workspace.rooms.values()].some((room) => room.with === someone.id);
  const room = directRoom(core.workspace, core.settings, someone.id);
  const channel = args.flag("return_im") === true ? channelObject(core, room) : { id: room.id };
  return defined({ channel, no_op: before || undefined, already_open: before || undefined });
};

/** @see https://docs.slack.dev/reference/methods?family=conversations */
export const conversations: Methods = {
  "conversations.list": list,
  "conversations.history": history,
  "conversations.replies": replies,
  "conversations.open": open,
  "conversations.info": (args, core) => {
    const room = roomById(core, args.required("channel"));
    if (room.info.is_private === true) botInside(core, room);
    return { channel: channelObject(core, room) };
  },
  "conversations.join": (args, core) => {
    const room = roomById(core, args.required("channel"));
    if (room.kind === "im" || room.info.is_private === true) return refuse("method_not_supported_for_channel_type");
    if (room.info.is_archived === true) return refuse("is_archived");
    const botId = core.settings.bot.user_id;
    const already = room.members.has(botId);
    room.members.add(botId);
    const channel = channelObject(core, room);
    return already
      ? { channel, warning: "already_in_channel", response_metadata: { warnings: ["already_in_channel"] } }
      : { channel };
  },
  "conversations.members": (args, core) => {
    const room = roomById(core, args.required("channel"));
    if (room.info.is_private === true) botInside(core, room);
    const { page, response_metadata } = paged([...room.members], args);
    return { members: page, response_metadata };
  },
};
