import type { OutgoingMessage, SlackOutcome, SlackPort } from "../slack-port.ts";

/**
 * What is known of a message that was sent: `ts` is null while Slack has not answered, `recentEdits` counts those of
 * the last minute.
 */
export interface PostedMessage {
  readonly channel: string;
  readonly ts: string | null;
  readonly contentHash: string;
  readonly recentEdits: number;
}

/** What delivery must remember; rows in PostgreSQL. */
export interface PostBook {
  posts(incidentId: string): Promise<ReadonlyMap<string, PostedMessage>>;
  announce(incidentId: string, key: string, channel: string): Promise<boolean>;
  withdraw(incidentId: string, key: string): Promise<void>;
  record(incidentId: string, key: string, post: { channel: string; ts: string; contentHash: string }): Promise<void>;
  recordEdit(incidentId: string, key: string, contentHash: string): Promise<void>;
  /** What was posted is there no more, or cannot be edited any more. */
  forget(incidentId: string, key: string): Promise<void>;
}

export interface OnceOptions {
  readonly incidentId: string;
  readonly key: string;
  readonly contentHash: string;
  readonly message: Omit<OutgoingMessage, "postId">;
  /** Announced before: it may have arrived although nobody noted its place. */
  readonly announced: boolean;
}

/** Where a post stands. `found`: it had arrived before, with content of an unknown version. */
export interface Placed {
  readonly channel: string;
  readonly ts: string;
  readonly found?: true;
}

/** Posts once: announce, look when unsure, post, note the place. */
export async function postOnce(
  deps: { readonly slack: SlackPort; readonly book: PostBook },
  options: OnceOptions,
): Promise<SlackOutcome<Placed>> {
  const { incidentId, key, contentHash } = options;
  const message: OutgoingMessage = { ...options.message, postId: `${incidentId}/${key}` };
  const first = !options.announced && (await deps.book.announce(incidentId, key, message.channel));
  if (!first) {
    const found = await deps.slack.find(message.channel, message.postId, message.threadTs);
    // An unreadable history (missing scope) must not hold a message back: a duplicate beats a miss.
    if (!found.ok && found.failure.type !== "never") return found;
    if (found.ok && found.value) {
      const post = { channel: message.channel, ts: found.value.ts };
      // Its content is of an unknown version, which an empty hash says.
      await deps.book.record(incidentId, key, { ...post, contentHash: "" });
      return { ok: true, value: { ...post, found: true } };
    }
  }
  const sent = await deps.slack.post(message);
  if (sent.ok) await deps.book.record(incidentId, key, { ...sent.value, contentHash });
  else if (sent.failure.type !== "unsure") await deps.book.withdraw(incidentId, key);
  return sent;
}
