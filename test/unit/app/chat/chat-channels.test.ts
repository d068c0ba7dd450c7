import { expect, test } from "vitest";
import { chatChannels } from "../../../../src/app/chat/chat-channels.ts";
import type { SlackOutcome, SlackPort } from "../../../../src/bot/slack/slack-port.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { configSchema } from "../../../../src/config/config.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

test("a Slack that is away when kubemend starts does not leave the group on call uncalled for good", async () => {
  const answers: SlackOutcome<string | undefined>[] = [
    { ok: false, failure: { type: "unsure", code: "ETIMEDOUT" } },
    { ok: false, failure: { type: "later", code: "ratelimited", retryAfterSeconds: 30 } },
  ];
  let asked = 0;
  const slack: Pick<SlackPort, "groupId" | "channelId"> = {
    groupId: async () => answers[asked++] ?? { ok: true, value: "S0ONCALL1" },
    channelId: async () => ({ ok: true, value: "C0INCIDENTS" }),
  };
  const settings = configSchema.parse({ slack: { escalation: { minutes: 15, userGroup: "sre" } } }).slack;
  const clock = createManualClock(0);
  const observation = createObservation({ cluster: "test" });
  const deps = { slack: slack as SlackPort, observation, log: silentLogger, clock };
  const { escalation, askOn } = await chatChannels(settings, deps);
  expect(escalation).toMatchObject({ groupName: "sre", afterMs: 900_000 });
  expect(escalation?.groupId).toBeUndefined();
  const asking = askOn?.(new AbortController().signal);
  await clock.advance(60_000);
  expect(escalation?.groupId).toBeUndefined();
  await clock.advance(60_000);
  await asking;
  expect([escalation?.groupId, asked]).toEqual(["S0ONCALL1", 3]);
});
