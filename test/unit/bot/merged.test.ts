import { describe, expect, test } from "vitest";
import type { IncidentView } from "../../../src/bot/incident-view.ts";
import { deliverPostmortem } from "../../../src/bot/slack/deliver/deliver-postmortem.ts";
import { notificationText } from "../../../src/bot/slack/render/notification.ts";
import { renderIncident } from "../../../src/bot/slack/render/render-incident.ts";
import { renderThread } from "../../../src/bot/slack/render/render-thread.ts";
import { words } from "../../../src/bot/web/words.ts";
import { clean, incidentView } from "../../support/incident-view.ts";
import { mailOf } from "../../support/mail-of.ts";

const { incident } = incidentView;
const url = "https://kubemend.example.com/incidents/7";
const part: IncidentView = {
  ...incidentView,
  incident: { ...incident, status: "resolved", resolvedAt: incident.onset + 90_000, mergedInto: "5" },
  whole: { id: "5", title: "carts-db <b>is slow</b>" },
  url,
};
const whole: IncidentView = {
  ...incidentView,
  parts: [
    { id: "8", title: "frontend answers with errors" },
    { id: "9", title: "orders is slow" },
  ],
};
const shown = (view: IncidentView) => JSON.stringify(renderIncident(view).blocks);

describe("what was merged says into what, and offers nothing", () => {
  test("in Slack: a link, no fix, no button but the one that parts them", () => {
    const blocks = renderIncident(part).blocks;
    expect(shown(part)).toContain("<https://kubemend.example.com/incidents/5|incident 5>");
    expect(shown(part)).toContain("merged into incident 5");
    const actions = blocks.flatMap((block) => (block.type === "actions" ? block.elements : []));
    expect(actions.map(({ action_id: id }) => id)).toEqual(["incident.reopen", "incident.more"]);
    expect(blocks.some(({ type }) => type === "context_actions")).toBe(false);
    expect(shown(part)).not.toContain("*Cause*");
    expect(notificationText(part)).toBe(`Merged into incident 5: ${incident.title}.`);
  });

  test("it has no post-mortem of its own: that of the whole tells it", async () => {
    const deps = { postmortem: async () => expect.fail("not asked for") } as never;
    expect(await deliverPostmortem(deps, part, { channel: "C1", ts: "1" }, new Map())).toEqual({ type: "done" });
  });

  test("on the page as HTML in which titles are text; in the mail as its end", () => {
    expect(words.mergedWords(part)).toContain(
      '<a href="/incidents/5">incident 5</a> (carts-db &lt;b&gt;is slow&lt;/b&gt;)',
    );
    expect(words.standsWords(part.incident)).toBe("merged into 5");
    const mail = mailOf(part);
    expect(mail.text).toContain(`Merged into incident 5: ${incident.title}`);
    expect(mail.text).toContain("One cause with incident 5 (carts-db <b>is slow</b>)");
    expect(mail.text).not.toContain("resolved");
    expect(mail.html).toContain("carts-db &lt;b&gt;is slow&lt;/b&gt;");
  });
});

describe("what has taken others in", () => {
  test("names them", () => {
    expect(shown(whole)).toContain(
      "Has taken in incident 8 (frontend answers with errors), incident 9 (orders is slow): one cause.",
    );
    expect(words.mergedWords(incidentView)).toBeUndefined();
  });

  test("tells in its thread only its own steps", () => {
    const entry = { at: incident.onset, kind: "retitled" };
    const timeline = [
      { ...entry, id: "1", text: clean("own step") },
      { ...entry, id: "2", text: clean("step of a part"), of: "8" },
    ];
    const told = JSON.stringify(renderThread({ ...whole, timeline }));
    expect(told).toContain("own step");
    expect(told).not.toContain("step of a part");
  });
});
