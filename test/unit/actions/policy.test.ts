import { describe, expect, test } from "vitest";
import { judgeAutoApply } from "../../../src/actions/policy/auto-apply.ts";
import { matchesName } from "../../../src/actions/policy/matches-name.ts";
import { judge, nothingSpent, type PolicyFacts } from "../../../src/actions/policy/policy.ts";
import { defaultPolicy, type Policy, policySchema } from "../../../src/actions/policy/policy-file.ts";
import { type Approver, mayApprove, mayUnfreeze } from "../../../src/actions/policy/who-may.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const fine: PolicyFacts = {
  action: "patch-resources",
  target: makeRef("Deployment", "shop", "carts"),
  risk: "medium",
  confidence: 0.8,
  // A Friday, 12:00 UTC.
  at: Date.UTC(2026, 10, 20, 12),
  frozen: false,
  spent: nothingSpent,
};
const policyOf = (rule: object, more: object = {}): Policy =>
  policySchema.parse({
    version: 1,
    rules: [{ name: "shop", namespaces: ["shop"], approvers: { anyone: true }, ...rule }],
    ...more,
  });
const window = (from: string, to: string, days: string[], timeZone = "UTC") =>
  policyOf({ windows: [{ days, from, to, timeZone }] });

describe("what the policy says", () => {
  test.each([
    {
      name: "the default allows with one approval",
      policy: defaultPolicy,
      facts: {},
      want: { allow: true, approvals: 1 },
    },
    {
      name: "high risk needs two people",
      policy: defaultPolicy,
      facts: { risk: "high" },
      want: { allow: true, approvals: 2 },
    },
    {
      name: "the freeze switch beats everything else",
      policy: policyOf({ namespaces: ["other"] }),
      facts: { frozen: true },
      want: { allow: false, reason: "frozen" },
    },
    {
      name: "a protected namespace beats every rule",
      policy: defaultPolicy,
      facts: { target: makeRef("Deployment", "kube-system", "coredns") },
      want: { allow: false, reason: "namespace-protected" },
    },
    {
      name: "an empty policy denies",
      policy: policySchema.parse({ version: 1, rules: [] }),
      facts: {},
      want: { allow: false, reason: "no-rule" },
    },
    {
      name: "a namespace no rule names is denied",
      policy: policyOf({}),
      facts: { target: makeRef("Deployment", "bank", "carts") },
      want: { allow: false, reason: "no-rule" },
    },
    { name: "names may have a star", policy: policyOf({ namespaces: ["sh*"] }), facts: {}, want: { allow: true } },
    {
      name: "a kind the rule does not name is denied",
      policy: policyOf({ kinds: ["StatefulSet"] }),
      facts: {},
      want: { allow: false, reason: "no-rule" },
    },
    {
      name: "an action the rule does not name is denied",
      policy: policyOf({ actions: ["restart"] }),
      facts: {},
      want: { allow: false, reason: "no-rule" },
    },
    {
      name: "a node belongs to no namespace: a rule for one does not reach it",
      policy: policyOf({}),
      facts: { target: makeRef("Node", undefined, "n1") },
      want: { allow: false, reason: "no-rule" },
    },
    {
      name: "risk above the rule's is denied",
      policy: policyOf({ maxRisk: "low" }),
      facts: {},
      want: { allow: false, reason: "risk-too-high" },
    },
    {
      name: "too little confidence is denied",
      policy: policyOf({ minConfidence: 0.9 }),
      facts: {},
      want: { allow: false, reason: "confidence-too-low" },
    },
    {
      name: "a rule may want three people",
      policy: policyOf({ approvals: 3 }),
      facts: {},
      want: { allow: true, approvals: 3 },
    },
    {
      name: "a rule cannot lower what high risk needs",
      policy: policyOf({ approvals: 1, maxRisk: "high" }),
      facts: { risk: "high" },
      want: { allow: true, approvals: 2 },
    },
    {
      name: "the namespace's budget",
      policy: policyOf({}),
      facts: { spent: { namespaces: new Map([["shop", 10]]), cluster: 10 } },
      want: {
        allow: false,
        reason: "budget-spent",
        detail: "10 changes were made in shop within an hour; the budget is 10.",
      },
    },
    {
      name: "the budgets of all namespaces that it touches",
      policy: defaultPolicy,
      facts: {
        target: makeRef("Node", undefined, "node-1"),
        touches: ["", "shop", "bank", "orders", "bank", "desk", "till"],
        spent: {
          namespaces: new Map(["till", "shop", "bank", "desk"].map((name, at) => [name, 10 + at])),
          cluster: 11,
        },
      },
      want: {
        allow: false,
        reason: "budget-spent",
        detail:
          "It also touches namespaces whose budget of 10 changes an hour is used up: bank (12 made), desk (13 made), shop (11 made) and 1 more.",
      },
    },
    {
      name: "the budget of what lies in no namespace",
      policy: defaultPolicy,
      facts: {
        target: makeRef("Node", undefined, "node-1"),
        spent: { namespaces: new Map([["", 10]]), cluster: 10 },
      },
      want: {
        allow: false,
        detail: "10 changes were made to objects that lie in no namespace within an hour; the budget is 10.",
      },
    },
    {
      name: "a namespace that it does not touch has spent its own budget",
      policy: policyOf({}),
      facts: { touches: ["shop"], spent: { namespaces: new Map([["bank", 10]]), cluster: 10 } },
      want: { allow: true },
    },
    {
      name: "the cluster's budget",
      policy: policyOf({}),
      facts: { spent: { namespaces: new Map([["bank", 30]]), cluster: 30 } },
      want: { allow: false, reason: "budget-spent" },
    },
    {
      name: "a window until 24:00 holds in the last minute of the day",
      policy: window("00:00", "24:00", ["fri"]),
      facts: { at: Date.parse("2026-11-20T23:59:59Z") },
      want: { allow: true },
    },
    {
      name: "and not in the first of the next",
      policy: window("00:00", "24:00", ["fri"]),
      facts: { at: Date.parse("2026-11-21T00:00:00Z") },
      want: { allow: false, reason: "outside-window" },
    },
    { name: "inside a window", policy: window("08:00", "18:00", ["fri"]), facts: {}, want: { allow: true } },
    {
      name: "outside a window",
      policy: window("13:00", "18:00", ["fri"]),
      facts: {},
      want: { allow: false, reason: "outside-window" },
    },
    {
      name: "on another day",
      policy: window("08:00", "18:00", ["sat"]),
      facts: {},
      want: { allow: false, reason: "outside-window" },
    },
    {
      name: "the end of a window is outside",
      policy: window("08:00", "12:00", ["fri"]),
      facts: {},
      want: { allow: false },
    },
    {
      name: "a window in another zone",
      policy: window("20:30", "22:00", ["fri"], "Asia/Tokyo"),
      facts: {},
      want: { allow: true },
    },
    {
      name: "a window over midnight belongs to the day it began",
      policy: window("22:00", "13:00", ["thu"]),
      facts: {},
      want: { allow: true },
    },
    {
      name: "a window over midnight that has ended this morning",
      policy: window("22:00", "06:00", ["thu"]),
      facts: {},
      want: { allow: false, reason: "outside-window" },
    },
    {
      name: "a window over midnight of the wrong day",
      policy: window("22:00", "13:00", ["fri"]),
      facts: {},
      want: { allow: false },
    },
  ])("$name", ({ policy, facts, want }) => {
    expect(judge(policy, { ...fine, ...facts } as PolicyFacts)).toMatchObject(want);
  });

  test("the second rule counts where the first refuses", () => {
    const policy = policySchema.parse({
      version: 1,
      rules: [
        { name: "careful", namespaces: ["shop"], maxRisk: "low", approvers: { anyone: true } },
        { name: "brave", namespaces: ["shop"], maxRisk: "high", approvers: { people: ["slack:ann"] } },
      ],
    });
    expect(judge(policy, fine)).toMatchObject({ allow: true, rule: { name: "brave" } });
  });

  test("a rule speaks of the actions and kinds it lists, and of no others", () => {
    const listed = policyOf({ actions: ["restart", "patch-resources"], kinds: ["Deployment"] });
    expect(judge(listed, fine)).toMatchObject({ allow: true });
    expect(judge(listed, { ...fine, action: "scale" })).toMatchObject({ allow: false, reason: "no-rule" });
    expect(judge(listed, { ...fine, target: makeRef("StatefulSet", "shop", "db") })).toMatchObject({
      allow: false,
      reason: "no-rule",
    });
  });

  test("what lies in no namespace is spoken of by a rule for all of them alone, and is named so", () => {
    const node = { ...fine, action: "cordon", target: makeRef("Node", undefined, "node-1") } as const;
    expect(judge(policyOf({ namespaces: ["*"] }), node)).toMatchObject({ allow: true });
    expect(judge(policyOf({ namespaces: ["shop", "shop-*"] }), node)).toEqual({
      allow: false,
      reason: "no-rule",
      detail: "No rule of the policy allows cordon on Node (cluster)/node-1.",
    });
  });

  test("every refusal says why in words", () => {
    const verdict = judge(policyOf({ minConfidence: 0.95 }), fine);
    expect(verdict).toEqual({
      allow: false,
      reason: "confidence-too-low",
      detail: 'Rule "shop" wants at least 95 % confidence; this is 80 %.',
    });
  });
});

