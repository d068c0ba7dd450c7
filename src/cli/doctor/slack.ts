import type { WebClient } from "@slack/web-api";
import { groupsNamed } from "../../actions/policy/policy-file.ts";
import { slackFailure } from "../../adapters/slack/slack-failure.ts";
import { createWebClient } from "../../adapters/slack/slack-web.ts";
import { loadPolicy } from "../../app/plans/load-policy.ts";
import type { Config } from "../../config/config.ts";
import { type Check, failed, off, ok } from "./check.ts";

/** What each scope is for; the app's manifest asks for the same. */
export const slackScopes: Readonly<Record<string, string>> = {
  "chat:write": "post incidents",
  "files:write": "show charts",
  commands: "/incident",
  "users:read": "know who approves",
  "users:read.email": "match people with the policy",
  "channels:read": "find the channel by its name",
  "channels:history": "never post an incident twice after a crash, and hear questions in its thread",
  "app_mentions:read": "hear questions to @kubemend",
  "im:history": "hear questions in a direct message",
};

/** Asked for only where the policy or the escalation names user groups. */
export const groupScope = "usergroups:read";
const groupWhy = "know who is in the user groups of the policy, and find the one that is called";

async function namesGroups(config: Config): Promise<boolean> {
  if (config.slack.escalation) return true;
  // A policy that cannot be read is told by the check of its own.
  const policy = await loadPolicy(config.policy).catch(() => undefined);
  return policy !== undefined && groupsNamed(policy).some((group) => group.startsWith("slack:"));
}

async function missingScopes(client: WebClient, needed: readonly string[]): Promise<string[] | undefined> {
  const answer = await client.auth.test();
  const granted = answer.response_metadata?.scopes;
  return granted ? needed.filter((scope) => !granted.includes(scope)) : undefined;
}

export function slackCheck(config: Config): Check {
  return {
    name: "Slack",
    async run() {
      const { botToken, signingSecret, appToken, channel, apiUrl } = config.slack;
      if (!botToken)
        return off(
          "not configured",
          "Create the app from k8s/slack-app-manifest.yaml and set SLACK_BOT_TOKEN; docs/slack.md shows how.",
        );
      if (!signingSecret && !appToken)
        return failed(
          "a token, but no way for Slack to reach kubemend",
          "Set SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode).",
        );
      const client = createWebClient({ token: botToken, ...(apiUrl ? { apiUrl } : {}) });
      try {
        const missing = await missingScopes(client, [
          ...Object.keys(slackScopes),
          ...((await namesGroups(config)) ? [groupScope] : []),
        ]);
        if (missing && missing.length > 0) {
          return failed(
            `the token lacks ${missing.map((scope) => `${scope} (${slackScopes[scope] ?? groupWhy})`).join(", ")}`,
            "Add the scopes under OAuth & Permissions and install the app again.",
          );
        }
        return ok(`${appToken ? "Socket Mode" : "HTTP"}, posting to ${channel}`);
      } catch (error) {
        const { code } = slackFailure(error);
        return failed(
          `Slack refused the token (${code})`,
          "Copy the Bot User OAuth Token (xoxb-…) of the installed app into SLACK_BOT_TOKEN.",
        );
      }
    },
  };
}
