import { describe, expect, test } from "vitest";
import type { IncidentView } from "../../../src/bot/incident-view.ts";
import type { Say } from "../../../src/bot/plan-words.ts";
import { seenBefore } from "../../../src/bot/seen-before.ts";
import { renderIncident } from "../../../src/bot/slack/render/render-incident.ts";
import { words } from "../../../src/bot/web/words.ts";
import type { SeenBefore } from "../../../src/incident/diagnosis/past-incident.ts";
import { incidentView } from "../../support/incident-view.ts";
import { mailOf } from "../../support/mail-of.ts";

const { diagnosis, incident } = incidentView;
if (!diagnosis) throw new Error("the fixture has a diagnosis");
const say: Say = { time: () => "?", moment: () => "Nov 3", text: (text, limit) => text.slice(0, limit) };
const past: SeenBefore = {
  id: "12",
  cause: "memory-limit-too-low",
  culprit: incident.target,
  onset: Date.UTC(2026, 10, 3, 9),
  fix: { action: "rollback-deployment", target: incident.target, recovered: true },
  similarity: 0.874,
};
const { fix: _fix, ...unfixed } = past;
const view = (before: readonly SeenBefore[], more: Partial<IncidentView> = {}): IncidentView => ({
  ...incidentView,
  diagnosis: { ...diagnosis, past: before },
  ...more,
});

describe("an incident that was met before is told with what helped then", () => {
  test.each([
    {
      name: "the same cause, and a fix that helped",
      past: [past],
      want: "incident 12, Nov 3 (87 % alike): the same cause; Roll back Deployment shop/carts helped.",
    },
    {
      name: "another cause, a fix that did not help, and more of them",
      past: [
        { ...past, cause: "memory-leak", fix: { action: "restart", target: incident.target, recovered: false } },
        { ...past, id: "8" },
        { ...past, id: "5" },
      ],
      want: "incident 12, Nov 3 (87 % alike): the cause then: memory leak (Deployment shop/carts); Restart Deployment shop/carts did not help. Also incident 8 and incident 5.",
    },
    {
      name: "nothing was done",
      past: [unfixed],
      want: "incident 12, Nov 3 (87 % alike): the same cause; nothing was changed by kubemend.",
    },
    { name: "never", past: [], want: undefined },
  ] as const)("$name", ({ past, want }) => expect(seenBefore(view(past), say, (id) => `incident ${id}`)).toBe(want));

  test("in Slack with a link where there are pages, and with the number where there are none", () => {
    const url = "https://kubemend.example.com/incidents/7";
    const shown = (view: IncidentView) => JSON.stringify(renderIncident(view).blocks);
    expect(shown(view([past], { url }))).toContain(
      "*Seen before*: <https://kubemend.example.com/incidents/12|incident 12>",
    );
    expect(shown(view([past]))).toContain("*Seen before*: incident 12, ");
    expect(shown(view([]))).not.toContain("Seen before");
  });

  test("on the page with a link, and names that are no HTML; in the mail as text", () => {
    const named = { ...past, cause: "memory-leak", culprit: { ...incident.target, name: "<b>carts</b>" } } as const;
    const html = words.seenBefore(view([named]));
    expect(html).toContain('<a href="/incidents/12">incident 12</a>');
    expect(html).toContain("&lt;b&gt;carts");
    const mail = mailOf(view([past]));
    for (const part of [mail.text, mail.html]) expect(part).toContain("incident 12, Tue 3 Nov, 10:00 CET (87 % alike)");
  });
});
