import { describe, expect, test } from "vitest";
import { fixGroups } from "../../../../src/bot/fix-groups.ts";
import { impactOf } from "../../../../src/bot/impact.ts";
import type { FixView, IncidentView } from "../../../../src/bot/incident-view.ts";
import { renderIncident } from "../../../../src/bot/slack/render/render-incident.ts";
import { renderReview } from "../../../../src/bot/slack/render/render-review.ts";
import { renderThread } from "../../../../src/bot/slack/render/render-thread.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import { actionTitle } from "../../../../src/incident/fix/action-title.ts";
import type { StoredPlan } from "../../../../src/incident/fix/stored-plan.ts";
import { clean, incidentView, plan, planView } from "../../../support/incident-view.ts";

const [offer] = incidentView.fixes;
if (!offer) throw new Error("the fixture has a fix");
const vote = { planId: "11", digest: plan.digest, by: { id: "slack:U1", name: "Ana" }, at: 1 };

function fix(state: StoredPlan["plan"]["state"], more: Partial<StoredPlan> = {}, view: Partial<FixView> = {}): FixView {
  return {
    ...(offer as FixView),
    plan: { ...planView, approvals: [vote], ...more, plan: { ...plan, state } },
    ...view,
  };
}
const judged = (verdict: "recovered" | "not-recovered") => ({
  verification: { planId: "11", verdict, reason: "as measured", at: 1, remaining: [], fresh: [] },
});
const withFixes = (fixes: readonly FixView[], incident: Partial<IncidentView["incident"]> = {}): IncidentView => ({
  ...incidentView,
  incident: { ...incidentView.incident, ...incident },
  fixes,
});
const texts = (view: IncidentView) => JSON.stringify(renderIncident(view).blocks);

test("without an actor a fix has the command that a person can run, and with one it has none", () => {
  const bare = { recommendation: offer.recommendation };
  const command = `$ ${offer.recommendation.kubectl}`;
  expect(texts({ ...withFixes([bare]), actorAway: true })).toContain(command);
  expect(texts(withFixes([bare]))).not.toContain(command);
});

describe("each heading is true of what stands under it", () => {
  const open = { status: "mitigating" } as const;
  const over = { status: "resolved", resolvedAt: incidentView.incident.onset + 60_000 } as const;
  const guess = { recommendation: { ...offer.recommendation, confidence: 0.2 } };
  test.each([
    { name: "an offer", fixes: [fix("proposed")], now: {}, want: ["What would help"] },
    {
      name: "weak offers",
      fixes: [fix("proposed", {}, guess)],
      now: {},
      want: ["What might help, if nothing better is known"],
    },
    { name: "on its way", fixes: [fix("executing")], now: open, want: ["What is being done"] },
    { name: "applied, not judged yet", fixes: [fix("applied")], now: open, want: ["What is being done"] },
    {
      name: "did not help, another is on offer",
      fixes: [fix("applied", judged("not-recovered")), fix("proposed")],
      now: open,
      want: ["What was done", "What would help now"],
    },
    {
      name: "over, with a no",
      fixes: [fix("applied", judged("recovered")), fix("rejected")],
      now: over,
      want: ["What was done", "What people said no to"],
    },
    { name: "nothing but noes", fixes: [fix("rejected")], now: open, want: ["What people said no to"] },
    { name: "a no beside an offer", fixes: [fix("rejected"), fix("proposed")], now: open, want: ["What would help"] },
    { name: "over by itself", fixes: [fix("proposed")], now: over, want: [] },
  ])("$name", ({ fixes, now, want }) => {
    expect(fixGroups(withFixes(fixes, now)).map(({ heading }) => heading)).toEqual(want);
    for (const heading of want) expect(texts(withFixes(fixes, now))).toContain(`*${heading}*`);
  });
});

test("two ways to the same change are told as such, and their diff stands once", () => {
  const other = (diff: string): FixView => ({
    ...fix("proposed"),
    plan: { ...planView, plan: { ...plan, state: "proposed", diff: clean(diff) } },
  });
  const diffs = (view: IncidentView) => texts(view).split("rich_text_preformatted").length - 1;
  const twins = withFixes([other(plan.diff), other(plan.diff)]);
  expect(texts(twins)).toContain("Changes the same as fix 1, in another way");
  expect(diffs(withFixes([other(plan.diff)]))).toBe(1);
  expect(diffs(twins)).toBe(1);
  expect(texts(twins).match(/"fix.approve"/g)).toHaveLength(2);
  const apart = withFixes([other(plan.diff), other(`${plan.diff}\n+            more: true`)]);
  expect(texts(apart)).not.toContain("Changes the same");
});

