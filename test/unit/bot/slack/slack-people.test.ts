import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { postBook } from "../../../../src/app/chat/deliver-job.ts";
import type { Desk } from "../../../../src/bot/desk.ts";
import { deliverIncident } from "../../../../src/bot/slack/deliver/deliver.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";
import { quietOperations } from "../../../support/quiet-operations.ts";
import { notingDesk, type SlackBot, startSlackBot } from "../../../support/slack-bot.ts";

const hour = 3_600_000;
const asked: unknown[][] = [];
let database: TestDatabase;
let bot: SlackBot;

const start = async (more: Partial<Desk> = {}) => {
  bot = await startSlackBot({
    database,
    desk: notingDesk(asked, more),
    slack: {
      users: [
        { id: "U1", name: "ana", real_name: "Ana" },
        { id: "UGUEST", name: "guest", real_name: "Gast", is_restricted: true },
      ],
      channels: [
        { id: "C1", name: "incidents" },
        { id: "C2", name: "ops" },
      ],
    },
  });
};

beforeEach(async () => {
  asked.length = 0;
  database = await withDatabase();
  await saveIncident(database, incidentView.incident);
});
afterEach(async () => {
  await bot[Symbol.asyncDispose]();
  await database.close();
});

const shownAlone = () => JSON.stringify(bot.slack.ephemerals());
const inChannel = () => JSON.stringify(bot.slack.messages("incidents"));
const modals = () => JSON.stringify(bot.slack.views());
const slash = (words: string) => bot.slack.slash(`/incident ${words}`, "U1", "incidents");
const posted = async () => {
  await deliverIncident({ slack: bot.port, book: postBook(database), channel: "C1" }, incidentView);
  return bot.slack.messages("incidents")[0]?.["ts"] as string;
};

