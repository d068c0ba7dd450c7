import type { Chat } from "../app/chat/start-chat.ts";
import { countSlackCalls } from "../app/metrics/slack-metrics.ts";
import type { Desk } from "../bot/desk.ts";
import type { DetectionPart } from "./detection-part.ts";
import type { Foundation } from "./foundation.ts";
import type { Outside } from "./outside.ts";

/** Slack, both ways; undefined where it is not configured. */
export async function startChatPart(
  foundation: Foundation,
  { slack }: Outside,
  { observation, registry }: DetectionPart,
  desk: Desk,
): Promise<Chat | undefined> {
  const { config, log, running } = foundation;
  if (!slack) {
    log.warn(
      {
        remedy:
          "Incidents are not told in Slack: set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET (docs/slack.md, two minutes). The web pages show them meanwhile.",
      },
      "slack.not-configured",
    );
    return undefined;
  }
  const { startChat } = await import("../app/chat/start-chat.ts");
  return running.use(
    await startChat({
      ...foundation,
      settings: slack.settings,
      slack: countSlackCalls(slack.web, registry),
      desk,
      cluster: config.cluster,
      observation,
      webUrl: config.web.url,
      timeZone: config.email.timeZone,
    }),
  );
}
