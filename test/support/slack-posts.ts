import type { LocalSlack } from "../../src/local-slack/local-slack.ts";

interface Posted {
  readonly ts?: string;
  readonly reply_count?: number;
  readonly metadata?: { readonly event_payload?: { readonly post?: string } };
}

/** How often each of kubemend's posts (`<incident>/<key>`) stands in the channel, replies included. */
export function postsOf(slack: LocalSlack, channel = "#incidents"): Map<string, number> {
  const counts = new Map<string, number>();
  const count = ({ metadata }: Posted) => {
    const post = metadata?.event_payload?.post;
    if (post) counts.set(post, (counts.get(post) ?? 0) + 1);
  };
  for (const message of slack.messages(channel) as readonly Posted[]) {
    count(message);
    if (message.ts && (message.reply_count ?? 0) > 0)
      for (const reply of slack.replies(channel, message.ts) as readonly Posted[]) count(reply);
  }
  return counts;
}
