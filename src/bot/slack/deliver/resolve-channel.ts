import type { Logger } from "../../../lib/logger.ts";
import type { SlackPort } from "../slack-port.ts";

const channelIdShape = /^[CGD][A-Z0-9]{6,}$/;

/**
 * The id behind a channel's name. Posting works by name, but looking whether a message arrived does not; when Slack does
 * not tell the id, the name is used, and the log says what is lost.
 */
export async function resolveChannel(slack: Pick<SlackPort, "channelId">, name: string, log: Logger): Promise<string> {
  if (channelIdShape.test(name)) return name;
  const answer = await slack.channelId(name);
  if (answer.ok && answer.value) return answer.value;
  const why = answer.ok ? "the bot sees no channel of that name; invite it" : answer.failure.code;
  log.warn({ channel: name, why }, "slack.channel-id-unknown");
  return name;
}