describe("who may approve", () => {
  const ann: Approver = { id: "slack:ann", name: "ann", human: true, groups: ["slack:S1"] };
  const plan = { approvalsNeeded: 1, requestedBy: null };
  test.each([
    { name: "anyone, when the rule says so", approvers: { anyone: true }, by: ann, plan, want: true },
    { name: "a bot, never", approvers: { anyone: true }, by: { ...ann, human: false }, plan, want: false },
    {
      name: "a bot that is named, not either",
      approvers: { people: ["slack:ann"] },
      by: { ...ann, human: false },
      plan,
      want: false,
    },
    { name: "nobody, when the rule names nobody", approvers: {}, by: ann, plan, want: false },
    { name: "a named person", approvers: { people: ["slack:ann"] }, by: ann, plan, want: true },
    {
      name: "a person named by another id of his",
      approvers: { people: ["mail:ann@example.com"] },
      by: { ...ann, aliases: ["mail:ann@example.com"] },
      plan,
      want: true,
    },
    { name: "a person of a named group", approvers: { groups: ["slack:S1"] }, by: ann, plan, want: true },
    { name: "a person of another group", approvers: { groups: ["slack:S2"] }, by: ann, plan, want: false },
    {
      name: "the requester alone, where one is enough",
      approvers: { anyone: true },
      by: ann,
      plan: { approvalsNeeded: 1, requestedBy: "slack:ann" },
      want: true,
    },
    {
      name: "the requester, where two are needed",
      approvers: { anyone: true },
      by: ann,
      plan: { approvalsNeeded: 2, requestedBy: "slack:ann" },
      want: false,
    },
  ])("$name: $want", ({ approvers, by, plan: about, want }) => {
    const rule = policyOf({ approvers }).rules[0];
    if (!rule) throw new Error("no rule");
    expect(mayApprove(rule, by, about)).toBe(want);
  });
});