describe("what people have decided about a fix is told where it stands", () => {
  test("a no is told with its reason, can be taken up again, and is not approved by one click", () => {
    const shown = texts(withFixes([fix("rejected", { approvals: [], reason: "too tight" })]));
    expect(shown).toContain("Rejected: too tight");
    expect(shown).toContain("Review again");
    expect(shown).not.toContain("fix.approve");
    expect(shown).not.toContain("likely to help");
  });

  const again = {
    offeredAgain: "Rejected before (“<!channel> no”); offered again: the symptoms have come back since.",
  };
  const edits = { edits: [{ name: "limits/memory", value: "160Mi" }, { name: "value" }] };

  test("offered again: why; edited: what, without what may be a credential; the same in the review", () => {
    const view = fix("proposed", {}, { ...again, ...edits });
    for (const shown of [texts(withFixes([view])), JSON.stringify(renderReview(view, { incidentId: "7" }))]) {
      expect(shown).toContain("offered again: the symptoms have come back since");
      expect(shown).toContain("a person has set limits/memory = 160Mi, value");
      expect(shown).not.toContain("<!channel>");
    }
  });

  test("the question before Approve names the change and what it sets", () => {
    const approve = renderIncident(incidentView)
      .blocks.flatMap((block) => (block.type === "actions" ? block.elements : []))
      .find((element) => "action_id" in element && element.action_id === "fix.approve");
    expect(JSON.stringify(approve)).toContain("Change resources of Deployment shop/carts (memory limit 128Mi)");
  });
});

describe("a question before a click says what the click does", () => {
  const asked = (view: FixView, actionId: string) => {
    const found = renderIncident(withFixes([view]))
      .blocks.flatMap((block) => (block.type === "actions" ? block.elements : []))
      .find((element) => "action_id" in element && element.action_id === actionId);
    return JSON.stringify(found && "confirm" in found ? found.confirm : undefined);
  };
  const needs = (approvalsNeeded: number, have: number): FixView => ({
    ...offer,
    plan: { ...planView, plan: { ...plan, approvalsNeeded }, approvals: Array.from({ length: have }, () => vote) },
  });
  test.each([
    {
      name: "the only approval",
      fix: needs(1, 0),
      says: ["Apply this change?", "It is applied at once and touches 1 pod."],
    },
    {
      name: "the first of two",
      fix: needs(2, 0),
      says: ["Approve this change?", "Nothing is applied yet: 1 more approval is needed after yours."],
    },
    { name: "the first of three", fix: needs(3, 0), says: ["2 more approvals are needed after yours."] },
    { name: "the second of two", fix: needs(2, 1), says: ["Apply this change?", "It is applied at once"] },
  ])("$name", ({ fix, says }) => {
    for (const part of says) expect(asked(fix, "fix.approve")).toContain(part);
  });

  test("undo: what is put back, when, whom it touches, and the command", () => {
    const question = asked(fix("applied", judged("not-recovered")), "fix.undo");
    for (const part of [
      "(memory limit 128Mi): what was before is put back at once and touches 1 pod.",
      "By hand: kubectl",
    ])
      expect(question).toContain(part);
  });

  test("the review of a plan that needs two says who has approved, and that this approval is not the last", () => {
    const view = needs(3, 1);
    const review = JSON.stringify(renderReview(view, { incidentId: "7" }));
    expect(review).toContain("Needs 3 approvals; Ana has approved");
    expect(review).toContain("Approve exactly this; 1 more approval needed after yours");
    expect(JSON.stringify(renderReview(needs(2, 1), { incidentId: "7" }))).toContain("Approve: apply exactly this");
  });
});

test("two changes of one kind have different titles; what may be a credential is in none", () => {
  const target = incidentView.incident.target;
  expect(
    actionTitle("patch-resources", target, { container: "a", limits: { memory: "64Mi" }, requests: { cpu: "1" } }),
  ).toBe("Change resources of Deployment shop/carts (memory limit 64Mi, cpu request 1)");
  expect(actionTitle("rollback-deployment", target, { toRevision: 3 })).toBe(
    "Roll back Deployment shop/carts (revision 3)",
  );
  expect(actionTitle("scale", target, { replicas: 1 })).toBe("Scale Deployment shop/carts (1 replica)");
  expect(actionTitle("scale", target, { replicas: 0 })).toBe("Scale Deployment shop/carts (0 replicas)");
  expect(actionTitle("set-env", target, { name: "TOKEN", value: "hunter2" })).not.toContain("hunter2");
});

