import { describe, expect, test } from "vitest";
import { renderPostmortem } from "../../../../src/bot/slack/render/render-postmortem.ts";
import type { Diagnosis } from "../../../../src/incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../../../src/incident/diagnosis/evidence.ts";
import { postTextLength, refuseMessage } from "../../../../src/local-slack/blocks/validate-message.ts";
import { validateView } from "../../../../src/local-slack/blocks/validate-view.ts";
import { postmortem } from "../../../../src/rca/report/postmortem.ts";
import { hostile } from "../../../support/filled-pages.ts";
import { clean, incidentView, plan } from "../../../support/incident-view.ts";

const { diagnosis: found, incident, evidence } = incidentView;
const [proof] = evidence;
if (!found || !proof) throw new Error("the fixture has a diagnosis and its proof");
const diagnosis: Diagnosis = found;
const shape: Evidence = proof;
const onset = incident.onset;

/** A post-mortem with `rows` of everything. */
function story(rows: number, text = "carts was killed"): string {
  const list = Array.from({ length: rows }, (_, i) => i + 1);
  const more = list.map((i) => ({ ...shape, id: `E${i}`, text: clean(`${i}: ${text}`), at: onset + i * 1_000 }));
  return postmortem({
    incident: { ...incident, title: `carts | orders *fail* ${text}` },
    diagnosis: {
      ...diagnosis,
      hypotheses: diagnosis.hypotheses.map((one) => ({ ...one, evidence: more.map(({ id }) => id) })),
      timeline: list.map((i) => ({ at: onset + i * 1_000, text: clean(text), evidence: `E${i}` })),
    },
    evidence: more,
    recommendations: [],
    executions: [
      {
        execution: {
          id: "e",
          planId: "11",
          kind: "apply",
          outcome: "applied",
          detail: "",
          startedAt: onset + 60_000,
        },
        title: "Change resources of Deployment shop/carts",
        kubectl: plan.kubectl,
        approvedBy: ["Ana"],
      },
    ],
    redact: clean,
  });
}

const textOf = (blocks: readonly unknown[]) =>
  blocks.flatMap((block) => {
    const { text } = block as { text?: { text: string } };
    return text ? [text.text] : [];
  });

describe("a post-mortem in Slack", () => {
  test("tells facts, timeline and proof as lines, and shows no Markdown", () => {
    const blocks = renderPostmortem(story(3), "7");
    const all = textOf(blocks).join("\n");
    for (const line of [
      "Post-mortem: carts | orders *fail* carts was killed",
      "*Began*  2023-11-14 22:13:20 UTC",
      "*Cause*  memory limit too low (Deployment shop/carts), 93 % sure",
      "*Timeline*",
      "*22:13:21*  carts was killed  ·  E1",
      "*E2*  object  ·  Deployment shop/carts  ·  22:13:22  ·  2: carts was killed",
      '☐ Bring "Change resources of Deployment shop/carts"',
      "*2023-11-14 22:14:20 UTC: Change resources of Deployment shop/carts*, approved by Ana.",
    ])
      expect(all).toContain(line);
    expect(all).not.toMatch(/\|--|^\||^#|\*\*|\\|```|- \[ \]/m);
    expect(JSON.stringify(blocks)).toContain(plan.kubectl);
    expect(JSON.stringify(blocks)).not.toContain("cut here");
  });

  test.each([
    { name: "long", rows: 300, text: "carts was killed" },
    { name: "with long lines", rows: 40, text: "x".repeat(5_000) },
    { name: "hostile", rows: 120, text: `${hostile} <!channel> <@U1> & <https://evil.example|ok> **bold** \`\`\`` },
    { name: "with nothing to tell", rows: 0, text: "" },
  ])("$name: Slack takes it as a message and as a form, and what is cut off is said", ({ rows, text }) => {
    const blocks = renderPostmortem(story(rows, text), "7");
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(refuseMessage({ text: "p", blocks }, { textLength: postTextLength })).toBeUndefined();
    expect(validateView({ type: "modal", title: { type: "plain_text", text: "t" }, blocks })).toEqual([]);
    expect(JSON.stringify(blocks).includes("postmortem-7.md")).toBe(rows >= 20);
    expect(textOf(blocks).join("\n")).not.toMatch(/<!channel>|<@U1>|<https/);
  });
});
