import { describe, expect, test } from "vitest";
import type { IncidentView } from "../../../../src/bot/incident-view.ts";
import { decodeFix, encodeFix } from "../../../../src/bot/slack/render/action-ids.ts";
import { renderIncident } from "../../../../src/bot/slack/render/render-incident.ts";
import { renderReview } from "../../../../src/bot/slack/render/render-review.ts";
import { renderThread } from "../../../../src/bot/slack/render/render-thread.ts";
import { mrkdwn } from "../../../../src/bot/slack/render/text.ts";
import { confidenceWords, cut } from "../../../../src/bot/words.ts";
import type { LogQuote, LogView } from "../../../../src/incident/diagnosis/log-view.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import type { Redacted } from "../../../../src/incident/redacted.ts";
import { duration } from "../../../../src/lib/duration.ts";
import { postTextLength, refuseMessage } from "../../../../src/local-slack/blocks/validate-message.ts";
import { validateView } from "../../../../src/local-slack/blocks/validate-view.ts";
import { clean, incidentView, plan, planView } from "../../../support/incident-view.ts";

const shown = (view: IncidentView) => JSON.stringify(renderIncident(view));
const withPlan = (change: Partial<typeof planView>): IncidentView => ({
  ...incidentView,
  fixes: incidentView.fixes.map((fix) => ({ ...fix, plan: { ...planView, ...change } })),
});
const vote = { planId: "11", digest: plan.digest, by: { id: "slack:U1", name: "Ana" }, at: 1 };

describe("the incident message", () => {
  test("says what, since when, why, how sure, what it hurts and what would help", () => {
    const text = shown(incidentView);
    for (const part of [
      "carts is killed for memory",
      "memory limit too low",
      "almost certain (93 %)",
      "cut from 128Mi to 34Mi",
      "shop/frontend",
      "*88 %* likely to help",
      "diagnosed by rules",
      "detected after 10 s",
    ]) {
      expect(text).toContain(part);
    }
  });

  const runbook = {
    id: "E9",
    source: "runbook",
    about: incidentView.incident.target,
    query: 'runbook carts.md, "Killed for memory"',
    status: "ok",
    text: clean("Carts / Killed for memory (carts.md): raise the limit to 128Mi, then look at /basket."),
    at: 1,
    hash: "h9",
  } as const;
  const backed: IncidentView = {
    ...incidentView,
    evidence: [...incidentView.evidence, runbook],
    url: "https://kubemend.example.com/incidents/7",
    ...(incidentView.diagnosis
      ? {
          diagnosis: {
            ...incidentView.diagnosis,
            confidenceReason: "the fault itself was seen; it explains every symptom",
            runbooks: ["E9"],
          },
        }
      : {}),
  };

  test("says why it is that sure, names the owner's page for it, and leads to the incident's page", () => {
    const text = shown(backed);
    expect(text).toContain("_Why 93 %: the fault itself was seen; it explains every symptom_");
    expect(text).toContain('*Your runbook*: carts.md, \\"Killed for memory\\" (E9), in the thread');
    expect(text).toContain("<https://kubemend.example.com/incidents/7|open the page>");
    expect(JSON.stringify(renderThread(backed))).toContain("raise the limit to 128Mi, then look at /basket");
    for (const word of ["Why 93", "runbook", "open the page"]) expect(shown(incidentView)).not.toContain(word);
  });

  test.each([
    { rung: { at: 1, of: 3 }, says: "the gentlest of 3 steps" },
    { rung: { at: 2, of: 3 }, says: "step 2 of 3" },
    { rung: { at: 3, of: 3 }, says: "the last of 3 steps" },
    { rung: { at: 1, of: 1 }, says: undefined },
  ])("a fix says where it stands between the gentlest and the hardest: $says", ({ rung, says }) => {
    const text = shown({ ...incidentView, fixes: incidentView.fixes.map((fix) => ({ ...fix, rung })) });
    expect(/[a-z ]*\b(?:of \d steps|step \d of \d)/.exec(text)?.[0].trim()).toBe(says);
  });

  test("between a fix that failed and the next nothing is said to be in progress", () => {
    const failed = withPlan({ plan: { ...plan, state: "failed" }, approvals: [vote], reason: "conflict" });
    const text = shown({ ...failed, incident: { ...failed.incident, status: "mitigating" } });
    expect(text).toContain("under repair");
    expect(text).not.toContain("in progress");
    expect(text).toContain("The last fix could not be applied.");
  });

  test("no runbook is named for a cause that the evidence does not decide", () => {
    const { diagnosis } = backed;
    const text = shown({ ...backed, ...(diagnosis ? { diagnosis: { ...diagnosis, inconclusive: true } } : {}) });
    expect(text).not.toContain("runbook");
  });

  test("Approve carries the digest that was shown, and asks before it acts", () => {
    const approve = renderIncident(incidentView)
      .blocks.flatMap((block) => (block.type === "actions" ? block.elements : []))
      .find((element) => "action_id" in element && element.action_id === "fix.approve");
    expect(approve).toMatchObject({
      value: encodeFix({ incidentId: "7", recommendationId: "R1", planId: "11", digest: plan.digest }),
      style: "primary",
      confirm: {},
    });
  });

  test.each([
    {
      name: "without a diagnosis it says that the cause is being looked for",
      view: { ...incidentView, diagnosis: undefined, fixes: [] },
      has: "being looked for",
      not: "fix.approve",
    },
    {
      name: "frozen: Review stays, Approve goes, and it says why",
      view: { ...incidentView, frozen: true },
      has: "Changes are frozen",
      not: "fix.approve",
    },
    {
      name: "an approved fix shows who approved and has no button any more",
      view: withPlan({ plan: { ...plan, state: "approved" }, approvals: [vote] }),
      has: "Approved by Ana; being applied",
      not: "fix.approve",
    },
    {
      name: "an applied fix offers undo until recovery is certain",
      view: withPlan({ plan: { ...plan, state: "applied" }, approvals: [vote] }),
      has: "fix.undo",
      not: "fix.approve",
    },
    {
      name: "a fix that did not help says so and offers undo",
      view: withPlan({
        plan: { ...plan, state: "applied" },
        approvals: [vote],
        verification: {
          planId: "11",
          verdict: "not-recovered",
          reason: "2 symptoms are still there",
          at: 1,
          remaining: [],
          fresh: [],
        },
      }),
      has: "Approved by Ana, applied, but it did not help: 2 symptoms are still there",
      not: "it helped",
    },
    {
      name: "a fix without a plan says why not",
      view: {
        ...incidentView,
        fixes: [
          {
            recommendation: incidentView.fixes[0]?.recommendation,
            refusal: { reason: "managed-by-gitops", detail: "Argo CD owns carts" },
          },
        ],
      },
      has: "Argo CD owns carts",
      not: "fix.approve",
    },
    {
      name: "resolved: only what was done, no buttons",
      view: {
        ...incidentView,
        incident: { ...incidentView.incident, status: "resolved", resolvedAt: 1_700_000_300_000 },
      },
      has: "after 5 min",
      not: "fix.approve",
    },
  ])("$name", ({ view, has, not }) => {
    const text = shown(view as IncidentView);
    expect(text).toContain(has);
    expect(text).not.toContain(not);
  });
});

