import { expect, test } from "vitest";
import { createIdentify } from "../../../../src/bot/slack/identity.ts";
import type { SlackPort } from "../../../../src/bot/slack/slack-port.ts";

const hour = 3_600_000;

/** A Slack that knows one person, who may be made a guest. */
function oneWho(isGuest: () => boolean) {
  const slack: Pick<SlackPort, "userName"> = {
    userName: async () => ({
      ok: true,
      value: { name: "Ann", isBot: false, isGuest: isGuest(), isStranger: false, isGone: false },
    }),
  };
  return slack as SlackPort;
}

test("who has become a guest decides nothing five minutes later, also when the clock was set back meanwhile", async () => {
  for (const step of [5 * 60_000, -hour]) {
    let guest = false;
    let now = 10 * hour;
    const identify = createIdentify(
      oneWho(() => guest),
      () => now,
    );
    expect((await identify("U1")).ok).toBe(true);
    guest = true;
    expect((await identify("U1")).ok).toBe(true);
    now += step;
    expect((await identify("U1")).ok).toBe(false);
  }
});
