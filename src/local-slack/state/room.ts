import { defined } from "../json.ts";
import type { LocalSlackChannel } from "../options.ts";
import type { Message } from "./message.ts";

/** A channel or direct conversation with its messages, oldest first. */
export interface Room {
  readonly id: string;
  readonly kind: "channel" | "im";
  readonly info: Pick<LocalSlackChannel, "name" | "topic" | "purpose" | "is_private" | "is_archived" | "is_ext_shared">;
  /** The person on the other side of a direct conversation with the bot. */
  readonly with?: string;
  readonly created: number;
  readonly members: Set<string>;
  readonly messages: Map<string, Message>;
  /** ts of the first message -> ts of its replies. */
  readonly threads: Map<string, string[]>;
  /** Messages that went because the channel was full. */
  dropped: number;
}

/** Adds a message; the oldest goes when the room is full. */
export function addMessage(room: Room, message: Message, limit: number): void {
  room.messages.set(message.ts, message);
  const parent = message.thread_ts;
  if (parent !== undefined && parent !== message.ts) {
    const replies = room.threads.get(parent);
    if (replies) replies.push(message.ts);
    else room.threads.set(parent, [message.ts]);
  }
  if (room.messages.size <= limit) return;
  const [oldest] = room.messages.keys();
  if (oldest !== undefined) removeMessage(room, oldest);
  room.dropped += 1;
}

/**
 * A reply leaves its thread as well; replies of a removed message stay. A message that is not there changes nothing.
 */
export function removeMessage(room: Room, ts: string): void {
  const parent = room.messages.get(ts)?.thread_ts;
  room.messages.delete(ts);
  const siblings = parent === undefined ? undefined : room.threads.get(parent);
  if (parent === undefined || siblings === undefined) return;
  const left = siblings.filter((reply) => reply !== ts);
  if (left.length > 0) room.threads.set(parent, left);
  else room.threads.delete(parent);
}

/** The message with what Slack derives: thread counts on a parent, counts on reactions. */
export function present(room: Room, message: Message) {
  const replies = room.threads.get(message.ts) ?? [];
  const authors = replies.flatMap((ts) => room.messages.get(ts)?.user ?? []);
  const users = [...new Set(authors)];
  const parentOf = message.thread_ts === undefined ? undefined : room.messages.get(message.thread_ts);
  const isReply = message.thread_ts !== undefined && message.thread_ts !== message.ts;
  return defined({
    ...message,
    ...(replies.length > 0
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users_count: users.length,
          reply_users: users.slice(0, 5),
          latest_reply: replies.at(-1),
          is_locked: false,
          subscribed: authors.includes(message.user),
        }
      : {}),
    parent_user_id: isReply ? parentOf?.user : undefined,
    reactions: message.reactions?.map((reaction) => ({ ...reaction, count: reaction.users.length })),
  });
}

/** What a channel shows at its top level: no thread replies, except those also sent to the channel. */
export function isTopLevel(message: Message): boolean {
  return message.thread_ts === undefined || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}