describe("commands", () => {
  test.each([
    {
      words: "declare critical on shop/carts checkout is slow",
      want: ["declare", { title: "checkout is slow", severity: "critical", workload: "shop/carts" }, "slack:U1"],
    },
    { words: "declare nobody can pay", want: ["declare", { title: "nobody can pay", severity: "high" }, "slack:U1"] },
    { words: "note 7 the vendor is called", want: ["note", "7", "the vendor is called", "slack:U1"] },
    { words: "unsilence 3", want: ["unsilence", "3", "slack:U1"] },
    { words: "reopen #7", want: ["reopen", "7", "slack:U1"] },
  ])("/incident $words", async ({ words, want }) => {
    await start();
    expect(await slash(words)).toEqual({ ok: true });
    await vi.waitFor(() => expect(asked).toEqual([want]));
  });

  test.each([
    { words: "digest now", says: "No digest is configured" },
    { words: "chaos list", says: "Nobody may run experiments from chat" },
    { words: "silences", says: "Nothing is silenced" },
    { words: "silence shop/carts", says: "for how long" },
    { words: "silence shop/carts 400d", says: "30 days at most" },
    { words: "silence #99 1h", says: "There is no incident 99" },
    { words: "diagnose shop/carts", says: "Nothing abnormal" },
    { words: "evidence 7", says: "OOMKilled" },
    { words: "timline 7", says: "Did you mean `/incident timeline 7`" },
    { words: "help", says: "--share" },
    { words: "acknowledge 7", says: "Did you mean `/incident ack 7`" },
    { words: "mute shop/carts 2h", says: "Did you mean `/incident silence shop/carts 2h`" },
    { words: "xyzzy", says: "There are list, show, declare" },
    { words: "ack", says: "`/incident ack 7`  carts is killed" },
    { words: "timeline", says: "`/incident timeline 7`  carts is killed" },
  ])("/incident $words says: $says", async ({ words, says }) => {
    await start();
    await slash(words);
    await vi.waitFor(() => expect(shownAlone()).toContain(says));
    expect(bot.slack.messages("incidents")).toEqual([]);
  });

  test("what others fill in is asked: digest and experiments", async () => {
    await start({
      digest: { now: async (by) => ({ ok: true, text: `sent for ${by.name}` }) },
      chaos: { command: async (words) => ({ ok: true, text: `chaos ${words.join(" ")}` }) },
    });
    await slash("digest now");
    await slash("chaos run pod-kill");
    for (const answer of ["sent for Ana", "chaos run pod-kill"])
      await vi.waitFor(() => expect(shownAlone()).toContain(answer));
  });

  test("--share shows the answer to the channel, but never what is meant for one person", async () => {
    await start();
    await slash("show 7 --share");
    await vi.waitFor(() => expect(inChannel()).toContain("carts is killed for memory"));
    await slash("silence shop/carts 2h --share");
    await vi.waitFor(() => expect(shownAlone()).toContain("Silence"));
    expect(inChannel()).not.toContain("silence.confirm");
  });

  test("a silence is shown first, and made by the button under it", async () => {
    await start({
      previewSilence: async ({ matcher, durationMs }) => ({
        matcher,
        from: 1,
        until: 1 + durationMs,
        active: [{ target: incidentView.incident.target, summary: clean("killed again") }],
        more: 2,
        open: [incidentView.incident],
        past: { matched: 3, of: 9, days: 7 },
      }),
    });
    await slash("silence shop/carts 2h while we migrate");
    await vi.waitFor(() => expect(shownAlone()).toContain("silence.confirm"));
    for (const part of [
      "kept quiet* (3)",
      "… and 2 more",
      "In the last 7 days it would have kept 3 of 9 incidents quiet.",
      "It stays open",
    ])
      expect(shownAlone()).toContain(part);
    expect(asked).toEqual([]);
    const [ask] = bot.slack.ephemerals();
    await bot.slack.click({
      channel: "incidents",
      ts: ask?.message.ts ?? "",
      actionId: "silence.confirm",
      userId: "U1",
    });
    const request = {
      matcher: { namespace: "shop", name: "carts" },
      startsInMs: 0,
      durationMs: 2 * hour,
      reason: "while we migrate",
    };
    await vi.waitFor(() => expect(asked).toEqual([["silence", request, "slack:U1"]]));
    await vi.waitFor(() => expect(shownAlone()).not.toContain("silence.confirm"));
  });
});

describe("the buttons of an incident", () => {
  test("Silence asks what and how long, previews, and makes it", async () => {
    await start();
    const ts = await posted();
    await bot.slack.click({ channel: "incidents", ts, actionId: "incident.silence", userId: "U1" });
    await vi.waitFor(() => expect(modals()).toContain("For how long"));
    await bot.slack.submitView({
      userId: "U1",
      entered: { note: { value: "known" }, duration: { value: "14400000" } },
    });
    await vi.waitFor(() => expect(modals()).toContain("Silence Deployment shop/carts"));
    expect(asked).toEqual([]);
    await bot.slack.submitView({ userId: "U1" });
    const matcher = { kind: "Deployment", namespace: "shop", name: "carts" };
    const request = { matcher, startsInMs: 0, durationMs: 4 * hour, reason: "known" };
    await vi.waitFor(() => expect(asked).toEqual([["silence", request, "slack:U1"]]));
    await vi.waitFor(() => expect(modals()).toContain("Silence 3 holds"));
  });

  test.each([
    { value: "right|7", verdict: "right" },
    { value: "wrong|7", verdict: "wrong" },
  ])("a thumb says that the cause is $verdict", async ({ value, verdict }) => {
    await start();
    const ts = await posted();
    await bot.slack.click({ channel: "incidents", ts, actionId: "diagnosis.rate", value, userId: "U1" });
    await vi.waitFor(() => expect(asked).toEqual([["rate", "7", verdict, "slack:U1"]]));
  });

  test.each([
    { word: "timeline", says: "Timeline of incident 7" },
    { word: "evidence", says: "OOMKilled" },
    { word: "postmortem", says: "Post-mortem of incident 7" },
  ])("More: $word", async ({ word, says }) => {
    await start({
      view: async () => ({
        ...incidentView,
        timeline: [{ id: "1", at: 1, kind: "note", text: clean("Timeline of incident 7") }],
      }),
    });
    const ts = await posted();
    await bot.slack.click({ channel: "incidents", ts, actionId: "incident.more", value: `${word}|7`, userId: "U1" });
    await vi.waitFor(() => expect(modals()).toContain(says));
  });

  test("More: share shows the incident elsewhere, without a button that decides", async () => {
    await start();
    const ts = await posted();
    await bot.slack.click({ channel: "incidents", ts, actionId: "incident.more", value: "share|7", userId: "U1" });
    await vi.waitFor(() => expect(modals()).toContain("Where"));
    await bot.slack.submitView({ userId: "U1", entered: { channel: { value: "C2" } } });
    await vi.waitFor(() => expect(bot.slack.messages("ops")).toHaveLength(1));
    const shared = JSON.stringify(bot.slack.messages("ops"));
    expect(shared).toContain("carts is killed for memory");
    expect(shared).not.toContain("action_id");
  });
});

