import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { postBook } from "../../src/app/chat/deliver-job.ts";
import { deliverIncident } from "../../src/bot/slack/deliver/deliver.ts";
import { encodeFix } from "../../src/bot/slack/render/action-ids.ts";
import type { LocalSlackUser } from "../../src/local-slack/options.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { incidentView, plan } from "../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";
import { promiseFigure } from "../support/promise-figure.ts";
import { notingDesk, type SlackBot, startSlackBot } from "../support/slack-bot.ts";

interface Someone extends Partial<LocalSlackUser> {
  readonly who: string;
  /** Undefined: may act. Else what is said. */
  readonly refused?: string;
  /** The address that the policy gets to see. */
  readonly mail?: string;
  /** Slack does not say who it is. */
  readonly silent?: true;
}

const other = "other workspaces cannot decide";
const people: readonly Someone[] = [
  { who: "a member", email: "Ana@Example.com", mail: "mail:ana@example.com" },
  { who: "a member without an address" },
  { who: "a member whose address nobody has confirmed", email: "ceo@example.com", is_email_confirmed: false },
  { who: "a guest of several channels", is_restricted: true, email: "g@example.com", refused: "Guests cannot decide" },
  { who: "a guest of one channel", is_ultra_restricted: true, refused: "Guests cannot decide" },
  { who: "a bot", is_bot: true, refused: "Bots cannot decide" },
  { who: "an application's user", is_app_user: true, refused: "Bots cannot decide" },
  { who: "a closed account", deleted: true, refused: "has been closed" },
  { who: "a stranger of a shared channel", is_stranger: true, refused: other },
  { who: "somebody of another workspace whom no flag marks", team_id: "T0OTHER", refused: other },
  { who: "a guest of another workspace", team_id: "T0OTHER", is_restricted: true, refused: other },
  { who: "somebody of whom Slack says nothing", silent: true, refused: "did not say who you are" },
];
const idOf = (i: number) => `UWHO${String(i).padStart(4, "0")}`;
const value = encodeFix({ incidentId: "7", recommendationId: "R1", planId: "11", digest: plan.digest });

const deeds = [
  { deed: "Approve", does: "approve", click: { actionId: "fix.approve", value } },
  { deed: "Acknowledge", does: "acknowledge", click: { actionId: "incident.acknowledge" } },
  { deed: "Not this cause", does: "not-this-cause", click: { actionId: "incident.not-this-cause" } },
  { deed: "/incident freeze", does: "freeze", line: "/incident freeze" },
  { deed: "/incident resolve 7", does: "resolve", line: "/incident resolve 7" },
] as const;

let database: TestDatabase;
let bot: SlackBot;
let ts: string;
const asked: unknown[][] = [];
const persons: unknown[] = [];

beforeAll(async () => {
  database = await withDatabase();
  await saveIncident(database, incidentView.incident);
  bot = await startSlackBot({
    database,
    desk: notingDesk(asked, {
      approve: async (planId, _digest, by) => {
        persons.push(by);
        asked.push(["approve", planId, by.id]);
        return { type: "approved" };
      },
    }),
    slack: {
      users: people.map(({ who: _who, refused: _refused, mail: _mail, silent: _silent, ...user }, i) => ({
        id: idOf(i),
        name: `person${i}`,
        real_name: `Person ${i}`,
        ...user,
      })),
      channels: [{ id: "C1", name: "incidents", is_ext_shared: true, members: people.map((_, i) => idOf(i)) }],
    },
    wrap: (port) => ({
      ...port,
      userName: async (userId) =>
        people[Number(userId.slice(4))]?.silent
          ? { ok: false, failure: { type: "unsure", code: "timeout" } }
          : await port.userName(userId),
    }),
  });
  await deliverIncident({ slack: bot.port, book: postBook(database), channel: "C1" }, incidentView);
  ts = bot.slack.messages("incidents")[0]?.["ts"] as string;
});
afterAll(async () => {
  await bot[Symbol.asyncDispose]();
  await database.close();
  const cases = people.length * deeds.length;
  promiseFigure(
    "S5",
    `${cases} cases: ${people.length} kinds of people, ${deeds.length} deeds`,
    "only members act; all others are told why",
  );
});

describe.each(people.map((one, i) => ({ ...one, i })))("$who", ({ i, refused, mail }) => {
  test.each(deeds)("$deed", async (deed) => {
    asked.length = 0;
    persons.length = 0;
    const before = bot.slack.ephemerals().length;
    const userId = idOf(i);
    if ("line" in deed) await bot.slack.slash(deed.line, userId, "incidents");
    else await bot.slack.click({ channel: "incidents", ts, userId, ...deed.click });
    const toldNow = () => JSON.stringify(bot.slack.ephemerals().slice(before));
    if (refused) {
      await vi.waitFor(() => expect(toldNow()).toContain(refused));
      expect(asked).toEqual([]);
      return;
    }
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.[0]).toBe(deed.does);
    expect(asked[0]?.at(-1)).toBe(`slack:${userId}`);
    if (deed.does === "approve")
      expect((persons[0] as { aliases?: string[] }).aliases).toEqual(mail ? [mail] : undefined);
  });
});
