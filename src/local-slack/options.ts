import type { Clock } from "../lib/clock.ts";

export interface LocalSlackUser {
  readonly id: string;
  /** Handle, as in @handle. */
  readonly name: string;
  readonly real_name: string;
  readonly email?: string;
  readonly title?: string;
  /** Default UTC; empty: not said. */
  readonly tz?: string;
  readonly is_bot?: boolean;
  /** A guest. */
  readonly is_restricted?: boolean;
  /** A guest of one channel. */
  readonly is_ultra_restricted?: boolean;
  readonly is_app_user?: boolean;
  /** The account has been closed. */
  readonly deleted?: boolean;
  readonly is_email_confirmed?: boolean;
  /** Another workspace than the local one. */
  readonly team_id?: string;
  /** A person of another workspace, met in a shared channel. */
  readonly is_stranger?: boolean;
}

export interface LocalSlackChannel {
  readonly id: string;
  readonly name: string;
  readonly topic?: string;
  readonly purpose?: string;
  readonly is_private?: boolean;
  readonly is_archived?: boolean;
  /** A channel shared with another workspace. */
  readonly is_ext_shared?: boolean;
  /** User ids. Without it: everyone of the workspace, and strangers too where the channel is shared. The bot is a member unless `bot_is_member` is false. */
  readonly members?: readonly string[];
  readonly bot_is_member?: boolean;
}

export interface LocalSlackUserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}

export interface LocalSlackTeam {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
}

export interface LocalSlackBot {
  readonly user_id: string;
  readonly bot_id: string;
  readonly app_id: string;
  readonly name: string;
  readonly real_name: string;
}

export interface LocalSlackCommand {
  /** With the slash. */
  readonly command: string;
  readonly description: string;
  readonly usage_hint?: string;
}

export interface LocalSlackShortcut {
  readonly callback_id: string;
  readonly name: string;
  readonly type: "message" | "global";
}

export interface LocalSlackLimits {
  /** Messages kept in a channel; the oldest go first. */
  readonly messagesPerChannel: number;
  readonly requestLog: number;
  readonly ephemerals: number;
  readonly fileBytes: number;
  readonly allFilesBytes: number;
}

export interface LocalSlackOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  /** A loopback address; anything else is refused. */
  readonly host?: string;
  readonly signingSecret?: string;
  readonly botToken?: string;
  readonly appToken?: string;
  /** Scopes of the bot's token, as every answer's header tells them; without it no answer does. */
  readonly scopes?: readonly string[];
  readonly team?: LocalSlackTeam;
  readonly bot?: LocalSlackBot;
  readonly users?: readonly LocalSlackUser[];
  readonly channels?: readonly LocalSlackChannel[];
  readonly userGroups?: readonly LocalSlackUserGroup[];
  /** Commands the app registered; without a list every /word goes to the bot. */
  readonly commands?: readonly LocalSlackCommand[];
  readonly shortcuts?: readonly LocalSlackShortcut[];
  /** Event types the app subscribed to. */
  readonly events?: readonly string[];
  /** Request URL of the bot, e.g. http://127.0.0.1:3000/slack/events; `setBotUrl` sets it later. */
  readonly botUrl?: string;
  readonly clock?: Clock;
  /** Time the bot has to acknowledge; Slack's is 3,000. */
  readonly ackDeadlineMs?: number;
  /** Time a trigger_id can be used; Slack's is 3,000. */
  readonly triggerLifeMs?: number;
  /** Waits before the retries of an unacknowledged event; Slack's are about 0, 1 and 5 minutes. */
  readonly eventRetryDelaysMs?: readonly number[];
  /** Time between an upload's completion and the file being usable in a `slack_file` image. Slack takes seconds. */
  readonly fileReadyAfterMs?: number;
  /** Calls a minute after which a method answers 429; chat.postMessage counts a channel at a time. */
  readonly ratePerMinute?: Readonly<Record<string, number>>;
  readonly limits?: Partial<LocalSlackLimits>;
}
