import { describe, expect, test } from "vitest";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import { type Approver, maySilence, mayUndo } from "../../../src/actions/policy/who-may.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const ann: Approver = { id: "slack:ann", name: "ann", human: true, groups: [], aliases: ["mail:ann@example.com"] };
const rules = [
  { name: "shop", namespaces: ["shop"], actions: ["restart"], kinds: ["Deployment"], approvers: { people: [ann.id] } },
  { name: "data", namespaces: ["data-*"], approvers: { people: ["slack:bob"] } },
];
const policy = policySchema.parse({ version: 1, rules });

describe("who may have a change taken back", () => {
  const restarted = { action: "restart", target: makeRef("Deployment", "shop", "carts"), approvedBy: [] } as const;
  test.each([
    { name: "whom a rule names for it", change: restarted, want: true },
    {
      name: "by another id of his",
      change: restarted,
      by: { ...ann, id: "mail:ann@example.com", aliases: [ann.id] },
      want: true,
    },
    { name: "whom it names for another action", change: { ...restarted, action: "scale" as const }, want: false },
    { name: "for another kind", change: { ...restarted, target: makeRef("StatefulSet", "shop", "db") }, want: false },
    {
      name: "for another namespace",
      change: { ...restarted, target: makeRef("Deployment", "data-1", "db") },
      want: false,
    },
    {
      name: "who has approved it, whom no rule names any more",
      change: { ...restarted, action: "scale" as const, approvedBy: ["slack:bob", ann.id] },
      want: true,
    },
    {
      name: "whom nobody names, when others approved it",
      change: { ...restarted, approvedBy: [ann.id] },
      by: { ...ann, id: "slack:eve", aliases: [] },
      want: false,
    },
    {
      name: "a bot that has approved it",
      change: { ...restarted, approvedBy: [ann.id] },
      by: { ...ann, human: false },
      want: false,
    },
  ])("$name: $want", ({ change, by = ann, want }) => {
    expect(mayUndo(policy, by, change)).toBe(want);
  });
});

describe("who may keep something quiet", () => {
  const eve: Approver = { ...ann, id: "slack:eve", aliases: [] };
  const one = { kind: "Deployment", namespace: "data-1", name: "db" };
  test.each([
    { name: "one object, anybody", matcher: one, by: { ...ann, id: "slack:eve", aliases: [] }, want: true },
    { name: "one object, no bot", matcher: one, by: { ...ann, human: false }, want: false },
    { name: "one node, anybody", matcher: { kind: "Node", name: "worker-1" }, by: eve, want: true },
    { name: "a name in all namespaces, who is no approver", matcher: { name: "api" }, by: eve, want: false },
    {
      name: "a name and kind in all namespaces, who is no approver",
      matcher: { kind: "Deployment", name: "api" },
      by: eve,
      want: false,
    },
    { name: "a name in all namespaces, an approver", matcher: { name: "api" }, want: true },
    { name: "one object, where the policy wants approvers", who: "approvers", matcher: one, want: false },
    {
      name: "one object of his, where the policy wants approvers",
      who: "approvers",
      matcher: { ...one, namespace: "shop" },
      want: true,
    },
    { name: "a namespace, its approver", matcher: { namespace: "shop" }, want: true },
    { name: "a namespace, that of another approver", matcher: { namespace: "data-1" }, want: false },
    { name: "all namespaces, an approver of any", matcher: { detector: "pod-crash" }, want: true },
    {
      name: "all namespaces, who is no approver",
      matcher: { detector: "pod-crash" },
      by: { ...ann, id: "slack:eve", aliases: [] },
      want: false,
    },
    {
      name: "everything, where the policy lets anybody",
      who: "anyone",
      matcher: {},
      by: { ...ann, id: "slack:eve", aliases: [] },
      want: true,
    },
    {
      name: "everything, where the policy lets anybody, no bot",
      who: "anyone",
      matcher: {},
      by: { ...ann, human: false },
      want: false,
    },
  ])("$name: $want", ({ who, matcher, by = ann, want }) => {
    const held = policySchema.parse({ version: 1, rules, ...(who ? { whoMaySilence: who } : {}) });
    expect(maySilence(held, by, matcher)).toBe(want);
  });
});
