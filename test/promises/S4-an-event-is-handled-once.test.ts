import { createHmac } from "node:crypto";
import { expect, test, vi } from "vitest";
import type { SlackPort } from "../../src/bot/slack/slack-port.ts";
import type { Redacted } from "../../src/incident/redacted.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { openDatabase } from "../../src/store/database.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { incidentView } from "../support/incident-view.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { notingDesk, startSlackBot } from "../support/slack-bot.ts";

const hang = new Promise<never>(() => undefined);
/** Where the process that takes the first delivery dies. */
const deaths = ["nowhere", "before its row", "after its row", "after its effect"] as const;

test("an event that Slack delivers one to four times, around a crash at any place, is answered exactly once", async () => {
  const events = promised(400, 24);
  await using database = await withDatabase();
  await saveIncident(database, incidentView.incident);
  const slack = await startLocalSlack({ channels: [{ id: "C1", name: "incidents" }] });
  await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
  const desk = notingDesk([], {
    ask: async (incidentId, question) => ({
      type: "answered",
      incidentId,
      by: "rules",
      sentences: [{ text: `answer to ${question}` as Redacted, kind: "observed", evidence: ["E1"] }],
      evidence: [],
    }),
  });
  await using gone = openDatabase("postgres://127.0.0.1:1/nowhere");
  const dies = (after: boolean) => (port: SlackPort) => ({
    ...port,
    post: async (message: Parameters<SlackPort["post"]>[0]) => {
      if (after) await port.post(message);
      return await hang;
    },
  });
  await using healthy = await startSlackBot({ database, desk, local: slack });
  await using beforeRow = await startSlackBot({ database: gone, desk, local: slack, answering: false });
  await using afterRow = await startSlackBot({ database, desk, local: slack, answering: false, wrap: dies(false) });
  await using afterEffect = await startSlackBot({ database, desk, local: slack, answering: false, wrap: dies(true) });
  const first = {
    nowhere: healthy,
    "before its row": beforeRow,
    "after its row": afterRow,
    "after its effect": afterEffect,
  };

  const deliver = async (url: string, i: number, thread: string) => {
    const body = JSON.stringify({
      type: "event_callback",
      event_id: `Ev${i}`,
      team_id: "T0LOCAL0001",
      authorizations: [{ user_id: "U0LOCALBOT1" }],
      event: {
        type: "app_mention",
        user: "U0LOCALLEAD",
        channel: "C1",
        ts: `1.${i}`,
        thread_ts: thread,
        text: `<@U0LOCALBOT1> #7 q${i}q`,
      },
    });
    const now = Math.floor(Date.now() / 1_000);
    const signature = `v0=${createHmac("sha256", slack.signingSecret).update(`v0:${now}:${body}`).digest("hex")}`;
    const response = await fetch(`${url}/slack/events`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-slack-request-timestamp": String(now),
        "x-slack-signature": signature,
      },
      body,
    });
    return response.status;
  };
  const thread = slack.say("incidents", "here we go", "U0LOCALLEAD") ?? "";
  let deliveries = 0;
  for (let i = 0; i < events; i++) {
    const death = deaths[i % deaths.length] ?? "nowhere";
    const status = await deliver(first[death].url, i, thread);
    deliveries++;
    // Without a row Slack is not told that the event arrived, and so it sends it again.
    expect(status === 200).toBe(death !== "before its row");
    const more = death === "before its row" ? 1 + (i % 3) : Math.floor(i / deaths.length) % 4;
    for (let again = 0; again < more; again++) {
      expect(await deliver(healthy.url, i, thread)).toBe(200);
      deliveries++;
    }
  }
  await vi.waitFor(
    async () => {
      // What a dead process has claimed is free after a while; here the while is over at once.
      await database.pool.query(
        "update chat_event set claimed_until = now() where done_at is null and claimed_until > now() + interval '60 seconds'",
      );
      const { rows } = await database.pool.query<{ left: number }>(
        "select count(*)::int as left from chat_event where done_at is null",
      );
      expect(rows[0]?.left).toBe(0);
    },
    { timeout: promised(600_000, 25_000), interval: 500 },
  );
  const said = slack.replies("incidents", thread).map((reply) => JSON.stringify(reply));
  const counts = Array.from(
    { length: events },
    (_, i) => said.filter((text) => text.includes(`answer to #7 q${i}q`)).length,
  );
  expect(counts.filter((count) => count !== 1)).toEqual([]);
  promiseFigure(
    "S4",
    `${grouped(events)} events in ${grouped(deliveries)} deliveries, the first process dies at 3 places`,
    "exactly one answer each",
  );
});
