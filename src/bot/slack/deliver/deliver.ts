import { digestOf } from "../../../lib/stable-hash.ts";
import type { IncidentView } from "../../incident-view.ts";
import { renderThread, type ThreadReply } from "../render/render-thread.ts";
import { deliverAttachments } from "./deliver-attachments.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import { deliverMessage, editsPerMinute } from "./deliver-message.ts";
import { type PostedMessage, postOnce } from "./deliver-once.ts";
import { type DeliverOutcome, outcomeOf } from "./deliver-outcome.ts";
import { deliverPostmortem } from "./deliver-postmortem.ts";
import { escalationReply } from "./escalation.ts";

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
  if (!updated.ok) {
    // It may have been edited all the same: the next look must not take what it shows for known.
    if (updated.failure.type === "unsure") await deps.book.recordEdit(view.incident.id, key, "");
    return outcomeOf(updated.failure);
  }
  await deps.book.recordEdit(view.incident.id, key, digestOf(blocks));
  return { type: "done" };
}

function repliesOf(deps: DeliverDeps, view: IncidentView): readonly ThreadReply[] {
  const call = deps.escalation && escalationReply(view, deps.escalation, deps.now?.() ?? Date.now());
  return [...(call ? [call] : []), ...renderThread(view)];
}

/** Later replies of a thread do not wait for one that Slack refuses for good. */
async function deliverThread(
  deps: DeliverDeps,
  view: IncidentView,
  place: { channel: string; ts: string },
  posts: ReadonlyMap<string, PostedMessage>,
): Promise<DeliverOutcome> {
  let refused: DeliverOutcome | undefined;
  for (const reply of repliesOf(deps, view)) {
    const known = posts.get(reply.key);
    const contentHash = digestOf(reply.blocks);
    if (known?.ts) {
      const edited =
        reply.living && known.contentHash !== contentHash ? await editReply(deps, view, reply, known) : undefined;
      if (edited?.type === "again") return edited;
      continue;
    }
    const { text, blocks, broadcast } = reply;
    const sent = await postOnce(deps, {
      incidentId: view.incident.id,
      key: reply.key,
      contentHash,
      announced: known !== undefined,
      message: { channel: place.channel, threadTs: place.ts, text, blocks, ...(broadcast ? { broadcast } : {}) },
    });
    if (sent.ok) {
      const { channel, ts, found } = sent.value;
      const stale = found && reply.living ? { channel, ts, contentHash: "", recentEdits: 0 } : undefined;
      const edited = stale && (await editReply(deps, view, reply, stale));
      if (edited?.type === "again") return edited;
      continue;
    }
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
  if ("type" in message) {
    // What happens goes on being told in the thread while the message above has been edited often enough.
    const { ts, channel } = posts.get("message") ?? {};
    if (message.type === "again" && message.code === "edit-budget" && ts && channel)
      await deliverThread(deps, view, { channel, ts }, posts);
    return message;
  }
  if (!message.ok) {
    const outcome = outcomeOf(message.failure);
    return outcome.type === "refused" ? { ...outcome, unseen: true } : outcome;
  }
  const thread = await deliverThread(deps, view, message.value, posts);
  if (thread.type === "again") return { ...thread, onlyThread: true };
  const attached = await deliverAttachments(deps, view, message.value, posts);
  if (attached.type === "again") return attached;
  const file = await deliverPostmortem(deps, view, message.value, posts);
  if (file.type !== "done") return file;
  return thread.type === "done" ? attached : thread;
}
