import { fillBlocks } from "./blocks/fill-blocks.ts";
import type { Core } from "./core.ts";
import { defined, type Fields, fieldsOf, isFields, listOf } from "./json.ts";
import type { Ephemeral, Message } from "./state/message.ts";
import { addMessage, present, type Room, removeMessage } from "./state/room.ts";

/** What an author supplies; the rest of a message is ours. */
export interface Draft {
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly unknown[] | undefined;
  readonly attachments?: readonly unknown[] | undefined;
  readonly files?: readonly Fields[] | undefined;
  readonly metadata?: Fields | undefined;
  readonly thread_ts?: string | undefined;
  readonly reply_broadcast?: boolean | undefined;
  readonly username?: string | undefined;
  readonly icon_emoji?: string | undefined;
}

export type Change = Partial<Pick<Draft, "text" | "blocks" | "attachments" | "metadata">>;

function compose(core: Core, draft: Draft): Message {
  const { bot, team } = core.settings;
  const byBot = draft.user === bot.user_id;
  const isReply = draft.thread_ts !== undefined;
  return defined({
    type: "message" as const,
    subtype: isReply && draft.reply_broadcast === true ? "thread_broadcast" : undefined,
    ts: core.workspace.nextTs(),
    user: draft.user,
    team: team.id,
    text: draft.text,
    blocks: draft.blocks && fillBlocks(draft.blocks, core.workspace.files),
    attachments: draft.attachments?.filter(isFields).map(numbered(core)),
    files: draft.files,
    metadata: draft.metadata,
    thread_ts: draft.thread_ts,
    username: draft.username,
    icons: draft.icon_emoji === undefined ? undefined : { emoji: draft.icon_emoji },
    ...(byBot
      ? {
          bot_id: bot.bot_id,
          app_id: bot.app_id,
          bot_profile: {
            id: bot.bot_id,
            app_id: bot.app_id,
            user_id: bot.user_id,
            name: bot.real_name,
            deleted: false,
            team_id: team.id,
          },
        }
      : {}),
  });
}

const numbered =
  (core: Core) =>
  (attachment: Fields, index: number): Fields => {
    const { blocks: sent } = attachment;
    const blocks = sent === undefined ? {} : { blocks: fillBlocks(listOf(sent), core.workspace.files) };
    return { id: index + 1, fallback: "[no preview available]", ...attachment, ...blocks };
  };

/** Adds a message to a room, shows it, and tells the bot. */
export function postMessage(core: Core, room: Room, draft: Draft): Message {
  const message = compose(core, draft);
  addMessage(room, message, core.settings.limits.messagesPerChannel);
  show(core, room, message);
  const parent = message.thread_ts === undefined ? undefined : room.messages.get(message.thread_ts);
  if (parent) show(core, room, parent);
  tell(core, room, { ...eventFields(room, message), event_ts: message.ts }, message.user);
  return message;
}

/** Changes a message in place, marked as edited by its author. */
export function editMessage(core: Core, room: Room, before: Message, change: Change): Message {
  const ts = core.workspace.nextTs();
  const message: Message = defined({
    ...before,
    ...defined({ text: change.text, metadata: change.metadata }),
    ...(change.blocks ? { blocks: fillBlocks(change.blocks, core.workspace.files) } : {}),
    ...(change.attachments ? { attachments: change.attachments.filter(isFields).map(numbered(core)) } : {}),
    edited: { user: before.user, ts },
  });
  room.messages.set(message.ts, message);
  show(core, room, message);
  const hidden = { hidden: true, ts, event_ts: ts, channel: room.id, channel_type: channelType(room) };
  tell(
    core,
    room,
    {
      type: "message",
      subtype: "message_changed",
      message: present(room, message),
      previous_message: present(room, before),
      ...hidden,
    },
    message.user,
  );
  return message;
}

