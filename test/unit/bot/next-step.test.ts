import { describe, expect, test } from "vitest";
import type { FixView, IncidentView } from "../../../src/bot/incident-view.ts";
import { nextStep } from "../../../src/bot/next-step.ts";
import { planNews, type Say } from "../../../src/bot/plan-words.ts";
import { partlyApplied, stoppedByFreeze, type VerificationVerdict } from "../../../src/incident/fix/execution.ts";
import type { StoredPlan } from "../../../src/incident/fix/stored-plan.ts";
import { incidentView, plan, planView } from "../../support/incident-view.ts";

const [offered] = incidentView.fixes;
if (!offered) throw new Error("the fixture has a fix");
const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
const say: Say = { time: clock, moment: (ms) => `on ${clock(ms)}`, text: (text, limit) => text.slice(0, limit) };
const vote = (name: string) => ({ planId: "11", digest: plan.digest, by: { id: `slack:${name}`, name }, at: 1 });
const at = Date.UTC(2026, 4, 4, 3, 10);
const verdict = (value: VerificationVerdict) => ({
  verification: { planId: "11", verdict: value, reason: "As measured.", at, remaining: [], fresh: [] },
});

/** A fix in this state; `content` for what the plan itself says. */
function fix(
  state: StoredPlan["plan"]["state"],
  more: Partial<StoredPlan> = {},
  content: Partial<StoredPlan["plan"]> = {},
): FixView {
  return {
    ...(offered as FixView),
    plan: { ...planView, ...more, plan: { ...plan, expiresAt: at, state, ...content } },
  };
}
const execution = (
  kind: "apply" | "undo",
  outcome: "running" | "applied" | "conflict" | "refused" | "failed",
  detail = "",
) => ({ id: kind, planId: "11", kind, outcome, detail, startedAt: at, finishedAt: at + 60_000 });
const undoRefused = {
  ...{ approvals: [vote("Ana")], appliedAt: at, ...verdict("not-recovered") },
  executions: [execution("apply", "applied"), execution("undo", "conflict", "Somebody has changed it since.")],
};
const bare = { recommendation: offered.recommendation };
const ana = { approvals: [vote("Ana")] };
const applied = { ...ana, appliedAt: at };
const frozenHalfWay = `${stoppedByFreeze} after 2 of 4 steps. Still changed: Node n. Evicted: Pod shop/carts-1.`;
const taken = { status: "acknowledged" } as const;

function view(fixes: readonly FixView[], incident: Partial<IncidentView["incident"]> = taken, more = {}): IncidentView {
  return { ...incidentView, incident: { ...incidentView.incident, ...incident }, fixes, ...more };
}

