import { expect, test } from "vitest";
import { refuseMessage, updateTextLength } from "../../src/local-slack/blocks/validate-message.ts";
import { validateView } from "../../src/local-slack/blocks/validate-view.ts";
import { generatedViews } from "../support/generated-views.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { shownToPeople } from "../support/shown-to-people.ts";
import { notingDesk } from "../support/slack-bot.ts";

const count = promised(1_000, 120);

test("generated incidents, of every size and state, are within Slack's limits wherever they are shown", async () => {
  const next = generatedViews(1);
  const desk = notingDesk([]);
  let messages = 0;
  let views = 0;
  for (let i = 0; i < count; i++) {
    const shown = await shownToPeople(next(), desk, `words ${i}`);
    for (const { what, text, blocks } of shown.messages) {
      messages++;
      expect(
        refuseMessage({ text, blocks: [...blocks] }, { textLength: updateTextLength }),
        `incident ${i}: ${what}`,
      ).toBeUndefined();
      expect(blocks.length, `incident ${i}: ${what}`).toBeLessThanOrEqual(50);
    }
    for (const [what, view] of shown.views) {
      views++;
      expect(validateView(view), `incident ${i}: ${what}`).toEqual([]);
    }
  }
  expect([messages > 15 * count, views > 8 * count]).toEqual([true, true]);
  promiseFigure(
    "S6",
    `${grouped(count)} generated incidents, ${grouped(messages)} messages, ${grouped(views)} views`,
    "all within Slack's limits for blocks",
  );
});
