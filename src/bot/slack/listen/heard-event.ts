import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import { untilToken } from "../../../lib/until-token.ts";
import { asWritten, cleanText } from "../render/text.ts";

/** What is kept of an event: what its handling needs, nothing else. */
export const heardEventSchema = z.strictObject({
  kind: z.enum(["home", "question"]),
  user: z.string().max(50),
  channel: z.string().max(50),
  ts: z.string().max(50),
  /** The thread it stands in, or its own ts where it would open one. */
  thread: z.string().max(50),
  text: z.string().max(2_000),
  mentioned: z.boolean(),
  direct: z.boolean(),
  /** What is to be said, once it is found: Slack may have to wait for it, and nobody asks the model twice. */
  answer: z.object({ text: z.string(), blocks: z.array(z.custom<KnownBlock>()) }).optional(),
});
export type HeardEvent = z.infer<typeof heardEventSchema>;

const id = z.string().min(1).max(50);
const eventSchema = z.object({
  type: z.string(),
  user: id.optional(),
  channel: id.optional(),
  channel_type: z.string().optional(),
  ts: id.optional(),
  event_ts: id.optional(),
  thread_ts: id.optional(),
  subtype: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().optional(),
  tab: z.string().optional(),
});
const envelopeSchema = z.object({
  type: z.literal("event_callback"),
  event_id: z.string().min(1).max(100),
  event: eventSchema,
  authorizations: z.array(z.object({ user_id: z.string().optional() })).optional(),
});

const textLimit = 2_000;

/** Messages that people write: with a file, or from a thread into the channel as well. All others tell of something else. */
const written: ReadonlySet<string> = new Set(["file_share", "thread_broadcast"]);

type Envelope = z.infer<typeof envelopeSchema>;

/** Who did it and where; undefined for what bots say, for edits, and for what we did ourselves. */
function personAndPlace({ event, authorizations }: Envelope) {
  const { user, channel, subtype } = event;
  const ts = event.ts ?? event.event_ts;
  if (user === undefined || channel === undefined || ts === undefined) return undefined;
  if (event.bot_id !== undefined || (subtype !== undefined && !written.has(subtype))) return undefined;
  return user === authorizations?.[0]?.user_id ? undefined : { user, channel, ts, thread: event.thread_ts ?? ts };
}

/** What was said to us, without our name, on one line. */
function spoken(said: string, mention: string | undefined): string {
  const others = asWritten(mention ? said.replaceAll(mention, " ") : said);
  return untilToken(others.replace(/\s+/g, " ").trim(), textLimit);
}

/**
 * Reads one delivery of Slack's Events API. Heard are: the App Home being opened, mentions, direct messages, and questions in
 * a thread (whether the thread is an incident's is looked up later). What bots say, edits and the rest are not for us.
 * @returns undefined when there is nothing to do
 */
export function hearEvent(body: unknown): { readonly id: string; readonly event: HeardEvent } | undefined {
  const parsed = envelopeSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { event_id, event, authorizations } = parsed.data;
  const by = personAndPlace(parsed.data);
  if (!by) return undefined;
  const heard = (kind: HeardEvent["kind"], more: Partial<HeardEvent> = {}) => ({
    id: event_id,
    event: { kind, ...by, text: "", mentioned: false, direct: false, ...more },
  });
  if (event.type === "app_home_opened") return event.tab === "home" ? heard("home") : undefined;
  const ourselves = authorizations?.[0]?.user_id;
  const mention = ourselves === undefined ? undefined : `<@${ourselves}>`;
  const said = cleanText(event.text ?? "");
  const text = spoken(said, mention);
  if (event.type === "app_mention") return heard("question", { text, mentioned: true });
  if (event.type !== "message" || text === "") return undefined;
  if (event.channel_type === "im") return heard("question", { text, direct: true });
  // A mention comes as an event of its own.
  if (event.thread_ts === undefined || !text.endsWith("?") || (mention && said.includes(mention))) return undefined;
  return heard("question", { text });
}
