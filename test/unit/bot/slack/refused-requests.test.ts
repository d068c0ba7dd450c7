import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createSlackApp } from "../../../../src/bot/slack/slack-app.ts";

const signingSecret = "the-secret-of-the-app";
const body = "command=%2Fincident&text=list&user_id=U1";

/** What the log says after this request has come so many times. */
async function logAfter(headers: Readonly<Record<string, string>>, times = 1) {
  const lines: Record<string, unknown>[] = [];
  const note = (fields: object, event: string) => void lines.push({ ...fields, event });
  const log = { debug: note, info: note, warn: note, error: note };
  const { listener } = createSlackApp({ botToken: "xoxb-1", signingSecret }, { log } as never);
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
    for (let i = 0; i < times; i++) {
      const type = { "content-type": "application/x-www-form-urlencoded" };
      expect((await fetch(url, { method: "POST", headers: { ...type, ...headers }, body })).status).toBe(401);
    }
    return lines;
  } finally {
    server.close();
  }
}

const seconds = (ago: number) => Math.floor(Date.now() / 1_000) - ago;

test("a wrong signing secret is told, with where the right one is, and not once a request", async () => {
  const lines = await logAfter(
    { "x-slack-request-timestamp": String(seconds(0)), "x-slack-signature": `v0=${"0".repeat(64)}` },
    3,
  );
  expect(lines).toEqual([
    {
      event: "slack.request-refused",
      why: expect.stringContaining("SLACK_SIGNING_SECRET"),
      remedy: expect.stringContaining("Basic Information"),
    },
  ]);
});

test.each([
  { ago: 600, says: /6\d\d s old/ },
  { ago: -600, says: /(600|599|598) s ahead/ },
])("a clock that is $ago s off is told: each of Slack's requests is refused for it", async ({ ago, says }) => {
  const at = String(seconds(ago));
  const lines = await logAfter({ "x-slack-request-timestamp": at, "x-slack-signature": "v0=00" });
  expect(lines).toMatchObject([{ event: "slack.request-refused", why: expect.stringMatching(says) }]);
  expect(JSON.stringify(lines)).toContain("NTP");
});

test("what is not of Slack at all is no news", async () => {
  expect(await logAfter({})).toEqual([]);
});