describe("who suffers, and how much", () => {
  const frontend = { kind: "Deployment", namespace: "shop", name: "frontend" } as const;
  const felt = (more: Partial<Anomaly>): Anomaly => ({
    fingerprint: "f",
    detector: "error-ratio",
    family: "metric",
    reason: "error-ratio",
    target: frontend,
    score: 1,
    severity: "high",
    summary: "quotes <!channel> a log",
    startsAt: 1,
    detectedAt: 1,
    value: 0.253,
    expected: 0,
    unit: "ratio",
    ...more,
  });
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const hurt = (anomalies: readonly Anomaly[], incident: Partial<IncidentView["incident"]> = {}): IncidentView => ({
    ...withFixes([], { anomalies, ...incident }),
    diagnosis: { ...diagnosis, blastRadius: [frontend] },
  });
  test.each([
    {
      name: "failed requests",
      anomalies: [felt({})],
      want: "shop/frontend – about one in four requests fails",
    },
    {
      name: "slow requests",
      anomalies: [felt({ reason: "latency", value: 1.24, expected: 0.04, unit: "s" })],
      want: "shop/frontend – more than 30 times slower than usual",
    },
    { name: "ended by now", anomalies: [felt({ endsAt: 2 })], want: '*Also hurt*: shop/frontend"' },
    {
      name: "of somebody else",
      anomalies: [felt({ target: incidentView.incident.target })],
      want: '*Also hurt*: shop/frontend"',
    },
  ])("$name", ({ anomalies, want }) => {
    const shown = JSON.stringify(renderIncident(hurt(anomalies)).blocks).replaceAll('\\"', '"');
    expect(shown).toContain(want);
    expect(shown).not.toContain("quotes");
  });

  test("a share that moves a little says the same, so that the message is not edited for it", () => {
    const words = [0.2, 0.24, 0.26, 0.3].map((value) => impactOf(hurt([felt({ value })]))[0]?.felt);
    expect(new Set(words).size).toBe(1);
  });

  test("of many the worst are named first, who feels the same together, and how many there are", () => {
    const of = (i: number) => ({ kind: "Deployment", namespace: "shop", name: `s${i}` });
    const blastRadius = [{ kind: "Node", name: "n1" }, ...Array.from({ length: 11 }, (_, i) => of(i))];
    const anomalies = [
      felt({ target: of(4), value: 0.95 }),
      felt({ target: of(7), value: 0.99 }),
      felt({ target: of(2), value: 0.2 }),
      felt({ target: of(9), reason: "latency", value: 5, expected: 1 }),
    ];
    const storm: IncidentView = { ...hurt(anomalies), diagnosis: { ...diagnosis, blastRadius } };
    expect(JSON.stringify(renderIncident(storm).blocks)).toContain(
      "*Also hurt (12)*: shop/s4, shop/s7 – nearly all requests fail; shop/s2 – about one in four requests fails; shop/s9 – more than 5 times slower than usual; Node n1, shop/s0, shop/s1, shop/s3; and 4 more",
    );
  });

  test("nobody suffers from what is over", () => {
    expect(impactOf(hurt([felt({})], { status: "resolved", resolvedAt: 5 }))).toEqual([{ ref: frontend }]);
  });
});

test("who took it, and since when, are told once, relative and as a time", () => {
  const taken = texts({ ...withFixes([], { status: "acknowledged" }), acknowledgedBy: "Ana" });
  expect(taken).toContain("acknowledged by Ana");
  expect(taken).not.toContain("taken");
  expect(taken).toContain("{ago}");
  const over = texts({
    ...withFixes([], { status: "resolved", resolvedAt: incidentView.incident.onset + 90_000 }),
    acknowledgedBy: "Ana",
  });
  expect(over).toContain("after 1 min 30 s");
  expect(over).not.toContain("{ago}");
});

test("a reason for which several causes were ruled out is told once", () => {
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const culprit = incidentView.incident.target;
  const reason = clean("memory limit too low explains the same symptoms more exactly");
  const ruledOut = (["memory-leak", "bad-release", "dependency-down"] as const).map((cause) => ({
    cause,
    culprit,
    reason,
  }));
  const thread = JSON.stringify(renderThread({ ...incidentView, diagnosis: { ...diagnosis, ruledOut } }));
  expect(thread.split(reason)).toHaveLength(2);
  for (const word of ["memory leak", "a dependency is down"]) expect(thread).toContain(word);
});

test("who resolves what still lasts is asked first; what is over is closed at once", () => {
  const symptom = { detector: "pod-crash", target: incidentView.incident.target, startsAt: 1 } as Anomaly;
  expect(texts(withFixes([], { anomalies: [symptom] }))).toContain("as long as that lasts it opens again");
  expect(texts(withFixes([], { anomalies: [{ ...symptom, endsAt: 2 }] }))).not.toContain("opens again");
});
