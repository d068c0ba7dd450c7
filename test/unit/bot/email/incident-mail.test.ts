import { describe, expect, test } from "vitest";
import type { FixView, IncidentView } from "../../../../src/bot/incident-view.ts";
import { adviceText } from "../../../../src/incident/fix/advice-text.ts";
import { clean, incidentView, plan, planView } from "../../../support/incident-view.ts";
import { mailOf } from "../../../support/mail-of.ts";

const [offer] = incidentView.fixes;
const { diagnosis } = incidentView;
if (!offer || !diagnosis) throw new Error("the fixture has a diagnosis with a fix");

/** Both parts say the same; what only HTML marks is left out. */
const parts = (view: IncidentView) => {
  const { text, html } = mailOf(view);
  return [
    text,
    html
      .replace(/<[^>]*>/g, "")
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'"),
  ];
};

test("the cause and how sure it is come before the story; the fix is told once", () => {
  const story = "The memory limit of carts was cut.";
  const view = {
    ...incidentView,
    diagnosis: { ...diagnosis, summary: clean(`${story} ${adviceText(offer.recommendation)}`) },
  };
  for (const part of parts(view)) {
    expect(part.indexOf("almost certain (93 %, by rules)")).toBeGreaterThan(0);
    expect(part.indexOf("almost certain (93 %, by rules)")).toBeLessThan(part.indexOf(story));
    expect(part).not.toContain("The surest way out");
    expect(part).toContain("Change resources of Deployment shop/carts (memory limit 128Mi): 88 % likely to help");
    expect(part.toLowerCase()).toContain("what would help");
  }
});

test("what the evidence does not decide is not told as a cause", () => {
  const view = { ...incidentView, diagnosis: { ...diagnosis, inconclusive: true, confidenceReason: "because" } };
  for (const part of parts(view)) {
    expect(part).toContain("not certain; perhaps memory limit too low (Deployment shop/carts), 93 %");
    expect(part).not.toMatch(/almost certain|Why 93/);
  }
});

test("fixes have the numbers by which the mail says what waits", () => {
  const rejected = { ...offer, plan: { ...planView, plan: { ...plan, state: "rejected" } } } as const;
  const { text, html } = mailOf({ ...incidentView, fixes: [offer, offer, rejected] });
  expect(text).toMatch(/\n1\. Change resources .*\n2\. Change resources /);
  expect(html).toContain('<ol start="1"');
  expect(text).toContain("Now: Fix 1 waits");
});

test("that nothing is approved by mail is told while something may be", () => {
  const over = {
    ...incidentView.incident,
    status: "resolved",
    resolvedAt: incidentView.incident.onset + 1_000,
  } as const;
  for (const part of parts(incidentView)) expect(part).toContain("Nothing can be approved by mail");
  for (const part of parts({ ...incidentView, incident: over })) expect(part).not.toContain("approved by mail");
});

describe("the mail that ends it says what was done and whether that helped", () => {
  const over = {
    ...incidentView.incident,
    status: "resolved",
    resolvedAt: incidentView.incident.onset + 90_000,
  } as const;
  const done = (more: Partial<FixView["plan"]>): IncidentView => ({
    ...incidentView,
    incident: over,
    fixes: [{ ...offer, plan: { ...planView, ...more } }],
  });
  const verification = { planId: "11", verdict: "recovered", reason: "", at: 1, remaining: [], fresh: [] } as const;
  test.each([
    {
      name: "helped",
      view: done({ plan: { ...plan, state: "applied" }, verification }),
      says: "(memory limit 128Mi): Applied, and it helped",
    },
    {
      name: "undone",
      view: done({ plan: { ...plan, state: "undone" } }),
      says: "(memory limit 128Mi): Applied, undone",
    },
    {
      name: "rejected",
      view: done({ plan: { ...plan, state: "rejected" }, reason: "<b>no</b>" }),
      says: "(memory limit 128Mi): Rejected: ",
    },
  ])("$name", ({ view, says }) => {
    for (const part of parts(view)) expect(part).toContain(says);
    expect(mailOf(view).html).not.toContain("<b>no</b>");
  });

  test("by itself: nothing is offered any more", () => {
    for (const part of parts(done({}))) expect(part).not.toContain("Change resources");
  });
});
