import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { shortcutIds } from "../../../src/bot/slack/render/action-ids.ts";
import { groupScope, slackCheck, slackScopes } from "../../../src/cli/doctor/slack.ts";
import { configSchema } from "../../../src/config/config.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";

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
