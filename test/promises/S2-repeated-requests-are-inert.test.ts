import { createHmac } from "node:crypto";
import { expect, test, vi } from "vitest";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { notingDesk, startSlackBot } from "../support/slack-bot.ts";

const body = new URLSearchParams({
  command: "/incident",
  text: "ack 7",
  user_id: "U0LOCALLEAD",
  team_id: "T0LOCAL0001",
  response_url: "http://127.0.0.1:9/nowhere",
}).toString();

test("a request that is sent again, early or late, has one effect", async () => {
  const replays = promised(1_000, 60);
  await using database = await withDatabase();
  const asked: unknown[][] = [];
  await using bot = await startSlackBot({ database, desk: notingDesk(asked) });
  const send = async (seconds: number) => {
    const signature = `v0=${createHmac("sha256", bot.slack.signingSecret).update(`v0:${seconds}:${body}`).digest("hex")}`;
    const response = await fetch(`${bot.url}/slack/events`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": String(seconds),
        "x-slack-signature": signature,
      },
      body,
    });
    return response.status;
  };
  const clock = () => Math.floor(Date.now() / 1_000);
  const now = clock();
  const statuses = new Set<number>();
  for (let sent = 0; sent < replays; sent += 20)
    for (const status of await Promise.all(Array.from({ length: 20 }, () => send(now)))) statuses.add(status);
  expect([...statuses]).toEqual([200]);
  // Reckoned anew each time: what lies ahead comes nearer while the test runs.
  for (const away of [-301, -3_600, 330, 86_400]) expect(await send(clock() + away)).toBe(401);
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  // Another second is another request of Slack's own.
  expect(await send(clock() - 120)).toBe(200);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  promiseFigure(
    "S2",
    `${grouped(replays)} replays inside the window, 4 outside it`,
    "1 effect; old and future ones refused",
  );
});
