import { expect, test } from "vitest";
import type { Desk } from "../../../../src/bot/desk.ts";
import { answerCommand } from "../../../../src/bot/slack/listen/commands.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { notingDesk } from "../../../support/slack-bot.ts";

const by = { id: "slack:U1", name: "Ana" };
const now = incidentView.incident.onset + 3_600_000;
const answered = async (line: string, more: Partial<Desk>) => {
  const answer = await answerCommand(line, { desk: notingDesk([], more), by, now, timeZone: "UTC" });
  return { ...answer, shown: JSON.stringify(answer.blocks ?? answer.text) };
};

test("a list that does not show everything says of how many it shows the worst", async () => {
  const asked: unknown[] = [];
  const list: Desk["list"] = async (query) => {
    asked.push(query);
    return Array.from({ length: query.limit ?? 0 }, () => incidentView.incident);
  };
  const many = await answered("list", { list, count: async () => 1_000 });
  expect(many.text).toBe("1000 incidents");
  expect(many.shown).toContain("The worst 15 of 1000");
  expect(asked).toMatchObject([{ order: "worst", limit: 15 }]);
  expect((await answered("list all", { list, count: async () => 16 })).shown).toContain("The latest 15 of 16");
  expect((await answered("list", { list, count: async () => 15 })).shown).not.toContain(" of 15");
});

test("a long list has pages, and each says how the next is asked for", async () => {
  const asked: unknown[] = [];
  const list: Desk["list"] = async (query) => {
    asked.push(query);
    const left = Math.max(0, 40 - (query.offset ?? 0));
    return Array.from({ length: Math.min(left, query.limit ?? 0) }, () => incidentView.incident);
  };
  const count = async () => 40;
  expect((await answered("list", { list, count })).shown).toContain(
    "The worst 15 of 40. `/incident list 2` shows the next.",
  );
  expect((await answered("list 2", { list, count })).shown).toContain(
    "16 to 30 of 40. `/incident list 3` shows the next.",
  );
  expect((await answered("list all 3", { list, count })).shown).toContain("31 to 40 of 40.");
  expect((await answered("list all 3", { list, count })).shown).not.toContain("shows the next");
  expect((await answered("list 9", { list, count })).shown).toContain(
    "There are 40 incidents, on 3 pages: page 9 is empty.",
  );
  expect(asked).toMatchObject([
    { offset: 0, order: "worst" },
    { offset: 15 },
    { offset: 30 },
    { offset: 30 },
    { offset: 120 },
  ]);
});

test("a silence without its number is asked for with those that hold", async () => {
  const ended: string[] = [];
  const silence = {
    id: "3",
    cluster: "test",
    matcher: { namespace: "shop", name: "carts" },
    from: now - 1_000,
    until: now + 60_000,
    reason: "migration",
    by,
    createdAt: now - 1_000,
  };
  const more: Partial<Desk> = {
    silences: async () => [silence],
    endSilence: async (id) => {
      ended.push(id);
      return { ok: true, text: "Ended." };
    },
  };
  const which = await answered("unsilence carts", more);
  expect(which).toMatchObject({ personal: true });
  expect(which.shown).toMatch(/Say which silence.*\/incident unsilence 3.*shop\/carts.*migration/);
  expect(ended).toEqual([]);
  await answered("unsilence #3", more);
  expect(ended).toEqual(["3"]);
});

test("the link that signs in is a link, and only for who asked", async () => {
  const url = "https://kubemend.example.com/sign-in?token=a&b=c";
  const answer = await answered("web --share", { web: { signInLink: async () => url } });
  expect(answer).toMatchObject({ personal: true, share: false });
  expect(answer.shown).toContain("<https://kubemend.example.com/sign-in?token=a&amp;b=c|Sign in to the web pages>");
  expect(answer.text).not.toContain("token");
});

test("help names every command under a heading, and how to ask", async () => {
  const { shown, personal } = await answered("", {});
  expect(personal).toBe(true);
  for (const part of [
    "*Incidents*",
    "`/incident show &lt;number&gt;`",
    "`/incident help`",
    "`--share`",
    "question mark",
  ])
    expect(shown).toContain(part);
});

test.each([
  { line: "silence carts 2x", says: '"2x" is no length of time' },
  { line: "silence carts 1h at 25:99", says: '"25:99" is no beginning' },
  { line: "silence carts 1h in", says: '"in" is no beginning' },
  { line: "silence a/b/c/d 1h", says: '"a/b/c/d" names nothing that can be silenced' },
  { line: "silence", says: "Say what and for how long" },
  { line: "silence carts 60d", says: "30 days at most" },
  { line: "note 7", says: "Say what to add: `/incident note 7 " },
  { line: "chaos list", says: "`chaos.people`" },
])("$line: says what was not understood, to who asked alone", async ({ line, says }) => {
  const answer = await answered(line, {});
  expect(answer.text).toContain(says);
  expect(answer).toMatchObject({ personal: true });
});

test("a word that a list does not know is not passed over", async () => {
  const { text, personal } = await answered("list payments", {});
  expect(text).toContain('I cannot list by "payments"');
  expect(personal).toBe(true);
});

test.each(["7", "#7", "7 --share"])("a number alone shows that incident: /incident %s", async (line) => {
  const asked: string[] = [];
  const view: Desk["view"] = async (id) => {
    asked.push(id);
    return incidentView;
  };
  const { text, share } = await answered(line, { view });
  expect(asked).toEqual(["7"]);
  expect(text).toContain("carts is killed");
  expect(share).toBe(line.includes("--share"));
});

test("a silence of a name that nobody has heard of asks whether it is right", async () => {
  const nothing: Desk["previewSilence"] = async ({ matcher }) => ({
    matcher,
    from: now,
    until: now + 3_600_000,
    active: [],
    more: 0,
    open: [],
    past: { matched: 0, of: 4, days: 7 },
  });
  expect((await answered("silence cartz 1h", { previewSilence: nothing })).shown).toContain("Is the name right?");
  expect((await answered("silence shop/* 1h", { previewSilence: nothing })).shown).not.toContain("Is the name right?");
  const known: Desk["previewSilence"] = async (request) => ({
    ...(await nothing(request)),
    past: { matched: 1, of: 4, days: 7 },
  });
  expect((await answered("silence carts 1h", { previewSilence: known })).shown).not.toContain("Is the name right?");
});
