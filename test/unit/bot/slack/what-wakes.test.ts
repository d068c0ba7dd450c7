import { describe, expect, test } from "vitest";
import type { FixView, IncidentView } from "../../../../src/bot/incident-view.ts";
import { renderIncident } from "../../../../src/bot/slack/render/render-incident.ts";
import { renderThread } from "../../../../src/bot/slack/render/render-thread.ts";
import type { VerificationVerdict } from "../../../../src/incident/fix/execution.ts";
import { clean, incidentView, plan, planView } from "../../../support/incident-view.ts";

const [offer] = incidentView.fixes;
const { diagnosis, incident } = incidentView;
if (!offer || !diagnosis) throw new Error("the fixture has a fix and a diagnosis");
const at = incident.onset + 60_000;
const by = (id: string, name: string) => ({ planId: "11", digest: plan.digest, by: { id, name }, at });
const fix = (state: typeof plan.state, more: Partial<typeof planView> = {}): FixView => ({
  ...offer,
  plan: { ...planView, ...more, plan: { ...plan, state } },
});
const view = (more: Partial<IncidentView["incident"]> = {}, other: Partial<IncidentView> = {}): IncidentView => ({
  ...incidentView,
  ...other,
  incident: { ...incident, ...more },
});

describe("what a locked phone shows: what is wrong, why, and what to do", () => {
  test.each([
    {
      name: "an offer",
      view: view(),
      want: "critical: carts is killed for memory again and again. Cause: memory limit too low (93 %). Fix 1 waits for an approval. Nobody has taken the incident yet.",
    },
    {
      name: "no cause yet",
      view: (({ diagnosis: _none, ...rest }) => rest)(view({ severity: "high" }, { fixes: [] })),
      want: "high: carts is killed for memory again and again. The cause is being looked for. Nobody has taken the incident yet.",
    },
    {
      name: "undecided: no cause is named",
      view: view({ status: "acknowledged" }, { fixes: [], diagnosis: { ...diagnosis, inconclusive: true } }),
      want: "critical: carts is killed for memory again and again. Somebody has to look: no safe change is known, and the questions below would decide.",
    },
    {
      name: "back again",
      view: view({ status: "reopened" }, { fixes: [] }),
      want: "critical, back again: carts is killed for memory again and again. Cause: memory limit too low (93 %). Somebody has to look: no safe change is known. Nobody has taken the incident yet.",
    },
    {
      name: "frozen, without a moment that would be in nobody's zone",
      view: view({ status: "acknowledged" }, { frozen: true, frozenBy: { name: "Ben", at } }),
      want: "critical: carts is killed for memory again and again. Cause: memory limit too low (93 %). Changes are frozen: nothing is applied until somebody allows it again.",
    },
    {
      name: "over",
      view: view({ status: "resolved", resolvedAt: incident.onset + 240_000 }),
      want: "Resolved after 4 min: carts is killed for memory again and again. Cause: memory limit too low (93 %).",
    },
  ])("$name", ({ view, want }) => expect(renderIncident(view).text).toBe(want));
});

