import { describe, expect, test } from "vitest";
import type { WriteOutcome } from "../../../src/actions/cluster-port.ts";
import { answersText, answerText, endOf, hasNotArrived } from "../../../src/actions/execute/step-end.ts";
import { whyForbidden } from "../../../src/actions/execute/why-forbidden.ts";
import { whyTampered } from "../../../src/actions/execute/why-tampered.ts";
import { planDigest } from "../../../src/actions/plan/plan-digest.ts";
import { nothingSpent } from "../../../src/actions/policy/policy.ts";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { WriteStep } from "../../../src/incident/fix/action-plan.ts";
import type { Claim } from "../../../src/incident/fix/stored-plan.ts";
import { makeRef, type ObjectRef } from "../../../src/incident/object-ref.ts";
import type { Redact } from "../../../src/incident/redacted.ts";
import { planView } from "../../support/incident-view.ts";
import { passThrough } from "../../support/plan-fixture.ts";

const pod = makeRef("Pod", "shop", "carts-1");
const heal: WriteStep = { type: "http", target: pod, port: 8080, method: "POST", path: "/heal" };
const patchOf = (target: ObjectRef): WriteStep => ({ type: "patch", target, patchType: "json", body: [] });
const patch = patchOf(makeRef("Deployment", "shop", "carts"));
const refused = (status: number, answer?: { status: number; text: string }): WriteOutcome => ({
  type: "refused",
  status,
  reason: "Forbidden",
  fields: ["spec.a", "spec.b"],
  ...(answer ? { answer } : {}),
});

describe("how one step ends", () => {
  test.each<{ name: string; outcome: WriteOutcome; step?: WriteStep; want: object | undefined }>([
    {
      name: "no connection: later",
      outcome: { type: "unreachable", detail: "ECONNREFUSED" },
      want: { type: "unreachable" },
    },
    { name: "an API server without room: later", outcome: refused(429), want: { type: "unreachable" } },
    {
      name: "an eviction without room is judged elsewhere",
      outcome: refused(429),
      step: { type: "evict", target: pod },
      want: { type: "failed" },
    },
    {
      name: "a refusal names the fields and no value",
      outcome: refused(403),
      want: {
        type: "failed",
        result: {
          outcome: "refused",
          detail: "The cluster refused the change of Deployment shop/carts (403 Forbidden: spec.a, spec.b).",
        },
      },
    },
    {
      name: "an application that answers no has answered, also when it is busy",
      outcome: refused(429, { status: 429, text: "busy" }),
      step: heal,
      want: {
        type: "failed",
        result: { outcome: "refused", detail: 'It did not heal itself: carts-1 answered HTTP 429 "busy".' },
      },
    },
    {
      name: "an application that does not answer is not asked again",
      outcome: { type: "unknown", detail: "timed out" },
      step: heal,
      want: { type: "failed", result: { outcome: "failed" } },
    },
    { name: "a patch without an answer is looked for", outcome: { type: "unknown", detail: "reset" }, want: undefined },
    { name: "a conflict is looked at", outcome: { type: "conflict" }, want: undefined },
    { name: "so is what is gone", outcome: { type: "gone" }, want: undefined },
  ])("$name", ({ outcome, step = patch, want }) => {
    const end = endOf(outcome, step, passThrough);
    if (want) expect(end).toMatchObject(want);
    else expect(end).toBeUndefined();
  });

  test.each<{ name: string; outcome: WriteOutcome; want: boolean }>([
    { name: "no connection", outcome: { type: "unreachable", detail: "" }, want: true },
    { name: "the API server said no", outcome: refused(403), want: true },
    { name: "the pod is gone", outcome: { type: "gone" }, want: true },
    { name: "the application said no", outcome: refused(500, { status: 500, text: "" }), want: false },
    { name: "it was done", outcome: { type: "done" }, want: false },
    { name: "nobody knows", outcome: { type: "unknown", detail: "" }, want: false },
  ])("whether a question has certainly not arrived: $name: $want", ({ outcome, want }) => {
    expect(hasNotArrived(outcome)).toBe(want);
  });
});

describe("what applications answer is shown", () => {
  const hide = ((text: string) => text.replaceAll("hunter2", "***")) as Redact;
  test.each([
    {
      name: "on one line, redacted",
      text: "  healed\n  with hunter2 \n",
      redact: hide,
      want: 'carts-1 answered HTTP 200 "healed with ***"',
    },
    {
      name: "as its status alone, when nothing can be redacted",
      text: "hunter2",
      redact: undefined,
      want: "carts-1 answered HTTP 200",
    },
    { name: "as its status alone, when it says nothing", text: " \n", redact: hide, want: "carts-1 answered HTTP 200" },
    {
      name: "redacted line by line, as it came",
      text: "healed\nkey: hunter\nby me",
      redact: ((text: string) => text.replace(/^key: .*$/m, "key: ***")) as Redact,
      want: 'carts-1 answered HTTP 200 "healed key: *** by me"',
    },
    { name: "in part", text: "x".repeat(500), redact: hide, want: `carts-1 answered HTTP 200 "${"x".repeat(120)}"` },
  ])("$name", ({ text, redact, want }) => {
    expect(answerText(heal, { status: 200, text }, redact)).toBe(want);
  });

  test("the first few of many", () => {
    expect(answersText([])).toEqual([]);
    expect(answersText(["a", "b"])).toEqual(["a; b"]);
    expect(answersText(["a", "b", "c", "d", "e", "f", "g"])).toEqual(["a; b; c; d; e; and 2 more"]);
  });
});