describe("what may be applied by itself", () => {
  const auto = {
    autoApply: [{ actions: ["patch-resources"], namespaces: ["shop"], minConfidence: 0.7, afterSuccesses: 3 }],
  };
  const within = (withinDays: number) => ({ autoApply: auto.autoApply.map((entry) => ({ ...entry, withinDays })) });
  test.each([
    { name: "nothing by default", policy: defaultPolicy, facts: {}, successes: 100, want: false },
    {
      name: "what the policy names, after enough successes",
      policy: policyOf({}, auto),
      facts: {},
      successes: 3,
      want: true,
    },
    {
      name: "not what failed as often as it helped",
      policy: policyOf({}, auto),
      facts: {},
      successes: 9,
      failures: 9,
      want: false,
    },
    {
      name: "not what failed once of four times",
      policy: policyOf({}, auto),
      facts: {},
      successes: 3,
      failures: 1,
      want: false,
    },
    {
      name: "what failed once and helped often since",
      policy: policyOf({}, auto),
      facts: {},
      successes: 12,
      failures: 1,
      want: true,
    },
    { name: "not before", policy: policyOf({}, auto), facts: {}, successes: 2, want: false },
    { name: "not another action", policy: policyOf({}, auto), facts: { action: "restart" }, successes: 9, want: false },
    {
      name: "not with less confidence",
      policy: policyOf({}, auto),
      facts: { confidence: 0.6 },
      successes: 9,
      want: false,
    },
    { name: "not while frozen", policy: policyOf({}, auto), facts: { frozen: true }, successes: 9, want: false },
    {
      name: "never what needs two people",
      policy: policyOf({ approvals: 2 }, auto),
      facts: {},
      successes: 9,
      want: false,
    },
    {
      name: "not by what helped longer ago than it counts",
      policy: policyOf({}, auto),
      facts: {},
      successes: 9,
      daysAgo: 91,
      want: false,
    },
    {
      name: "by what helped within that time",
      policy: policyOf({}, auto),
      facts: {},
      successes: 3,
      daysAgo: 89,
      want: true,
    },
    {
      name: "by what helped longer ago, where the policy lets that count",
      policy: policyOf({}, within(120)),
      facts: {},
      successes: 3,
      daysAgo: 91,
      want: true,
    },
    {
      name: "what failed longer ago than it counts",
      policy: policyOf({}, auto),
      facts: {},
      successes: 3,
      failures: 3,
      failuresDaysAgo: 91,
      want: true,
    },
  ])("$name: $want", ({ policy, facts, successes, failures = 0, daysAgo = 1, failuresDaysAgo = 1, want }) => {
    const ago = (days: number, recovered: boolean) => ({ at: fine.at - days * 24 * 3_600_000, recovered });
    const verdict = judgeAutoApply(policy, { ...fine, ...facts } as PolicyFacts, {
      kind: "Deployment",
      outcomes: [
        ...Array.from({ length: successes }, () => ago(daysAgo, true)),
        ...Array.from({ length: failures }, () => ago(failuresDaysAgo, false)),
      ],
    });
    expect(verdict.apply).toBe(want);
    // People are told only where failures withhold what would be automatic without them.
    expect("detail" in verdict).toBe(!want && failures > 0);
  });
});