describe("the App Home", () => {
  const home = () => JSON.stringify(bot.slack.home("U1"));

  test("shows what is open, what waits, what became of it, and how kubemend does", async () => {
    await start({
      home: async () => ({
        now: incidentView.incident.onset + hour,
        cluster: "test",
        open: [incidentView.incident],
        openTotal: 1_000,
        approvalsTotal: 1,
        approvals: [
          {
            incidentId: "7",
            recommendationId: "R1",
            planId: "11",
            digest: "d",
            title: "Change resources",
            diff: " limits:\n-  memory: 34Mi\n+  memory: 128Mi\n requests:\n-  memory: 30Mi\n+  memory: 64Mi",
            risk: "low",
            have: 1,
            need: 2,
            mine: true,
            expiresAt: 1,
          },
        ],
        fixes: [{ incidentId: "6", title: "Roll back orders", at: 1, outcome: "helped" }],
        silences: [],
        health: [{ name: "Detection", state: "ok", detail: "12 ticks" }],
        precision: { right: 9, wrong: 1, days: 30 },
        frozen: false,
      }),
    });
    bot.slack.openHome("U1");
    await vi.waitFor(() => expect(home()).toContain("1000 open incidents"));
    for (const part of [
      "carts is killed",
      "The worst of them. 999 more",
      "1 of 2 approvals",
      "you have approved",
      "limits.memory: 34Mi → 128Mi,  requests.memory: 30Mi → 64Mi",
      "*helped*  Roll back orders",
      "*90 %*",
      "12 ticks",
    ])
      expect(home()).toContain(part);
  });

  test("Refresh shows it as it is now", async () => {
    let opened = 0;
    await start({ home: async (by) => ({ ...(await quietOperations.home(by)), cluster: `seen ${++opened} times` }) });
    bot.slack.openHome("U1");
    await vi.waitFor(() => expect(home()).toContain("seen 1 times"));
    const viewId = (bot.slack.home("U1") as { id: string }).id;
    expect(await bot.slack.click({ viewId, actionId: "home.refresh", userId: "U1" })).toEqual({ ok: true });
    await vi.waitFor(() => expect(home()).toContain("seen 2 times"));
  });

  test("Show and Declare open their forms from the page", async () => {
    await start({
      home: async (by) => ({ ...(await quietOperations.home(by)), open: [incidentView.incident], openTotal: 1 }),
    });
    bot.slack.openHome("U1");
    await vi.waitFor(() => expect(home()).toContain("incident.show"));
    const viewId = (bot.slack.home("U1") as { id: string }).id;
    await bot.slack.click({ viewId, actionId: "incident.show", userId: "U1" });
    await vi.waitFor(() => expect(modals()).toContain("memory limit too low"));
    await bot.slack.click({ viewId, actionId: "incident.declare", userId: "U1" });
    await vi.waitFor(() => expect(modals()).toContain("What is wrong"));
  });

  test("a guest is told why it is empty for him", async () => {
    await start();
    bot.slack.openHome("UGUEST");
    await vi.waitFor(() => expect(JSON.stringify(bot.slack.home("UGUEST"))).toContain("Guests cannot decide"));
  });
});

