import { digestOf } from "../../../lib/stable-hash.ts";
import type { IncidentView } from "../../incident-view.ts";
import { type RenderedMessage, renderIncident } from "../render/render-incident.ts";
import { fileTitle } from "../render/text.ts";
import type { SlackOutcome } from "../slack-port.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import { type Placed, type PostedMessage, postOnce } from "./deliver-once.ts";
import type { DeliverOutcome } from "./deliver-outcome.ts";

/** Slack asks not to edit a message more often; six a minute is also what a reader can follow. */
export const editsPerMinute = 6;
/** A picture that shows hardly more than the onset is drawn again once there is something to see. */
const earlyMs = 60_000;
const messageKey = "message";

/** Codes that speak of the content: less of it may pass. */
const tooMuch = new Set(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"]);
/** Codes that speak of the message: it cannot be edited any more, but another one can be posted. */
const messageGone = new Set(["message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"]);
/** Codes that speak of the channel: another one may take it. */
const channelGone = new Set([
  "channel_not_found",
  "is_archived",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_non_threadable_channel",
  "channel_type_not_supported",
  "no_permission",
]);

type Place = { readonly channel: string; readonly ts: string };
type Posts = ReadonlyMap<string, PostedMessage>;

/** The picture that fits the stage the incident is in; each is drawn once. An incident that comes back has another end. */
function chartKey({ incident }: IncidentView): string {
  if (incident.status === "resolved") return `chart:after:${incident.resolvedAt ?? 0}`;
  return incident.updatedAt - incident.onset < earlyMs ? "chart:early" : "chart";
}

/** What is shown while, or because, the picture of this stage cannot be had: the newest of an end, else the fullest before it. */
function earlierChart(posts: Posts): string | undefined {
  const ends = [...posts].filter(([key, { ts }]) => key.startsWith("chart:after") && ts).map(([key]) => key);
  const keys = [...ends.sort().reverse(), "chart", "chart:early"];
  return keys.map((key) => posts.get(key)?.ts).find((ts) => ts) ?? undefined;
}

/** Uploads the chart of this stage; one that cannot be drawn or uploaded never holds the message back. */
async function chartFile(deps: DeliverDeps, view: IncidentView, posts: Posts): Promise<string | undefined> {
  const key = chartKey(view);
  const known = posts.get(key)?.ts;
  if (known) return known;
  const earlier = earlierChart(posts);
  const content = await deps.drawChart?.(view).catch(() => undefined);
  if (!content) return earlier;
  const altText = `Abnormal series around incident ${view.incident.id}`;
  const name = `incident-${view.incident.id}-${key.replaceAll(":", "-")}.png`;
  const uploaded = await deps.slack.upload({ name, title: fileTitle(view.incident.title), content, altText });
  if (!uploaded.ok) return earlier;
  await deps.book.announce(view.incident.id, key, deps.channel);
  await deps.book.record(view.incident.id, key, { channel: deps.channel, ts: uploaded.value.fileId, contentHash: "" });
  return uploaded.value.fileId;
}

type Variants = readonly [full: RenderedMessage, ...lesser: RenderedMessage[]];

/** The message as it should be, then with less in it, for a Slack that refuses more. */
function variants(view: IncidentView, chart: string | undefined): Variants {
  const bare = renderIncident(view);
  const words = { text: bare.text, blocks: [] };
  return chart ? [renderIncident(view, { chartFileId: chart }), bare, words] : [bare, words];
}

/** Posts into the first channel that takes it. A channel that is gone for good does not swallow an incident. */
async function postSomewhere(
  deps: DeliverDeps,
  view: IncidentView,
  options: { readonly channels: readonly string[]; readonly chart: string | undefined; readonly announced: boolean },
): Promise<SlackOutcome<Placed>> {
  let last: SlackOutcome<Placed> = { ok: false, failure: { type: "later", code: "nowhere" } };
  let { announced } = options;
  for (const channel of options.channels) {
    for (const message of variants(view, options.chart)) {
      last = await postOnce(deps, {
        incidentId: view.incident.id,
        key: messageKey,
        contentHash: digestOf(message),
        announced,
        message: { ...message, channel },
      });
      if (last.ok || last.failure.type !== "never") return last;
      announced = false;
      if (!tooMuch.has(last.failure.code)) break;
    }
  }
  return last;
}

const unique = (channels: readonly (string | undefined)[]) => [
  ...new Set(channels.filter((channel) => channel !== undefined)),
];

/** Posts it for the first time, or again when nobody knows whether and where it has arrived. */
async function postNew(
  deps: DeliverDeps,
  view: IncidentView,
  options: { readonly channels: readonly string[]; readonly chart: string | undefined; readonly announced: boolean },
): Promise<SlackOutcome<Placed>> {
  const placed = await postSomewhere(deps, view, options);
  if (!placed.ok || !placed.value.found) return placed;
  // What arrived unnoticed may say what was true then.
  const { channel, ts } = placed.value;
  const [full] = variants(view, options.chart);
  const edited = await deps.slack.update({ ...full, channel, ts, postId: `${view.incident.id}/${messageKey}` });
  if (!edited.ok) return edited;
  await deps.book.recordEdit(view.incident.id, messageKey, digestOf(full));
  return placed;
}

/** Edits it in place. A file that Slack is still processing makes the blocks invalid; the words must not wait for the picture. */
async function edit(deps: DeliverDeps, [full, ...lesser]: Variants, place: Place & { readonly postId: string }) {
  let updated = await deps.slack.update({ ...full, ...place });
  for (const less of lesser) {
    if (updated.ok || !tooMuch.has(updated.failure.code)) break;
    updated = await deps.slack.update({ ...less, ...place });
  }
  return updated;
}

/** Makes the incident's one message say what the view says: posted once, edited in place from then on. */
export async function deliverMessage(
  deps: DeliverDeps,
  view: IncidentView,
  posts: Posts,
): Promise<SlackOutcome<Place> | DeliverOutcome> {
  const incidentId = view.incident.id;
  const chart = await chartFile(deps, view, posts);
  const known = posts.get(messageKey);
  const chosen = deps.route?.(view) ?? deps.channel;
  if (!known?.ts) {
    const channels = unique([known?.channel ?? chosen, chosen, deps.channel, deps.fallbackChannel]);
    return await postNew(deps, view, { channels, chart, announced: known !== undefined });
  }
  const here: Place = { channel: known.channel, ts: known.ts };
  const messages = variants(view, chart);
  const contentHash = digestOf(messages[0]);
  if (known.contentHash === contentHash) return { ok: true, value: here };
  if (known.recentEdits >= editsPerMinute) return { type: "again", afterSeconds: 10, code: "edit-budget" };
  const updated = await edit(deps, messages, { ...here, postId: `${incidentId}/${messageKey}` });
  if (updated.ok) {
    await deps.book.recordEdit(incidentId, messageKey, contentHash);
    return { ok: true, value: here };
  }
  const { type, code } = updated.failure;
  // It may have been edited all the same: what it shows is not known, and the next look must not take it for known.
  if (type === "unsure") await deps.book.recordEdit(incidentId, messageKey, "");
  if (type !== "never" || !(messageGone.has(code) || channelGone.has(code))) return updated;
  await deps.book.forget(incidentId, messageKey);
  const others = unique([messageGone.has(code) ? here.channel : undefined, chosen, deps.channel, deps.fallbackChannel]);
  const channels = messageGone.has(code) ? others : others.filter((channel) => channel !== here.channel);
  if (channels.length === 0) return updated;
  return await postSomewhere(deps, view, { channels, chart, announced: false });
}
