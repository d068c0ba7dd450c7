import { WebAPIRequestError, type WebClient } from "@slack/web-api";
import { groupsNamed } from "../../actions/policy/policy-file.ts";
import { findChannel } from "../../adapters/slack/find-channel.ts";
import { slackFailure } from "../../adapters/slack/slack-failure.ts";
import { createWebClient } from "../../adapters/slack/slack-web.ts";
import { loadPolicy } from "../../app/plans/load-policy.ts";
import type { Config } from "../../config/config.ts";
import { mixedUpTokens } from "../../config/slack-tokens.ts";
import { type Check, type CheckResult, checkDeadlineMs, failed, off, ok } from "./check.ts";
import { isCertificateCode, whyNoAnswer } from "./no-answer.ts";

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

const botRemedy = "Copy the Bot User OAuth Token (xoxb-…) of the installed app into SLACK_BOT_TOKEN.";
const appRemedy =
  "Copy an App-Level Token (xapp-…) with the scope connections:write into SLACK_APP_TOKEN: Basic Information, App-Level Tokens.";

/** What Slack, or the way there, says no with. */
function refusal(error: unknown, apiUrl: string | undefined, remedy: string): CheckResult {
  const { code } = slackFailure(error);
  const place = apiUrl ? new URL(apiUrl).origin : "https://slack.com";
  if (code === "no_answer_of_slack")
    return failed(`${place} answers, but not like Slack`, "A proxy or a login page may stand before it.");
  if (!(error instanceof WebAPIRequestError))
    return code === "account_inactive" || code === "token_revoked"
      ? failed(`Slack says that the app is not installed any more (${code})`, `Install it again. ${remedy}`)
      : failed(`Slack refused the token (${code})`, remedy);
  const { why, remedy: general } = whyNoAnswer(error, "SLACK_API_URL");
  const reach = "Let this machine reach https://slack.com; behind a proxy see docs/configuration.md.";
  return failed(`${place} ${why}`, apiUrl || isCertificateCode(code) ? general : reach);
}

/** Channels that incidents go to and the bot cannot write to, in words. */
async function closedChannels(client: WebClient, { channel, fallbackChannel, routes }: Config["slack"]) {
  const names = new Set([channel, ...(fallbackChannel ? [fallbackChannel] : []), ...routes.map((one) => one.channel)]);
  const closed: string[] = [];
  for (const name of names) {
    const found = await findChannel(client, name);
    if (!found) closed.push(`it sees no channel ${name}`);
    else if (!found.isMember) closed.push(`it is not in ${name}`);
  }
  return closed;
}

/** A request of Slack's is believed for five minutes, by the clock of this machine. */
const clockToleranceMs = 60_000;

/** How far this machine's clock is ahead of Slack's, ms; undefined when Slack does not say. */
async function clockAhead(apiUrl = "https://slack.com/api/"): Promise<number | undefined> {
  const answer = await fetch(new URL("api.test", apiUrl), {
    method: "POST",
    signal: AbortSignal.timeout(checkDeadlineMs),
  });
  await answer.body?.cancel();
  const ahead = Date.now() - Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(ahead) ? undefined : ahead;
}

/**
 * Asks for the scopes of the token, the channels and the clock, or for a connection where it is Socket Mode. Nothing is
 * posted.
 */
export function slackCheck(config: Config): Check {
  return {
    name: "Slack",
    async run() {
      const { botToken, signingSecret, appToken, channel, apiUrl } = config.slack;
      if (!botToken && (appToken || signingSecret))
        return failed("SLACK_BOT_TOKEN is missing: nothing can be told in Slack", botRemedy);
      if (!botToken)
        return off(
          "not configured",
          "Create the app from k8s/slack-app-manifest.yaml and set SLACK_BOT_TOKEN; docs/slack.md shows how.",
        );
      if (!signingSecret && !appToken)
        return failed(
          "a token, but no way for Slack to reach kubemend",
          "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).",
        );
      const mixed = mixedUpTokens(config.slack);
      if (mixed?.setting === "botToken") return failed(`SLACK_BOT_TOKEN holds ${mixed.holds}`, botRemedy);
      if (mixed) return failed(`SLACK_APP_TOKEN holds ${mixed.holds}`, appRemedy);
      const client = createWebClient({ token: botToken, ...(apiUrl ? { apiUrl } : {}) });
      let tokenRemedy = botRemedy;
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
        const closed = await closedChannels(client, config.slack);
        if (closed.length > 0)
          return failed(
            `the bot cannot post: ${closed.join(", ")}`,
            "Type /invite @kubemend there. A private channel also takes the scopes groups:read and groups:history (docs/slack.md).",
          );
        if (appToken) {
          tokenRemedy = appRemedy;
          // Asks for the address of a connection, and makes none.
          await createWebClient({ token: appToken, ...(apiUrl ? { apiUrl } : {}) }).apps.connections.open({});
          return ok(`Socket Mode, posting to ${channel}`);
        }
        const ahead = await clockAhead(apiUrl);
        if (ahead !== undefined && Math.abs(ahead) > clockToleranceMs)
          return failed(
            `this machine's clock is ${Math.round(Math.abs(ahead) / 1_000)} s ${ahead > 0 ? "ahead of" : "behind"} Slack's`,
            "Set it (NTP): Slack's requests are believed for five minutes, and refused otherwise.",
          );
        return ok(`HTTP, posting to ${channel}; whether the signing secret is right shows with the first click`);
      } catch (error) {
        return refusal(error, apiUrl, tokenRemedy);
      }
    },
  };
}
