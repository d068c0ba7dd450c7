import type { Core } from "./core.ts";
import type { Faults } from "./faults.ts";
import { fileObject } from "./files.ts";
import type { Fields } from "./json.ts";
import { type Click, clickInMessage, clickInView } from "./people/click.ts";
import { openHome } from "./people/open-home.ts";
import type { Outcome } from "./people/outcome.ts";
import { say } from "./people/say.ts";
import { type ShortcutUse, useShortcut } from "./people/shortcut.ts";
import { slash } from "./people/slash.ts";
import { type Closing, closeView, type Submission, type SubmitOutcome, submitView } from "./people/submit.ts";
import { type Suggesting, suggest } from "./people/suggest.ts";
import { react } from "./reactions.ts";
import type { LoggedRequest } from "./request-log.ts";
import type { Ephemeral } from "./state/message.ts";
import { isTopLevel, present, type Room } from "./state/room.ts";
import type { OpenModal, View } from "./state/view.ts";

/** What people can do and see without a browser; the page uses the same functions. */
export interface People {
  /** Presses a button or changes another element, in a message (`channel`, `ts`) or a view (`viewId`). */
  click(click: Click & { readonly channel?: string; readonly ts?: string; readonly viewId?: string }): Promise<Outcome>;
  /** Submits a person's visible modal. */
  submitView(submission: Submission): Promise<SubmitOutcome>;
  closeView(closing: Closing): Promise<Outcome>;
  /** Types a slash command, in the first channel of the person unless given. */
  slash(line: string, userId: string, channel?: string): Promise<Outcome>;
  /** Posts a message as a person. @returns its ts, or undefined when the person cannot write there */
  say(channel: string, text: string, userId: string, threadTs?: string): string | undefined;
  shortcut(use: ShortcutUse): Promise<Outcome>;
  /** Options of an external select. */
  suggest(asked: Suggesting): Promise<readonly Fields[]>;
  react(channel: string, ts: string, name: string, userId: string): void;
  openHome(userId: string): void;
  /** Top-level messages of a channel (id or name), oldest first, as conversations.history shows them. */
  messages(channel: string): readonly Fields[];
  /** Replies of a thread without its first message. */
  replies(channel: string, ts: string): readonly Fields[];
  /** Open modals. */
  views(): readonly OpenModal[];
  home(userId: string): View | undefined;
  ephemerals(): readonly Ephemeral[];
  files(): readonly Fields[];
  /** Messages that went because a channel was full. */
  dropped(channel: string): number;
}

/** A running local Slack. */
export interface LocalSlack extends People {
  readonly url: string;
  /** For `slackApiUrl` of @slack/web-api. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** Where requests go from now on. */
  setBotUrl(url: string | undefined): void;
  /** Sends url_verification; true when the bot returns the challenge. */
  verifyBotUrl(): Promise<boolean>;
  readonly faults: Faults;
  /** Calls of the Web API, oldest first. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  /** Events not acknowledged yet. */
  pendingEvents(): number;
  /** Asks Socket Mode clients to reconnect. */
  disconnectSockets(): void;
  /** Breaks every open connection, as a bad network would; pages and sockets come back by themselves. */
  dropConnections(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Throws for a channel that does not exist, which is a mistake of whoever writes the script; what people may not do is
 * an outcome.
 */
export function people(core: Core): People {
  const { workspace } = core;
  const room = (name: string): Room => {
    const found =
      workspace.rooms.get(name) ??
      [...workspace.rooms.values()].find((entry) => entry.info.name === name.replace(/^#/, ""));
    if (!found) throw new Error(`The local Slack has no channel "${name}".`);
    return found;
  };
  const firstChannel = (userId: string) =>
    [...workspace.rooms.values()].find((entry) => entry.kind === "channel" && entry.members.has(userId))?.id ?? "";
  return {
    click: ({ channel, ts, viewId, ...click }) =>
      viewId === undefined
        ? clickInMessage(core, { ...click, channel: channel === undefined ? "" : room(channel).id, ts: ts ?? "" })
        : clickInView(core, { ...click, viewId }),
    submitView: (submission) => submitView(core, submission),
    closeView: (closing) => closeView(core, closing),
    slash: (line, userId, channel) =>
      slash(core, { userId, line, channel: channel === undefined ? firstChannel(userId) : room(channel).id }),
    say: (channel, text, userId, threadTs) => say(core, { channel: room(channel).id, text, userId, threadTs })?.ts,
    shortcut: (use) => useShortcut(core, use),
    suggest: (asked) => suggest(core, asked),
    react: (channel, ts, name, userId) => {
      const message = room(channel).messages.get(ts);
      if (message) react(core, room(channel), message, name, userId, "add");
    },
    openHome: (userId) => openHome(core, userId),
    messages: (channel) =>
      [...room(channel).messages.values()].filter(isTopLevel).map((message) => present(room(channel), message)),
    replies: (channel, ts) => {
      const inside = room(channel);
      return (inside.threads.get(ts) ?? [])
        .flatMap((reply) => inside.messages.get(reply) ?? [])
        .map((message) => present(inside, message));
    },
    views: () => [...workspace.modals].flatMap(([user, stack]) => stack.map((view) => ({ user, view }))),
    home: (userId) => workspace.homes.get(userId),
    ephemerals: () => [...workspace.ephemerals],
    files: () => [...workspace.files.values()].map((file) => fileObject(core, file)),
    dropped: (channel) => room(channel).dropped,
  };
}
