import type { Fields } from "../json.ts";

export interface Reaction {
  readonly name: string;
  readonly users: readonly string[];
}

/** A message as Slack's API shows it, without what is derived from other messages (reply counts). */
export interface Message {
  readonly type: "message";
  readonly subtype?: string;
  readonly ts: string;
  readonly user: string;
  readonly team: string;
  readonly text: string;
  readonly blocks?: readonly Fields[];
  readonly attachments?: readonly Fields[];
  readonly files?: readonly Fields[];
  readonly metadata?: Fields;
  readonly thread_ts?: string;
  readonly bot_id?: string;
  readonly app_id?: string;
  readonly bot_profile?: Fields;
  readonly username?: string;
  readonly icons?: Fields;
  readonly edited?: { readonly user: string; readonly ts: string };
  readonly reactions?: readonly Reaction[];
}

/** A message only one person sees; not part of the channel's history. */
export interface Ephemeral {
  readonly channel: string;
  readonly user: string;
  readonly message: Message;
}