describe("message shortcuts", () => {
  test("declare incident from this", async () => {
    await start();
    const ts = bot.slack.say("incidents", "checkout answers 500 since lunch", "U1") ?? "";
    await bot.slack.shortcut({ userId: "U1", callbackId: "declare_incident", channel: "C1", ts });
    await vi.waitFor(() => expect(modals()).toContain("checkout answers 500 since lunch"));
    await bot.slack.submitView({ userId: "U1" });
    await vi.waitFor(() =>
      expect(asked).toEqual([["declare", { title: "checkout answers 500 since lunch", severity: "high" }, "slack:U1"]]),
    );
  });

  test("add to timeline, of the incident in whose thread it stands", async () => {
    await start();
    const thread = await posted();
    const ts = bot.slack.say("incidents", "the vendor says it is them", "U1", thread) ?? "";
    await bot.slack.shortcut({ userId: "U1", callbackId: "add_to_timeline", channel: "C1", ts });
    await vi.waitFor(() => expect(modals()).toContain("the vendor says it is them"));
    await bot.slack.submitView({ userId: "U1" });
    await vi.waitFor(() => expect(asked).toEqual([["note", "7", "the vendor says it is them", "slack:U1"]]));
  });

  test("add to timeline of the incident's own message begins with nothing: what kubemend says is there already", async () => {
    await start();
    const ts = await posted();
    await bot.slack.shortcut({ userId: "U1", callbackId: "add_to_timeline", channel: "C1", ts });
    await vi.waitFor(() => expect(modals()).toContain('"block_id":"note"'));
    expect(modals()).not.toContain("initial_value");
  });
});

describe("questions", () => {
  const replies = (ts: string) => JSON.stringify(bot.slack.replies("incidents", ts));

  test("a mention in the thread is answered in the thread, with the proof", async () => {
    await start();
    const thread = await posted();
    bot.slack.say("incidents", "@kubemend why was it killed?", "U1", thread);
    await vi.waitFor(() => expect(replies(thread)).toContain("answered by rules"));
    expect(asked).toEqual([["ask", "7", "why was it killed?", "slack:U1"]]);
    expect(replies(thread)).toContain("_(E1)_");
  });

  test("a question in an incident's thread needs no mention; what is no question is left alone", async () => {
    await start();
    const thread = await posted();
    bot.slack.say("incidents", "I am on it", "U1", thread);
    bot.slack.say("incidents", "is it the limit?", "U1", thread);
    await vi.waitFor(() => expect(asked).toEqual([["ask", "7", "is it the limit?", "slack:U1"]]));
    const own = bot.slack.say("incidents", "lunch?", "U1") ?? "";
    bot.slack.say("incidents", "pizza?", "U1", own);
    await vi.waitFor(() => expect(bot.slack.pendingEvents()).toBe(0));
    expect(asked).toHaveLength(1);
  });

  test("a mention with a command's word is the command", async () => {
    await start();
    const ts = bot.slack.say("incidents", "@kubemend show 7", "U1") ?? "";
    await vi.waitFor(() => expect(replies(ts)).toContain("memory limit too low"));
  });

  test("a guest who mentions it is told why, alone", async () => {
    await start();
    const ts = bot.slack.say("incidents", "@kubemend why?", "UGUEST") ?? "";
    await vi.waitFor(() => expect(shownAlone()).toContain("Guests cannot decide"));
    expect(bot.slack.replies("incidents", ts)).toEqual([]);
    expect(asked).toEqual([]);
  });
});