describe("the actor's own look at what it is to do", () => {
  const policy = policySchema.parse({
    version: 1,
    protectedNamespaces: ["vault"],
    rules: [{ name: "all", namespaces: ["*"], maxRisk: "high", approvers: { anyone: true } }],
  });
  const claimOf = (more: Partial<Claim["plan"]>, rest: Partial<Claim> = {}): Claim => {
    const content = { ...planView.plan, steps: [patch], undo: [patch], ...more };
    const plan = { ...content, digest: planDigest(content) };
    return {
      plan,
      phase: "apply",
      executionId: "e",
      holder: "h",
      attempt: 1,
      approvedDigests: [plan.digest],
      approvedAt: plan.expiresAt - 1_000,
      startedAt: plan.expiresAt,
      spent: nothingSpent,
      incidentOver: false,
      sentSteps: [],
      ...rest,
    };
  };
  const guarded = patchOf(makeRef("ConfigMap", "vault", "keys"));
  const made = (changes: number, ...names: readonly string[]) => ({
    cluster: changes,
    namespaces: new Map(names.map((name) => [name, changes])),
  });

  test.each([
    { name: "what it was approved for", claim: claimOf({}), want: undefined },
    {
      name: "a step into a protected namespace",
      claim: claimOf({ steps: [patch, guarded] }),
      want: /ConfigMap vault\/keys is in a namespace that the policy protects/,
    },
    {
      name: "a way back through a protected namespace, while it is not gone",
      claim: claimOf({ undo: [guarded] }),
      want: undefined,
    },
    {
      name: "a way back through a protected namespace",
      claim: claimOf({ undo: [guarded] }, { phase: "undo" }),
      want: /vault\/keys/,
    },
    {
      name: "a way back, whatever was done there",
      claim: claimOf({ steps: [guarded] }, { phase: "undo" }),
      want: undefined,
    },
    {
      name: "one change more than the budget of its namespace",
      claim: claimOf({}, { spent: made(10, "shop") }),
      want: /10 changes were made in shop within an hour; the budget is 10\./,
    },
    {
      name: "one change more than the budget of another namespace that it touches",
      claim: claimOf({ alsoHolds: [makeRef("Deployment", "bank", "tills")] }, { spent: made(10, "bank") }),
      want: /namespaces whose budget of 10 changes an hour is used up: bank \(10 made\)/,
    },
    {
      name: "one change more than the budget of the cluster",
      claim: claimOf({}, { spent: made(30) }),
      want: /30 changes were made in the cluster within an hour; the budget is 30\./,
    },
    {
      name: "the last change that the budget has room for",
      claim: claimOf({}, { spent: made(9, "shop") }),
      want: undefined,
    },
    {
      name: "a way back, which costs nothing",
      claim: claimOf({}, { phase: "undo", spent: made(30, "shop") }),
      want: undefined,
    },
    {
      name: "what was to repair an incident that is resolved",
      claim: claimOf({}, { incidentOver: true }),
      want: /Its incident was resolved before it began/,
    },
    { name: "what is for people alone", claim: claimOf({ action: "guide" }), want: /is for people/ },
    {
      name: "high risk with one voice",
      claim: claimOf({ action: "drain" }),
      want: /wants 2 approvals, and 1 was given/,
    },
    {
      name: "a way back of high risk, which needs no more voices",
      claim: claimOf({ action: "drain" }, { phase: "undo" }),
      want: undefined,
    },
  ])("$name", ({ claim, want }) => {
    const said = whyForbidden(claim, policy);
    if (want) expect(said).toMatch(want);
    else expect(said).toBeUndefined();
  });

  test.each([
    { name: "within", startedAt: "2026-11-20T18:59:59Z", want: undefined },
    { name: "after", startedAt: "2026-11-20T19:00:00Z", want: /holds only in its time windows/ },
  ])("what was approved in a time window is begun $name it", ({ startedAt, want }) => {
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const [all] = policy.rules;
    const daily = policySchema.parse({
      ...policy,
      rules: [{ ...all, windows: [{ days, from: "08:00", to: "19:00" }] }],
    });
    const approvedAt = Date.parse("2026-11-20T18:50:00Z");
    const said = whyForbidden(claimOf({}, { approvedAt, startedAt: Date.parse(startedAt) }), daily);
    if (want) expect(said).toMatch(want);
    else expect(said).toBeUndefined();
  });

  test.each([
    { name: "as it was approved", claim: claimOf({}), want: undefined },
    {
      name: "another content",
      claim: { ...claimOf({}), plan: { ...claimOf({}).plan, risk: "high" as const } },
      want: /not the one its digest was made from/,
    },
    {
      name: "voices for another plan",
      claim: claimOf({}, { approvedDigests: ["other"] }),
      want: /not the one that was approved/,
    },
    { name: "one voice of two", claim: claimOf({ approvalsNeeded: 2 }), want: /not the one that was approved/ },
    {
      name: "no voice, where none was said to be needed",
      claim: claimOf({ approvalsNeeded: 0 }, { approvedDigests: [] }),
      want: /not the one that was approved/,
    },
    {
      name: "a voice that came too late",
      claim: claimOf({}, { approvedAt: planView.plan.expiresAt + 1 }),
      want: /after the plan had expired/,
    },
    {
      name: "an approval without a time",
      claim: claimOf({}, { approvedAt: Number.POSITIVE_INFINITY }),
      want: /after the plan had expired/,
    },
  ])("what runs is what was approved: $name", ({ claim, want }) => {
    const said = whyTampered(claim);
    if (want) expect(said).toMatch(want);
    else expect(said).toBeUndefined();
  });
});