describe("an edited message calls nobody: what somebody has to hear is said in the channel as well", () => {
  const told = (kind: string, text: string, fixes: readonly FixView[] = []) =>
    renderThread(view({}, { fixes, timeline: [{ id: "9", at, kind, text: clean(text) }] })).find(
      ({ key }) => key === "timeline:9",
    );
  const judged = (verdict: VerificationVerdict, approvals = [by("slack:U1ANA", "Ana"), by("web:ben", "Ben")]) => [
    fix("applied", {
      approvals,
      verification: { planId: "11", verdict, reason: "", at, remaining: [], fresh: [] },
    }),
  ];

  test("a change that did not help calls who approved it, by the name that Slack knows", () => {
    const reply = told("verified", "It did not help: Restart carts.", judged("not-recovered"));
    expect(reply).toMatchObject({
      broadcast: true,
      text: "<@U1ANA> carts is killed for memory again and again: It did not help: Restart carts.",
    });
    expect(JSON.stringify(reply?.blocks)).toContain("<@U1ANA> It did not help");
  });

  test.each([
    { kind: "verified", text: "It made things worse: Restart carts.", loud: true },
    { kind: "verified", text: "Whether it helped is not known: Restart carts.", loud: true },
    { kind: "recurred", text: "The same symptoms are back; the incident is open again.", loud: true },
    { kind: "not-applied", text: "Not applied: Restart carts.", loud: true },
    { kind: "not-undone", text: "Not undone: Restart carts.", loud: true },
    { kind: "verified", text: "It helped: Restart carts.", loud: false },
    { kind: "applied", text: "Applied: Restart carts.", loud: false },
    { kind: "note", text: "It did not help: says a person", loud: false },
    { kind: "recur", text: "Ana opened incident 7 again.", loud: false },
  ])("$text", ({ kind, text, loud }) => expect(told(kind, text)?.broadcast ?? false).toBe(loud));

  test("an approver whose id is not one of Slack's cannot become a mention of something else", () => {
    const strange = [by("slack:!channel", "x"), by("slack:U1> <!here", "y")];
    expect(told("verified", "It did not help: a.", judged("worse", strange))?.text).toBe(
      "carts is killed for memory again and again: It did not help: a.",
    );
  });
});

describe("what to do stands out once", () => {
  const buttons = (shown: IncidentView) =>
    renderIncident(shown).blocks.flatMap((block) => (block.type === "actions" ? block.elements : []));
  const primary = (shown: IncidentView) =>
    buttons(shown).flatMap((one) => (one.type === "button" && one.style === "primary" ? [one.text.text] : []));

  test("of several offers only the first has a button that stands out; Review, where a code has to be typed", () => {
    expect(primary(view({}, { fixes: [fix("proposed"), fix("proposed"), fix("proposed")] }))).toEqual(["Approve"]);
    const coded: FixView = { ...offer, plan: { ...planView, plan: { ...plan, secondFactor: true } } };
    expect(primary(view({}, { fixes: [coded, fix("proposed")] }))).toEqual(["Review"]);
    expect(primary(view({}, { fixes: [coded], frozen: true }))).toEqual([]);
  });

  const types = (shown: IncidentView) => renderIncident(shown).blocks.map(({ type }) => type);

  test("the incident's own buttons are set apart from those of the fix above them", () => {
    const all = types(view());
    expect(all.slice(all.lastIndexOf("divider"))).toEqual(["divider", "actions", "context"]);
    expect(types((({ diagnosis: _none, ...rest }) => rest)(view({}, { fixes: [] })))).not.toContain("divider");
  });

  test("steps for a person can be copied, and promise neither a likelihood nor a way back", () => {
    const steps = "1. kubectl describe node n1\n2. Free the resource that is short.";
    const { plan: _plan, ...bare } = offer;
    const shown = renderIncident(view({}, { fixes: [{ ...bare, refusal: { reason: "guide-only", detail: steps } }] }));
    const text = JSON.stringify(shown.blocks);
    expect(text).toContain('"rich_text_preformatted","elements":[{"type":"text","text":"1. kubectl describe node n1');
    expect(text).toContain("Fix 1 is for a person: its steps are below.");
    for (const word of ["likely to help", "low risk", "can be undone", ":information_source:"])
      expect(text).not.toContain(word);
  });

  test("a reason that holds for several fixes is told once", () => {
    const { plan: _plan, ...bare } = offer;
    const refused: FixView = {
      ...bare,
      refusal: { reason: "managed-by-gitops", detail: "Argo CD would put it back." },
    };
    const text = JSON.stringify(renderIncident(view({}, { fixes: [refused, refused, refused] })).blocks);
    expect(text.split("Argo CD would put it back.")).toHaveLength(2);
    expect(text.split("does not apply this one either, for the same reason")).toHaveLength(3);
  });

  test("a cause that nobody found is not being looked for any more once it is over", () => {
    const over = { status: "resolved", resolvedAt: at } as const;
    const text = JSON.stringify(renderIncident((({ diagnosis: _none, ...rest }) => rest)(view(over, { fixes: [] }))));
    expect(text).toContain("*Cause*: not known; it was over before one was found.");
    expect(text).not.toContain("looked for");
  });
});
