import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { parse } from "yaml";
import { createSlackWeb } from "../../../src/adapters/slack/slack-web.ts";
import { shortcutIds } from "../../../src/bot/slack/render/action-ids.ts";
import { groupScope, slackCheck, slackScopes } from "../../../src/cli/doctor/slack.ts";
import { configSchema } from "../../../src/config/config.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";
import { deadUrl } from "../../support/actor-cluster.ts";
import { type FakeAnswer, httpFake } from "../../support/http-fake.ts";

const manifest = parse(readFileSync(join(import.meta.dirname, "../../../k8s/slack-app-manifest.yaml"), "utf8"));
const asked: readonly string[] = manifest.oauth_config.scopes.bot;

async function check(scopes: readonly string[], more: object = {}) {
  const slack = await startLocalSlack({ scopes });
  await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
  const { botToken, signingSecret, apiUrl } = slack;
  return await slackCheck(configSchema.parse({ slack: { botToken, signingSecret, apiUrl, ...more } })).run();
}

test("the manifest asks for exactly the scopes that doctor explains", () => {
  expect([...asked].sort()).toEqual([...Object.keys(slackScopes), groupScope].sort());
});

test("the manifest names the shortcuts and events that are listened to", () => {
  const callbacks = manifest.features.shortcuts.map((shortcut: { callback_id: string }) => shortcut.callback_id);
  expect(callbacks).toEqual([shortcutIds.declare, shortcutIds.note]);
  expect(manifest.settings.event_subscriptions.bot_events).toEqual([
    "app_home_opened",
    "app_mention",
    "message.channels",
    "message.im",
  ]);
  expect(manifest.features.app_home.home_tab_enabled).toBe(true);
});

test.each(Object.keys(slackScopes))("a token without %s is told so, with what it is for", async (scope) => {
  const result = await check(asked.filter((one) => one !== scope));
  expect(result).toMatchObject({
    state: "failed",
    detail: expect.stringContaining(`${scope} (${slackScopes[scope]})`),
  });
});

test("user groups are asked for only where they are named", async () => {
  const without = asked.filter((one) => one !== groupScope);
  expect(await check(without)).toMatchObject({ state: "ok" });
  expect(await check(without, { escalation: { userGroup: "sre" } })).toMatchObject({
    state: "failed",
    detail: expect.stringContaining(groupScope),
  });
  expect(await check(asked, { escalation: { userGroup: "sre" } })).toMatchObject({ state: "ok" });
});

const askedOf = (apiUrl: string, more: object) =>
  slackCheck(
    configSchema.parse({ slack: { botToken: "xoxb-1", appToken: "xapp-1", apiUrl: `${apiUrl}/api/`, ...more } }),
  ).run();

test.each([
  {
    name: "an app-level token as the bot's",
    slack: { botToken: "xapp-1" },
    says: /SLACK_BOT_TOKEN holds an App-Level/,
  },
  {
    name: "a person's token as the bot's",
    slack: { botToken: "xoxp-1" },
    says: /SLACK_BOT_TOKEN holds the token of a p/,
  },
  { name: "the bot's token as the app's", slack: { appToken: "xoxb-1" }, says: /SLACK_APP_TOKEN holds no App-Level/ },
  { name: "no token of the bot", slack: { botToken: undefined }, says: /SLACK_BOT_TOKEN is missing/ },
])("tokens that were mixed up are told apart before Slack is asked: $name", async ({ slack, says }) => {
  expect(await askedOf("http://127.0.0.1:9", slack)).toMatchObject({
    state: "failed",
    detail: expect.stringMatching(says),
  });
});

test.each<{ name: string; answer: FakeAnswer; says: RegExp; remedy: RegExp }>([
  { name: "refuses", answer: { body: { ok: false, error: "invalid_auth" } }, says: /invalid_auth/, remedy: /xoxb-/ },
  {
    name: "revoked",
    answer: { body: { ok: false, error: "token_revoked" } },
    says: /not installed/,
    remedy: /Install/,
  },
  { name: "is a login page", answer: { type: "text/html", body: "<html>" }, says: /not like Slack/, remedy: /proxy/ },
])("a Slack that $name", async ({ answer, says, remedy }) => {
  await using slack = await httpFake(() => answer);
  expect(await askedOf(slack.url, {})).toMatchObject({
    state: "failed",
    detail: expect.stringMatching(says),
    remedy: expect.stringMatching(remedy),
  });
});

test("a Slack that cannot be reached is no refused token", async () => {
  expect(await askedOf(await deadUrl(), {})).toMatchObject({
    state: "failed",
    detail: expect.stringContaining("nothing listens there"),
  });
});

test("channels that the bot is not in, or does not see, are named before the first incident", async () => {
  const slack = await startLocalSlack({
    scopes: asked,
    channels: [
      { id: "C1111111", name: "incidents", bot_is_member: false },
      { id: "C2222222", name: "ops" },
    ],
  });
  await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
  const { botToken, appToken, apiUrl } = slack;
  const run = (more: object) =>
    slackCheck(configSchema.parse({ slack: { botToken, appToken, apiUrl, ...more } })).run();
  expect(await run({})).toMatchObject({ state: "failed", detail: expect.stringContaining("not in #incidents") });
  expect(await run({ channel: "ops" })).toEqual({ state: "ok", detail: "Socket Mode, posting to ops" });
  expect(await run({ channel: "C2222222" })).toMatchObject({ state: "ok" });
  const routes = [{ severities: ["critical"], channel: "#nowhere" }];
  expect(await run({ channel: "ops", fallbackChannel: "C1111111", routes })).toMatchObject({
    state: "failed",
    detail: "the bot cannot post: it is not in C1111111, it sees no channel #nowhere",
    remedy: expect.stringContaining("/invite"),
  });
});

test("an app-level token that Slack refuses is found before anybody clicks", async () => {
  const slack = await startLocalSlack({ scopes: asked });
  await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
  const { botToken, apiUrl } = slack;
  const config = configSchema.parse({ slack: { botToken, appToken: "xapp-1-of-another", apiUrl } });
  expect(await slackCheck(config).run()).toMatchObject({
    state: "failed",
    detail: expect.stringContaining("invalid_auth"),
    remedy: expect.stringContaining("SLACK_APP_TOKEN"),
  });
});

test("private channels need a scope that few have: without it public ones are found all the same", async () => {
  await using slack = await httpFake(({ params }) =>
    params.get("types")?.includes("private")
      ? { body: { ok: false, error: "missing_scope", needed: "groups:read" } }
      : { body: { ok: true, channels: [{ id: "C1111111", name: "incidents", is_member: true }] } },
  );
  const web = createSlackWeb({ token: "xoxb-1", apiUrl: `${slack.url}/api/` });
  expect(await web.channelId("#incidents")).toEqual({ ok: true, value: "C1111111" });
});

test("a clock that is minutes off is told where Slack's requests come over HTTP, which are believed for five minutes", async () => {
  const slack = await startLocalSlack({ scopes: asked });
  await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
  const { botToken, signingSecret, apiUrl } = slack;
  const config = configSchema.parse({ slack: { botToken, signingSecret, apiUrl } });
  const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() - 400_000);
  try {
    expect(await slackCheck(config).run()).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/clock is (399|400|401|402) s behind Slack's/),
      remedy: expect.stringContaining("NTP"),
    });
  } finally {
    now.mockRestore();
  }
  expect(await slackCheck(config).run()).toMatchObject({ state: "ok", detail: expect.stringContaining("HTTP") });
});