/** Removes a message; one with replies stays as a tombstone, so that its thread stays reachable. */
export function deleteMessage(core: Core, room: Room, message: Message): void {
  if (room.threads.has(message.ts)) {
    const { ts, team, thread_ts } = message;
    const tombstone: Message = defined({
      type: "message" as const,
      subtype: "tombstone",
      ts,
      team,
      user: "USLACKBOT",
      text: "This message was deleted.",
      thread_ts,
    });
    room.messages.set(ts, tombstone);
    show(core, room, tombstone);
  } else {
    removeMessage(room, message.ts);
    core.workspace.updates.publish({ kind: "message-gone", channel: room.id, ts: message.ts });
    const parent = message.thread_ts === undefined ? undefined : room.messages.get(message.thread_ts);
    if (parent) show(core, room, parent);
  }
  const ts = core.workspace.nextTs();
  tell(
    core,
    room,
    {
      type: "message",
      subtype: "message_deleted",
      deleted_ts: message.ts,
      previous_message: present(room, message),
      hidden: true,
      ts,
      event_ts: ts,
      channel: room.id,
      channel_type: channelType(room),
    },
    message.user,
  );
}

/** Shows a message to one person only. */
export function postEphemeral(core: Core, room: Room, to: string, draft: Draft): Message {
  const message = compose(core, draft);
  keepEphemeral(core, { channel: room.id, user: to, message });
  return message;
}

/** Undefined for another person's, for one that was replaced or deleted, and for one that made room for others. */
export function findEphemeral(core: Core, channel: string, user: string, ts: string): Ephemeral | undefined {
  return core.workspace.ephemerals.find(
    (entry) => entry.channel === channel && entry.user === user && entry.message.ts === ts,
  );
}

/** Replaces an ephemeral message's content, keeping its place. */
export function editEphemeral(core: Core, entry: Ephemeral, change: Change): void {
  const blocks = change.blocks === undefined ? {} : { blocks: fillBlocks(change.blocks, core.workspace.files) };
  const attachments =
    change.attachments === undefined ? {} : { attachments: change.attachments.filter(isFields).map(numbered(core)) };
  const { blocks: _blocks, attachments: _attachments, ...rest } = entry.message;
  const message = { ...rest, text: change.text ?? "", ...blocks, ...attachments };
  const index = core.workspace.ephemerals.indexOf(entry);
  if (index >= 0) core.workspace.ephemerals[index] = { ...entry, message };
  core.workspace.updates.publish({
    kind: "ephemeral",
    user: entry.user,
    channel: entry.channel,
    message: fieldsOf(message),
  });
}

/** Tells the person's pages although it is gone already. */
export function dropEphemeral(core: Core, entry: Ephemeral): void {
  const { ephemerals, updates } = core.workspace;
  const index = ephemerals.indexOf(entry);
  if (index >= 0) ephemerals.splice(index, 1);
  updates.publish({ kind: "ephemeral-gone", user: entry.user, channel: entry.channel, ts: entry.message.ts });
}

function keepEphemeral(core: Core, entry: Ephemeral): void {
  const { ephemerals, updates } = core.workspace;
  ephemerals.push(entry);
  if (ephemerals.length > core.settings.limits.ephemerals) ephemerals.shift();
  updates.publish({ kind: "ephemeral", user: entry.user, channel: entry.channel, message: fieldsOf(entry.message) });
}

/** Tells open pages what a message looks like now. */
export function show(core: Core, room: Room, message: Message): void {
  core.workspace.updates.publish({ kind: "message", channel: room.id, message: fieldsOf(present(room, message)) });
}

function channelType(room: Room): "im" | "group" | "channel" {
  if (room.kind === "im") return "im";
  return room.info.is_private === true ? "group" : "channel";
}

function eventFields(room: Room, message: Message): Fields & { readonly type: string } {
  return { ...present(room, message), type: "message", channel: room.id, channel_type: channelType(room) };
}

/** The bot hears only what happens where it is a member. */
function tell(core: Core, room: Room, event: Fields & { readonly type: string }, user: string): void {
  if (room.members.has(core.settings.bot.user_id)) core.events.emit(event, user);
}
