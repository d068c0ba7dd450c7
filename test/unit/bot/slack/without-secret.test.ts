import { expect, test } from "vitest";
import { createSlackApp } from "../../../../src/bot/slack/slack-app.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { notingDesk } from "../../../support/slack-bot.ts";

// An empty key signs as well as any other: whoever knows that there is none could be anybody.
test.each([
  "",
  "   ",
  undefined,
])("with %j as signing secret and no Socket Mode nobody is listened to", (signingSecret) => {
  const options = { botToken: "xoxb-0", ...(signingSecret === undefined ? {} : { signingSecret }) };
  const deps = {
    desk: notingDesk([]),
    slack: {} as never,
    identify: async () => ({ ok: false, reason: "nobody" }) as const,
    log: silentLogger,
    now: Date.now,
    timeZone: "UTC",
    firstSight: async () => true,
  };
  expect(() => createSlackApp(options, deps)).toThrow("nothing tells Slack's requests from anybody's");
});