describe("who has just been woken reads first what the incident waits for", () => {
  const two = { approvalsNeeded: 2 };
  test.each([
    {
      name: "another plan has changed what it would change",
      view: view([fix("superseded")]),
      want: "No fix on offer fits any more; somebody has to look.",
    },
    { name: "an offer", view: view([fix("proposed")]), want: "Fix 1 waits for an approval, until 03:10." },
    {
      name: "nobody has taken it",
      view: view([fix("proposed")], { status: "reopened" }),
      want: "Fix 1 waits for an approval, until 03:10. Nobody has taken the incident yet.",
    },
    {
      name: "two people, and a code",
      view: view([fix("proposed", {}, { ...two, secondFactor: true })]),
      want: "Fix 1 waits for 2 approvals and a code, until 03:10.",
    },
    {
      name: "the second of two",
      view: view([fix("proposed", ana, two)]),
      want: "Fix 1 waits for another person's approval, until 03:10; Ana has approved.",
    },
    {
      name: "the third of three",
      view: view([fix("proposed", { approvals: [vote("Ana"), vote("Ben")] }, { approvalsNeeded: 4 })]),
      want: "Fix 1 waits for 2 more approvals, until 03:10; Ana and Ben have approved.",
    },
    {
      name: "being undone",
      view: view([
        fix("executing", { ...ana, executions: [execution("apply", "applied"), execution("undo", "running")] }),
      ]),
      want: "Fix 1 is being undone.",
    },
    {
      name: "the undo was refused",
      view: view([fix("applied", undoRefused)]),
      want: "The last fix could not be undone and is still in place. Somebody has to look: no safe change is known.",
    },
    {
      name: "applied half-way, and what was done could not be put back",
      view: view([
        fix("failed", {
          ...ana,
          executions: [execution("apply", "refused", `${partlyApplied}. Still changed: Service shop/carts.`)],
        }),
      ]),
      want: "The last fix was applied only in part, and that part is still in place. Somebody has to look: no safe change is known.",
    },
    {
      name: "stopped half-way by a freeze",
      view: view([fix("failed", { ...ana, executions: [execution("apply", "refused", frozenHalfWay)] })]),
      want: "A freeze stopped the last fix; what it had done by then stays. Somebody has to look: no safe change is known.",
    },
    {
      name: "undecided between two causes, with an offer",
      view: view([fix("proposed")], taken, { diagnosis: { ...incidentView.diagnosis, inconclusive: true } }),
      want: "The cause is not certain. Fix 1 waits for an approval, until 03:10.",
    },
    { name: "being applied", view: view([fix("executing", ana)]), want: "Fix 1 is being applied." },
    {
      name: "being watched, after one that failed",
      view: view([fix("failed", ana), fix("applied", applied)]),
      want: "Fix 2 is applied; kubemend watches whether the symptoms clear, until 03:12 at most.",
    },
    {
      name: "it did not help",
      view: view([fix("applied", { ...applied, ...verdict("not-recovered") }), fix("proposed")]),
      want: "The last fix did not help. Fix 2 waits for an approval, until 03:10.",
    },
    {
      name: "it made things worse",
      view: view([fix("undone", { ...applied, ...verdict("worse") })]),
      want: "The last fix made things worse and was undone. Somebody has to look: no safe change is known.",
    },
    {
      name: "a person took it back",
      view: view([fix("undone", applied), fix("proposed")]),
      want: "The last fix was undone. Fix 2 waits for an approval, until 03:10.",
    },
    {
      name: "not known",
      view: view([fix("applied", { ...applied, ...verdict("unknown") }), fix("expired")]),
      want: "Whether the last fix helped is not known. The plan of fix 2 has expired: Review makes a fresh one.",
    },
    {
      name: "it helped, and is about to be closed",
      view: view([fix("applied", { ...applied, ...verdict("recovered") })]),
      want: "The symptoms are gone; it is closed when they stay away.",
    },
    {
      name: "it helped once, and the trouble is back",
      view: view([fix("applied", { ...applied, ...verdict("recovered") })], { status: "reopened" }),
      want: "Somebody has to look: no safe change is known. Nobody has taken the incident yet.",
    },
    {
      name: "frozen",
      view: view([fix("proposed")], taken, { frozen: true }),
      want: "Changes are frozen: nothing is applied until somebody allows it again.",
    },
    {
      name: "frozen by somebody",
      view: view([fix("proposed")], taken, { frozen: true, frozenBy: { name: "Ben", at } }),
      want: "Ben froze changes on 03:10: nothing is applied until somebody allows it again.",
    },
    {
      name: "a value is missing",
      view: view([{ ...bare, refusal: { reason: "needs-input", detail: "which image?" } }]),
      want: "Fix 1 needs a value that only a person knows.",
    },
    {
      name: "only advice, beside a no",
      view: view([fix("rejected"), { ...bare, refusal: { reason: "managed-by-gitops", detail: "Argo CD" } }]),
      want: "kubemend may not apply fix 2 itself; somebody else has to.",
    },
    {
      name: "steps that only a person can take",
      view: view([{ ...bare, refusal: { reason: "guide-only", detail: "1. look\n2. repair" } }]),
      want: "Fix 1 is for a person: its steps are below.",
    },
    { name: "not planned yet", view: view([bare]), want: "The fixes are being checked by a dry run." },
    {
      name: "nobody is there to plan",
      view: view([bare], taken, { actorAway: true }),
      want: "Nothing can be applied from here, because no actor runs (kubemend start --role actor); a person can, by hand.",
    },
    {
      name: "only a no",
      view: view([fix("rejected")]),
      want: "Every fix on offer was rejected: somebody has to look, or take one up again.",
    },
    {
      name: "no cause yet",
      view: view([], { status: "open" }, { diagnosis: undefined }),
      want: "The cause is being looked for. Nobody has taken the incident yet.",
    },
    {
      name: "undecided",
      view: view([], taken, { diagnosis: { ...incidentView.diagnosis, inconclusive: true } }),
      want: "Somebody has to look: no safe change is known, and the questions below would decide.",
    },
    { name: "over", view: view([fix("proposed")], { status: "resolved", resolvedAt: at }), want: undefined },
  ])("$name", ({ view, want }) => expect(nextStep(view, say)).toBe(want));
});

describe("what became of a plan: who, when, what came of it", () => {
  const undo = {
    id: "2",
    planId: "11",
    kind: "undo",
    outcome: "applied",
    detail: "",
    startedAt: at,
    finishedAt: at + 60_000,
  } as const;
  test.each([
    { stored: fix("proposed"), want: undefined },
    { stored: fix("superseded"), want: undefined },
    { stored: fix("proposed", ana, { approvalsNeeded: 2 }), want: "1 of 2 approvals (Ana)" },
    { stored: fix("approved", ana), want: "Approved by Ana; being applied" },
    {
      stored: fix("executing", { ...applied, executions: [execution("undo", "running")] }),
      want: "Approved by Ana, applied on 03:10; being undone",
    },
    {
      stored: fix("applied", undoRefused),
      want: "Approved by Ana, applied on 03:10, and still in place: undoing it was refused on 03:11. Somebody has changed it since. It did not help.",
    },
    {
      stored: fix("applied", applied),
      want: "Approved by Ana, applied on 03:10; watched until 03:12 at most whether the symptoms clear",
    },
    {
      stored: fix("applied", { ...applied, ...verdict("recovered") }),
      want: "Approved by Ana, applied on 03:10, and it helped: As measured.",
    },
    {
      stored: fix("applied", { ...applied, ...verdict("unknown") }),
      want: "Approved by Ana, applied on 03:10, but whether it helped is not known: As measured.",
    },
    {
      stored: fix("undone", { ...applied, ...verdict("worse"), executions: [undo] }),
      want: "Approved by Ana, applied on 03:10, undone on 03:11: it made things worse. As measured.",
    },
    {
      stored: fix("undone", { ...applied, executions: [undo] }),
      want: "Approved by Ana, applied on 03:10, undone on 03:11",
    },
    {
      stored: fix("failed", { ...ana, reason: frozenHalfWay }),
      want: `Approved by Ana. ${frozenHalfWay}`,
    },
    { stored: fix("failed", { ...ana, reason: "conflict" }), want: "Approved by Ana, but not applied: conflict" },
    {
      stored: fix("rejected", { reason: "too tight", rejectedBy: "Ben", decidedAt: at }),
      want: "Rejected by Ben on 03:10: too tight",
    },
    { stored: fix("rejected", { reason: "too tight" }), want: "Rejected: too tight" },
    { stored: fix("expired"), want: "Expired before anyone decided; Review makes a fresh plan" },
  ])("$want", ({ stored, want }) => expect(stored.plan && planNews(stored.plan, say)?.text).toBe(want));
});
