import type { SlackOutcome, SlackPort } from "../slack-port.ts";

export interface PaceOptions {
  /** Milliseconds that only rise. */
  readonly now: () => number;
  /** Makes time pass faster, for measuring; 1 is real time. */
  readonly speed?: number;
}

/**
 * Slack's own limits: one message a second and channel, a few more in a burst; about fifty edits a minute in all
 * (https://docs.slack.dev/apis/web-api/rate-limits). Who keeps to them is hardly ever told to wait.
 */
const posts = { perSecond: 1, burst: 4 } as const;
const edits = { perSecond: 50 / 60, burst: 25 } as const;
/** Posts that replies leave to the first messages of incidents. */
const keptForMessages = 2;
/** A channel in which Slack did not answer rests, longer each time (ms). */
const restMs = { first: 2_000, most: 60_000 } as const;
const mostChannels = 2_000;
/** An incident whose replies wait is looked at again after this at the latest: its message may have to be edited (ms). */
const longestReplyWaitMs = 30_000;

interface Bucket {
  tokens: number;
  at: number;
}

interface Channel {
  readonly bucket: Bucket;
  /** When the reply that was put off last may come again: each gets a second of its own, so that not all ask at once. */
  replySlot: number;
  restUntil: number;
  restMs: number;
  busy: boolean;
}

export interface PaceStats {
  /** Calls that were put off before Slack saw them. */
  readonly putOff: number;
}

/**
 * Slack at the pace it asks for. What would come too fast is answered with `later` without a request, so that whoever holds
 * the work does something else meanwhile: a channel that is slow or limited delays no other.
 */
export function paceSlack(slack: SlackPort, options: PaceOptions): SlackPort & { readonly paceStats: PaceStats } {
  const speed = options.speed ?? 1;
  const now = () => options.now() * speed;
  const channels = new Map<string, Channel>();
  const allEdits: Bucket = { tokens: edits.burst, at: now() };
  let putOff = 0;

  const channelOf = (id: string): Channel => {
    const known = channels.get(id);
    if (known) return known;
    // Names of channels come from the configuration; a bound all the same.
    if (channels.size >= mostChannels) channels.clear();
    const made: Channel = {
      bucket: { tokens: posts.burst, at: now() },
      replySlot: 0,
      restUntil: 0,
      restMs: 0,
      busy: false,
    };
    channels.set(id, made);
    return made;
  };
  const refill = (bucket: Bucket, rate: { readonly perSecond: number; readonly burst: number }) => {
    const at = now();
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((at - bucket.at) / 1_000) * rate.perSecond);
    bucket.at = at;
  };
  const later = (
    code: string,
    waitMs: number,
  ): { readonly ok: false; readonly failure: { type: "later"; code: string; retryAfterSeconds: number } } => {
    putOff++;
    return {
      ok: false,
      failure: { type: "later", code, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000 / speed)) },
    };
  };
  const learn = (channel: Channel, outcome: SlackOutcome<unknown>) => {
    if (outcome.ok) channel.restMs = 0;
    else if (outcome.failure.type === "later")
      channel.restUntil = now() + (outcome.failure.retryAfterSeconds ?? 1) * 1_000 * speed;
    else if (outcome.failure.type === "unsure") {
      channel.restMs = Math.min(restMs.most, Math.max(restMs.first, channel.restMs * 2));
      channel.restUntil = now() + channel.restMs;
    }
  };
  /** One call at a time a channel: what hangs there holds one worker, not all. */
  async function inTurn<T>(
    channelId: string,
    take: (channel: Channel) => number,
    call: () => Promise<SlackOutcome<T>>,
  ): Promise<SlackOutcome<T>> {
    const channel = channelOf(channelId);
    if (channel.restUntil > now()) return later("channel-rests", channel.restUntil - now());
    if (channel.busy) return later("channel-busy", 500 * speed);
    const waitMs = take(channel);
    if (waitMs > 0) return later("paced", waitMs);
    channel.busy = true;
    try {
      const outcome = await call();
      learn(channel, outcome);
      return outcome;
    } finally {
      channel.busy = false;
    }
  }

  return {
    ...slack,
    post: (message) => {
      const isReply = message.threadTs !== undefined;
      const floor = isReply ? 1 + keptForMessages : 1;
      return inTurn(
        message.channel,
        (channel) => {
          const { bucket } = channel;
          refill(bucket, posts);
          if (bucket.tokens < floor) {
            const waitMs = ((floor - bucket.tokens) / posts.perSecond) * 1_000;
            if (!isReply) return waitMs;
            channel.replySlot = Math.min(
              now() + longestReplyWaitMs,
              Math.max(channel.replySlot, now()) + 1_000 / posts.perSecond,
            );
            return Math.max(waitMs, channel.replySlot - now());
          }
          bucket.tokens -= 1;
          return 0;
        },
        () => slack.post(message),
      );
    },
    update: (message) =>
      inTurn(
        message.channel,
        () => {
          refill(allEdits, edits);
          if (allEdits.tokens < 1) return ((1 - allEdits.tokens) / edits.perSecond) * 1_000;
          allEdits.tokens -= 1;
          return 0;
        },
        () => slack.update(message),
      ),
    get paceStats() {
      return { putOff };
    },
  };
}