test("what withholds a change is told with the action, the kind of its target and the time that counts", () => {
  const policy = policyOf(
    {},
    {
      autoApply: [
        { actions: ["patch-resources"], namespaces: ["shop"], minConfidence: 0, afterSuccesses: 1, withinDays: 30 },
      ],
    },
  );
  const outcomes = [true, false].map((recovered) => ({ at: fine.at - 1, recovered }));
  expect(judgeAutoApply(policy, fine, { kind: "StatefulSet", outcomes })).toMatchObject({
    detail: expect.stringContaining(
      "against this cause patch-resources of a StatefulSet helped 1 times and did not 1 times in the last 30 days",
    ),
  });
});

test.each([0, 181, 2.5])("a record of %d days is none: plans are kept for 180", (withinDays) => {
  const entry = { actions: ["restart"], namespaces: ["shop"], minConfidence: 0, afterSuccesses: 1, withinDays };
  const parsed = policySchema.safeParse({ version: 1, rules: [], autoApply: [entry] });
  expect(parsed.error?.issues[0]?.path).toEqual(["autoApply", 0, "withinDays"]);
});

test.each([
  ["*", "", true],
  ["*", "any", true],
  ["a*", "ab", true],
  ["a*", "b", false],
  ["*b", "ab", true],
  ["a*c", "abc", true],
  ["a*c", "ac", true],
  ["a*c", "a", false],
  ["aa*a", "aa", false],
  ["a*b*c", "a1b2c", true],
  ["a*b*c", "a1c", false],
  ["a", "a", true],
  ["a", "ab", false],
  ["a.c", "abc", false],
])("the pattern %s and the name %s: %s", (pattern, name, want) => {
  expect(matchesName(pattern, name)).toBe(want);
});

test("a policy file with a typo is refused with its place", () => {
  const parsed = policySchema.safeParse({
    version: 1,
    rules: [{ name: "r", namespaces: ["a"], aprovers: {}, approvers: {} }],
    budget: {},
  });
  expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual(["rules.0", ""]);
});

describe("who may unfreeze", () => {
  const person = (more: Partial<Approver>): Approver => ({
    id: "slack:U9",
    name: "Ann",
    human: true,
    groups: [],
    ...more,
  });
  const onCall = policyOf({ approvers: { people: ["slack:U1", "mail:ann@example.com"], groups: ["slack:S1"] } });
  test.each([
    { name: "a person of a rule", policy: onCall, who: person({ id: "slack:U1" }), may: true },
    { name: "the same by e-mail", policy: onCall, who: person({ aliases: ["mail:ann@example.com"] }), may: true },
    { name: "a member of a group of a rule", policy: onCall, who: person({ groups: ["slack:S1"] }), may: true },
    { name: "somebody whom no rule names", policy: onCall, who: person({ groups: ["slack:S2"] }), may: false },
    { name: "anybody, where the policy lets anybody approve", policy: defaultPolicy, who: person({}), may: true },
    { name: "no bot, ever", policy: defaultPolicy, who: person({ human: false }), may: false },
  ])("$name: $may", ({ policy, who, may }) => expect(mayUnfreeze(policy, who)).toBe(may));
});
