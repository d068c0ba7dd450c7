import type { Config } from "./config.ts";
import { deliverers } from "./deliveries.ts";
import type { RoleProblem } from "./load-config.ts";
import { mixedUpTokens } from "./slack-tokens.ts";

/**
 * What a watcher cannot work with, though each setting for itself is right. An actor reads the same file and has none of the
 * secrets, so that it is not asked.
 */
export function watcherProblems(config: Config): readonly RoleProblem[] {
  const { slack, logs } = config;
  const problems: RoleProblem[] = [];
  if (slack.botToken && !slack.appToken && !slack.signingSecret?.trim())
    problems.push({
      setting: "slack.botToken",
      problem:
        "nothing tells Slack's requests from anybody's; set slack.appToken (SLACK_APP_TOKEN, Socket Mode) or slack.signingSecret (SLACK_SIGNING_SECRET, HTTP)",
    });
  const mixed = mixedUpTokens(slack);
  if (mixed)
    problems.push({
      setting: `slack.${mixed.setting}`,
      problem: `holds ${mixed.holds}; docs/slack.md shows which token goes where`,
    });
  if (logs.source === "push" && deliverers(config) === "nobody")
    problems.push({
      setting: "logs.source",
      problem:
        "is push, and nobody may deliver; set ingest.token (KUBEMEND_INGEST_TOKEN) and give it to your agents, or ingest.open where your network lets nobody else reach the port",
    });
  return problems;
}
