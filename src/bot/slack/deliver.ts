import { digestOf } from "../../lib/stable-hash.ts";
import type { IncidentView } from "../incident-view.ts";
import { type DeliverOutcome, outcomeOf } from "./deliver-outcome.ts";
import { deliverPostmortem } from "./deliver-postmortem.ts";
import { type RenderedMessage, renderIncident } from "./render-incident.ts";
import { renderThread, type ThreadReply } from "./render-thread.ts";
import type { OutgoingMessage, SlackOutcome, SlackPort } from "./slack-port.ts";

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
}

export interface DeliverDeps {
  readonly slack: SlackPort;
  readonly book: PostBook;
  readonly channel: string;
  /** Where a message goes when its channel refuses for good. */
  readonly fallbackChannel?: string;
  /** Draws what was abnormal; undefined when there is nothing to draw. */
  readonly drawChart?: (view: IncidentView) => Promise<Buffer | undefined>;
  /** Renders the post-mortem as Markdown; undefined when there is nothing to tell. */
  readonly postmortem?: (incidentId: string) => Promise<string | undefined>;
}

/** Slack asks not to edit a message more often; six a minute is also what a reader can follow. */
const editsPerMinute = 6;
/** A picture that shows hardly more than the onset is drawn again once there is something to see. */
const earlyMs = 60_000;
const messageKey = "message";

interface OnceOptions {
  readonly incidentId: string;
  readonly key: string;
  readonly contentHash: string;
  readonly message: Omit<OutgoingMessage, "postId">;
  /** Announced before: it may have arrived although nobody noted its place. */
  readonly announced: boolean;
}

/** Posts once: announce, look when unsure, post, note the place. */
async function postOnce(
  deps: DeliverDeps,
  options: OnceOptions,
): Promise<SlackOutcome<{ channel: string; ts: string }>> {
  const { incidentId, key, contentHash } = options;
  const message: OutgoingMessage = { ...options.message, postId: `${incidentId}/${key}` };
  const first = !options.announced && (await deps.book.announce(incidentId, key, message.channel));
  if (!first) {
    const found = await deps.slack.find(message.channel, message.postId, message.threadTs);
    // An unreadable history (missing scope) must not hold a message back: a duplicate beats a miss.
    if (!found.ok && found.failure.type !== "never") return found;
    if (found.ok && found.value) {
      const post = { channel: message.channel, ts: found.value.ts };
      // Its content is of an unknown version: an empty hash makes the next step bring it up to date.
      await deps.book.record(incidentId, key, { ...post, contentHash: "" });
      return { ok: true, value: post };
    }
  }
  const sent = await deps.slack.post(message);
  if (sent.ok) await deps.book.record(incidentId, key, { ...sent.value, contentHash });
  else if (sent.failure.type !== "unsure") await deps.book.withdraw(incidentId, key);
  return sent;
}

/** The picture that fits the stage the incident is in; each is drawn once. */
function chartKey({ incident }: IncidentView): string {
  if (incident.status === "resolved") return "chart:after";
  return incident.updatedAt - incident.onset < earlyMs ? "chart:early" : "chart";
}

