import { expect, test } from "vitest";
import type { Desk } from "../../../../src/bot/desk.ts";
import { answerCommand } from "../../../../src/bot/slack/listen/commands.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { notingDesk } from "../../../support/slack-bot.ts";

const by = { id: "slack:U1", name: "Ana" };
const now = incidentView.incident.onset + 3_600_000;
const answered = async (line: string, more: Partial<Desk>) => {
  const answer = await answerCommand(line, { desk: notingDesk([], more), by, now });
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
