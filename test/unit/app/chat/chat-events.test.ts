import { expect, test, vi } from "vitest";
import { chatEvents } from "../../../../src/app/chat/chat-events.ts";
import type { HandlerDeps } from "../../../../src/bot/slack/listen/request.ts";
import type { SlackFailure, SlackPort } from "../../../../src/bot/slack/slack-port.ts";
import type { Redacted } from "../../../../src/incident/redacted.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { notingDesk } from "../../../support/slack-bot.ts";

const question = {
  kind: "question",
  user: "U1",
  channel: "C1",
  ts: "2.0",
  thread: "1.0",
  text: "#7 why does it restart?",
  mentioned: true,
  direct: false,
};

/** Asks one question of a bot whose Slack answers as told, until nothing waits any more or `most` tries were made. */
async function answered(failure: SlackFailure, failures: number) {
  await using database = await withDatabase();
  let asked = 0;
  const posted: string[] = [];
  let tries = 0;
  const desk = notingDesk([], {
    ask: async (incidentId) => ({
      type: "answered",
      incidentId,
      by: "rules",
      sentences: [{ text: `answer ${++asked}` as Redacted, kind: "observed", evidence: ["E1"] }],
      evidence: [],
    }),
  });
  const slack: Pick<SlackPort, "post" | "find"> = {
    find: async () => ({ ok: true, value: undefined }),
    post: async ({ channel, blocks }) => {
      if (tries++ < failures) return { ok: false, failure };
      posted.push(JSON.stringify(blocks));
      return { ok: true, value: { channel, ts: "3.0" } };
    },
  };
  const handlers: Omit<HandlerDeps, "keepEvent"> = {
    desk,
    slack: slack as SlackPort,
    identify: async (id) => ({ ok: true, person: { id: `slack:${id}`, name: "Ana" } }),
    log: silentLogger,
    now: Date.now,
    timeZone: "UTC",
    firstSight: async () => true,
  };
  const events = chatEvents({ database, log: silentLogger, handlers: () => handlers, lookEveryMs: 20 });
  await events.keep("Ev1", question);
  const stopping = new AbortController();
  const running = events.run(stopping.signal);
  const waits = async () => {
    // A while is over at once here.
    await database.pool.query(
      "update chat_event set claimed_until = now() where done_at is null and claimed_until < now() + interval '60 seconds'",
    );
    const { rows } = await database.pool.query<{ n: number }>(
      "select count(*)::int as n from chat_event where done_at is null and attempts < 8",
    );
    return rows[0]?.n ?? 0;
  };
  await vi.waitFor(async () => expect(await waits()).toBe(0), { timeout: 30_000, interval: 10 });
  stopping.abort();
  await running;
  return { asked, posted, tries };
}

test("an answer that Slack puts off again and again is given in the end, and found once: a storm uses up neither tries nor the model", async () => {
  const { asked, posted, tries } = await answered({ type: "later", code: "paced", retryAfterSeconds: 20 }, 20);
  expect([asked, tries, posted.length]).toEqual([1, 21, 1]);
  expect(posted[0]).toContain("answer 1");
});

test("an answer of which nobody knows whether it arrived is tried eight times", async () => {
  const { asked, posted, tries } = await answered({ type: "unsure", code: "http_500" }, 100);
  expect([asked, tries, posted]).toEqual([1, 8, []]);
});
