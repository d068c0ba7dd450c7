import { updateTextLength } from "../blocks/validate-message.ts";
import type { Core } from "../core.ts";
import { type Change, deleteMessage, editMessage, postEphemeral, postMessage } from "../messages.ts";
import type { Message } from "../state/message.ts";
import { present, type Room } from "../state/room.ts";
import type { Args } from "./args.ts";
import { type Content, contentOf, isEmpty } from "./content.ts";
import { botInside, messageAt, roomById, roomToPost } from "./lookup.ts";
import type { Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

/** Where and how a new message of the bot goes; checks everything that can be checked before it is sent. */
export function newMessage(args: Args, core: Core): { readonly room: Room; send(): Message } {
  const room = botInside(core, roomToPost(core, args.required("channel")));
  const content = contentOf(args, core);
  if (isEmpty(content)) return refuse("no_text");
  const thread = args.text("thread_ts");
  return {
    room,
    send: () =>
      postMessage(core, room, {
        user: core.settings.bot.user_id,
        ...content,
        text: content.text ?? fallbackText(content),
        thread_ts: thread === undefined ? undefined : threadOf(room, thread),
        reply_broadcast: args.flag("reply_broadcast"),
        username: args.text("username"),
        icon_emoji: args.text("icon_emoji"),
      }),
  };
}

/** Replies to a reply belong to the first message's thread. */
function threadOf(room: Room, ts: string): string {
  if (!/^\d+\.\d{6}$/.test(ts)) return refuse("invalid_thread_ts", [`${ts} is not a valid thread_ts`]);
  const parent = room.messages.get(ts) ?? refuse("thread_not_found");
  return parent.thread_ts ?? parent.ts;
}

/** Slack makes a text for notifications when there are only blocks. */
function fallbackText(content: Content): string {
  return content.blocks?.length ? "This content can't be displayed." : "";
}

function own(core: Core, message: Message, error: string): Message {
  return message.bot_id === core.settings.bot.bot_id ? message : refuse(error);
}

/** What chat.update replaces: a field that is not sent keeps its content, an empty list clears it. */
function changeOf(content: Content): Change {
  return {
    ...(content.text === undefined ? {} : { text: content.text }),
    ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
    ...(content.attachments === undefined ? {} : { attachments: content.attachments }),
    ...(content.metadata === undefined ? {} : { metadata: content.metadata }),
  };
}

/** @see https://docs.slack.dev/reference/methods?family=chat */
export const chat: Methods = {
  "chat.postMessage": (args, core) => {
    const { room, send } = newMessage(args, core);
    const message = send();
    return { channel: room.id, ts: message.ts, message: present(room, message) };
  },

  "chat.update": (args, core) => {
    const room = botInside(core, roomById(core, args.required("channel")));
    const before = own(core, messageAt(room, args.required("ts")), "cant_update_message");
    const content = contentOf(args, core, updateTextLength);
    if (content.text === undefined && content.blocks === undefined && content.attachments === undefined)
      return refuse("no_text");
    const message = editMessage(core, room, before, changeOf(content));
    return { channel: room.id, ts: message.ts, text: message.text, message: present(room, message) };
  },

  "chat.delete": (args, core) => {
    const room = botInside(core, roomById(core, args.required("channel")));
    const message = own(core, messageAt(room, args.required("ts")), "cant_delete_message");
    deleteMessage(core, room, message);
    return { channel: room.id, ts: message.ts };
  },

  "chat.postEphemeral": (args, core) => {
    const room = botInside(core, roomToPost(core, args.required("channel")));
    const user = args.required("user");
    if (!room.members.has(user)) return refuse("user_not_in_channel");
    const content = contentOf(args, core);
    if (isEmpty(content)) return refuse("no_text");
    const thread = args.text("thread_ts");
    const message = postEphemeral(core, room, user, {
      user: core.settings.bot.user_id,
      ...content,
      text: content.text ?? fallbackText(content),
      thread_ts: thread === undefined ? undefined : threadOf(room, thread),
    });
    return { message_ts: message.ts };
  },

  "chat.getPermalink": (args, core) => {
    const room = roomById(core, args.required("channel"));
    const message = messageAt(room, args.required("message_ts"));
    return { channel: room.id, permalink: permalink(core, room, message) };
  },
};

function permalink(core: Core, room: Room, message: Message): string {
  const base = `${core.url()}/archives/${room.id}/p${message.ts.replace(".", "")}`;
  const thread = message.thread_ts;
  return thread === undefined || thread === message.ts ? base : `${base}?thread_ts=${thread}&cid=${room.id}`;
}