/** Uploads the chart of this stage; one that cannot be drawn or uploaded never holds the message back. */
async function chartFile(
  deps: DeliverDeps,
  view: IncidentView,
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<string | undefined> {
  const key = chartKey(view);
  const known = posts.get(key)?.ts;
  if (known) return known;
  const earlier = posts.get("chart")?.ts ?? posts.get("chart:early")?.ts ?? undefined;
  const content = await deps.drawChart?.(view).catch(() => undefined);
  if (!content) return earlier;
  const altText = `Abnormal series around incident ${view.incident.id}`;
  const name = `incident-${view.incident.id}-${key.replace(":", "-")}.png`;
  const uploaded = await deps.slack.upload({ name, title: view.incident.title, content, altText });
  if (!uploaded.ok) return earlier;
  await deps.book.announce(view.incident.id, key, deps.channel);
  await deps.book.record(view.incident.id, key, { channel: deps.channel, ts: uploaded.value.fileId, contentHash: "" });
  return uploaded.value.fileId;
}

async function deliverMessage(
  deps: DeliverDeps,
  view: IncidentView,
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<SlackOutcome<{ channel: string; ts: string }> | DeliverOutcome> {
  const incidentId = view.incident.id;
  const chart = await chartFile(deps, view, posts);
  const render = (withChart: boolean): RenderedMessage =>
    renderIncident(view, chart && withChart ? { chartFileId: chart } : {});
  const full = render(true);
  const contentHash = digestOf(full);
  const known = posts.get(messageKey);
  if (known?.ts) {
    if (known.contentHash === contentHash) return { ok: true, value: { channel: known.channel, ts: known.ts } };
    if (known.recentEdits >= editsPerMinute) return { type: "again", afterSeconds: 10, code: "edit-budget" };
    const place = { channel: known.channel, ts: known.ts, postId: `${incidentId}/${messageKey}` };
    let updated = await deps.slack.update({ ...full, ...place });
    // A file that Slack is still processing makes the blocks invalid; the words must not wait for the picture.
    if (!updated.ok && updated.failure.code === "invalid_blocks" && chart)
      updated = await deps.slack.update({ ...render(false), ...place });
    if (!updated.ok) return updated;
    await deps.book.recordEdit(incidentId, messageKey, contentHash);
    return { ok: true, value: { channel: known.channel, ts: known.ts } };
  }
  const once = { incidentId, key: messageKey, contentHash, announced: known !== undefined };
  const channel = known?.channel ?? deps.channel;
  let sent = await postOnce(deps, { ...once, message: { ...full, channel } });
  if (!sent.ok && sent.failure.code === "invalid_blocks" && chart) {
    sent = await postOnce(deps, {
      ...once,
      announced: false,
      contentHash: digestOf(render(false)),
      message: { ...render(false), channel },
    });
  }
  if (!sent.ok && sent.failure.type === "never" && deps.fallbackChannel && deps.fallbackChannel !== channel) {
    sent = await postOnce(deps, { ...once, announced: false, message: { ...full, channel: deps.fallbackChannel } });
  }
  return sent;
}

/** Brings a living reply up to date where it stands. */
async function editReply(
  deps: DeliverDeps,
  view: IncidentView,
  reply: ThreadReply,
  known: PostedMessage,
): Promise<DeliverOutcome> {
  if (known.recentEdits >= editsPerMinute) return { type: "again", afterSeconds: 10, code: "edit-budget" };
  const { key, text, blocks } = reply;
  const place = { channel: known.channel, ts: known.ts ?? "", postId: `${view.incident.id}/${key}` };
  const updated = await deps.slack.update({ ...place, text, blocks });
  if (!updated.ok) return outcomeOf(updated.failure);
  await deps.book.recordEdit(view.incident.id, key, digestOf(blocks));
  return { type: "done" };
}

/** Later replies of a thread do not wait for one that Slack refuses for good. */
async function deliverThread(
  deps: DeliverDeps,
  view: IncidentView,
  place: { channel: string; ts: string },
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<DeliverOutcome> {
  let refused: DeliverOutcome | undefined;
  for (const reply of renderThread(view)) {
    const known = posts.get(reply.key);
    const contentHash = digestOf(reply.blocks);
    if (known?.ts) {
      const edited =
        reply.living && known.contentHash !== contentHash ? await editReply(deps, view, reply, known) : undefined;
      if (edited?.type === "again") return edited;
      continue;
    }
    const sent = await postOnce(deps, {
      incidentId: view.incident.id,
      key: reply.key,
      contentHash,
      announced: known !== undefined,
      message: { channel: place.channel, threadTs: place.ts, text: reply.text, blocks: reply.blocks },
    });
    if (sent.ok) continue;
    if (sent.failure.type !== "never") return outcomeOf(sent.failure);
    refused ??= outcomeOf(sent.failure);
  }
  return refused ?? { type: "done" };
}

/**
 * Makes the channel show what the view says: one message per incident, edited in place, and its thread. May be called
 * any number of times, after any crash; the caller sees to it that one runs at a time per incident.
 */
export async function deliverIncident(deps: DeliverDeps, view: IncidentView): Promise<DeliverOutcome> {
  const posts = await deps.book.posts(view.incident.id);
  const message = await deliverMessage(deps, view, posts);
  if ("type" in message) return message;
  if (!message.ok) return outcomeOf(message.failure);
  const thread = await deliverThread(deps, view, message.value, posts);
  if (thread.type === "again") return thread;
  const file = await deliverPostmortem(deps, view, message.value, posts);
  return file.type === "done" ? thread : file;
}

export type { DeliverOutcome, ThreadReply };