const hostile = [
  "<!channel> <@U123> <#C1>",
  "<https://evil.example|Approve>",
  "https://evil.example/login",
  "\u202egnp.exe\u202c",
  "a\u0000b",
  "&lt;!here&gt;",
  "```\n*bold* _it_ ~s~ `code`",
  "x".repeat(100_000),
  "😀".repeat(4_000),
  "",
  "\n\n\n",
];

function logsOf(text: Redacted): LogView {
  const quote: LogQuote = {
    workload: { kind: "Deployment", namespace: "shop", name: "carts" },
    pod: "carts-1",
    level: "error",
    at: 1_700_000_000_000,
    lines: 62,
    linesBefore: 0,
    text,
  };
  const words = Array.from({ length: 6 }, () => text);
  return {
    from: 1_699_999_940_000,
    to: 1_700_000_060_000,
    first: quote,
    worst: quote,
    hallmarks: words,
    quotes: [quote],
    kinds: 2,
    workloads: 2,
    shareRead: 1,
  };
}

describe("hostile text stays text, and blocks stay valid (S6)", () => {
  test.each(hostile.map((text) => ({ name: JSON.stringify(text.slice(0, 30)), text })))("$name", ({ text }) => {
    const bad = clean(text);
    const view: IncidentView = {
      ...incidentView,
      incident: { ...incidentView.incident, title: text, cluster: text },
      acknowledgedBy: text,
      ...(incidentView.diagnosis
        ? {
            diagnosis: {
              ...incidentView.diagnosis,
              summary: bad,
              ruledOut: incidentView.diagnosis.ruledOut.map((one) => ({ ...one, reason: bad })),
              logView: logsOf(bad),
            },
          }
        : {}),
      evidence: incidentView.evidence.map((item) => ({ ...item, text: bad, query: text })),
      fixes: incidentView.fixes.map((fix) => ({
        ...fix,
        recommendation: { ...fix.recommendation, reason: bad, kubectl: text },
        plan: {
          ...planView,
          plan: { ...plan, diff: bad, kubectl: text, state: "applied" },
          approvals: [{ ...vote, by: { id: "slack:U1", name: text } }],
        },
      })),
      timeline: [{ id: "1", at: 1, kind: "applied", text: bad }],
    };
    const messages = [renderIncident(view), ...renderThread(view)];
    for (const message of messages) {
      expect(
        refuseMessage({ text: message.text, blocks: message.blocks }, { textLength: postTextLength }),
      ).toBeUndefined();
      // Rich text is never parsed, and plain text neither; everywhere else < must have become an entity.
      const parsed = message.blocks.filter((block) => block.type === "section" || block.type === "context");
      const withoutDates = JSON.stringify(parsed).replace(/<!date\^[^>]*>/g, "");
      expect(withoutDates).not.toMatch(/<[!@#h]/);
      expect(JSON.stringify(message.blocks)).not.toMatch(/\\u0000|\u202e/);
      for (const block of parsed) {
        const elements = block.type === "section" ? [block.text] : "elements" in block ? block.elements : [];
        for (const element of elements) if (element?.type === "mrkdwn") expect(element.verbatim).toBe(true);
      }
    }
    expect(
      validateView(renderReview({ ...(view.fixes[0] as (typeof view.fixes)[0]), plan: planView }, { incidentId: "7" })),
    ).toEqual([]);
  });
});

describe("words and numbers", () => {
  test.each([
    [45_000, "45 s"],
    [120_000, "2 min"],
    [130_000, "2 min 10 s"],
    [3_900_000, "1 h 5 min"],
    [180_000_000, "2 d 2 h"],
    [-5, "0 s"],
  ])("%d ms is %s", (ms, want) => expect(duration(ms)).toBe(want));

  test("a cut never splits a pair or an entity", () => {
    expect(cut("😀😀😀", 4)).toBe("😀…");
    expect(mrkdwn("a<b<c", 7)).toBe("a&lt;b…");
  });

  test.each([
    ["at pay (/app/server.js:100:102)", ":100:"],
    ["alert :boom: and :+1:", ":boom:"],
    ["std::vector::push", ":vector:"],
  ])("what Slack would take for a picture stays text: %s", (text, picture) => {
    expect(mrkdwn(text, 100)).not.toContain(picture);
    expect(mrkdwn(text, 100).replaceAll("\ufe0e", "")).toBe(text);
    // Once is enough, however often a text comes through.
    expect(mrkdwn(mrkdwn(text, 100), 100)).toBe(mrkdwn(text, 100));
    const [title] = renderIncident({
      ...incidentView,
      incident: { ...incidentView.incident, title: clean(text) },
    }).blocks;
    expect(JSON.stringify(title)).not.toContain(picture);
    expect(JSON.stringify(title)).toMatch(/":(?:red_circle|large_\w+_circle): /);
  });

  test.each([
    "2026-11-22 00:46:10 UTC",
    "localhost:5000/shop/orders:2.5.0",
    "fe80::1:abcd:2",
    "10:00:00:123",
  ])("%s is copied as it was", (text) => expect(mrkdwn(text, 100)).toBe(text));

  test("certainty has words of its own", () => {
    expect([0.95, 0.8, 0.6, 0.4, 0.1].map(confidenceWords)).toEqual([
      "almost certain",
      "very likely",
      "likely",
      "possible",
      "a guess",
    ]);
  });

  test.each(["", "1|2|3", "1|2|3|4|5", undefined])("a button value that is not ours (%j) is refused", (text) =>
    expect(decodeFix(text)).toBeUndefined());
});

test("the evidence in the thread says where the logs begin to speak of it, what is worst, and how much was read", () => {
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the view has a diagnosis");
  const logView = { ...logsOf(clean("connect ECONNREFUSED")), shareRead: 0.4 };
  const [reply] = renderThread({ ...incidentView, diagnosis: { ...diagnosis, logView } });
  const text = JSON.stringify(reply?.blocks);
  expect(text).toContain("2 kinds of rare or severe lines from 2 workloads (read 40 % of the lines");
  expect(text).toContain("First and worst: error, carts, 62 times (never before)\\nconnect ECONNREFUSED");
  expect(text).toContain("Words to look for: connect ECONNREFUSED");
});

test("the evidence in the thread says a reason once, of however many it rules out, and leaves none of them out", () => {
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the view has a diagnosis");
  const ruledOut = Array.from({ length: 10 }, (_, i) => ({
    cause: "application-degraded" as const,
    culprit: makeRef("Deployment", "shop", `app-${i}`),
    reason: clean("memory leak explains it more exactly"),
  }));
  const text = JSON.stringify(renderThread({ ...incidentView, diagnosis: { ...diagnosis, ruledOut } })[0]?.blocks);
  expect(text.split("memory leak explains it more exactly")).toHaveLength(2);
  expect(text.split("trouble in the application itself")).toHaveLength(2);
  expect(text).toContain("Deployment shop/app-8 and Deployment shop/app-9)");
});

test("the thread holds evidence, the approved diff and each step once", () => {
  const view = {
    ...withPlan({ plan: { ...plan, state: "applied" }, approvals: [vote] }),
    timeline: [
      { id: "5", at: 1, kind: "applied", text: clean("Applied.") },
      { id: "4", at: 1, kind: "detected", text: clean("Detected.") },
    ],
  };
  expect(renderThread(view).map((reply) => reply.key)).toEqual([
    "evidence:memory-limit-too-low:Deployment shop/carts",
    "diff:11",
    "timeline:5",
  ]);
});
