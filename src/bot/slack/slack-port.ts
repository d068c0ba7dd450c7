import type { HomeView, KnownBlock, View } from "@slack/types";

/** Why Slack did not do it. `never` will not get better by itself; `unsure` may have happened all the same. */
export type SlackFailure =
  | { readonly type: "never"; readonly code: string }
  | { readonly type: "later"; readonly code: string; readonly retryAfterSeconds?: number }
  | { readonly type: "unsure"; readonly code: string };

export type SlackOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: SlackFailure };

export interface OutgoingMessage {
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  readonly threadTs?: string;
  /** A reply that the channel shows as well. */
  readonly broadcast?: boolean;
  /** Identifies the post in the channel's history, so that it can be found again. */
  readonly postId: string;
}

/** What Slack says about a user; `email` only when it has been confirmed. */
export interface SlackPerson {
  readonly name: string;
  readonly email?: string;
  /** As set in Slack, such as `Europe/Berlin`. */
  readonly timeZone?: string;
  readonly isBot: boolean;
  /** Of one channel or of several. */
  readonly isGuest: boolean;
  /** Belongs to another workspace and organisation. */
  readonly isStranger: boolean;
  /** The account has been closed. */
  readonly isGone: boolean;
}

/** The few things we ask of Slack. Every call has a deadline and never retries by itself: the job queue owns retries. */
export interface SlackPort {
  post(message: OutgoingMessage): Promise<SlackOutcome<{ channel: string; ts: string }>>;
  update(message: OutgoingMessage & { readonly ts: string }): Promise<SlackOutcome<{ ts: string }>>;
  /** Looks for a post by its id in the recent history of the channel or thread. */
  find(channel: string, postId: string, threadTs?: string): Promise<SlackOutcome<{ ts: string } | undefined>>;
  /** Without `into` the file is shown nowhere until a message names it; with it, it is a reply of its own in that thread. */
  upload(file: {
    readonly name: string;
    readonly title: string;
    readonly content: Buffer;
    /** For pictures. */
    readonly altText?: string;
    readonly into?: { readonly channel: string; readonly threadTs: string };
  }): Promise<SlackOutcome<{ fileId: string }>>;
  /** Looks for a file of this name among the replies of a thread. */
  findFile(channel: string, threadTs: string, name: string): Promise<SlackOutcome<{ fileId: string } | undefined>>;
  openView(triggerId: string, view: View): Promise<SlackOutcome<{ viewId: string }>>;
  updateView(viewId: string, view: View): Promise<SlackOutcome<{ viewId: string }>>;
  /** What only one person sees, and only now. */
  whisper(message: {
    readonly channel: string;
    readonly userId: string;
    readonly text: string;
    readonly blocks: readonly KnownBlock[];
    readonly threadTs?: string;
  }): Promise<SlackOutcome<true>>;
  publishHome(userId: string, view: HomeView): Promise<SlackOutcome<true>>;
  userName(userId: string): Promise<SlackOutcome<SlackPerson>>;
  /** Ids of the members of a user group (`S123`). */
  groupMembers(groupId: string): Promise<SlackOutcome<readonly string[]>>;
  /** The id of a user group by its handle, `sre` or `@sre`; undefined when there is none of that handle. */
  groupId(handle: string): Promise<SlackOutcome<string | undefined>>;
  /** The id of a channel by its name, `#incidents` or `incidents`; undefined when the bot sees none of that name. */
  channelId(name: string): Promise<SlackOutcome<string | undefined>>;
}
