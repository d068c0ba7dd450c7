import type { ActionCode } from "../../incident/action-code.ts";
import { type ActionRisk, actionRisks } from "../../incident/fix/action-risk.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { matchesName } from "./matches-name.ts";
import type { Policy, PolicyRule } from "./policy-file.ts";

/** What the policy judges. Everything it needs is a value; it asks nobody. */
export interface PolicyFacts {
  readonly action: ActionCode;
  readonly target: ObjectRef;
  readonly risk: ActionRisk;
  readonly confidence: number;
  /** Unix time (ms), for time windows. */
  readonly at: number;
  readonly frozen: boolean;
  readonly spent: Spent;
  /** Namespaces that the change touches, its target's own or not ("" is that of objects in none). Absent: its target's alone. */
  readonly touches?: readonly string[];
}

/** Changes made in the last hour: in the whole cluster, and in each namespace that any of them touched. */
export interface Spent {
  readonly cluster: number;
  readonly namespaces: ReadonlyMap<string, number>;
}

/** For whoever asks what the policy says whatever was done before. */
export const nothingSpent: Spent = { cluster: 0, namespaces: new Map() };

export type Denial =
  | "frozen"
  | "namespace-protected"
  | "no-rule"
  | "risk-too-high"
  | "confidence-too-low"
  | "outside-window"
  | "budget-spent";

export type Verdict =
  | { readonly allow: true; readonly approvals: number; readonly rule: PolicyRule }
  | { readonly allow: false; readonly reason: Denial; readonly detail: string };

const leastApprovalsForHighRisk = 2;
const namespacesShown = 3;

/** Whether objects of the namespace are never changed. Cluster-scoped objects have none. */
export function isProtected(policy: Policy, namespace: string | undefined): boolean {
  return policy.protectedNamespaces.some((pattern) => matchesName(pattern, namespace ?? ""));
}

const deny = (reason: Denial, detail: string): Extract<Verdict, { allow: false }> => ({ allow: false, reason, detail });

/** Decides whether an action may be offered, by the first rule that speaks of it, and how many people must agree. Denies first. */
export function judge(policy: Policy, facts: PolicyFacts): Verdict {
  const { target, action } = facts;
  // A cluster-scoped object belongs to no namespace: only a rule for `*` speaks of it.
  const namespace = target.namespace ?? "";
  if (facts.frozen) return deny("frozen", "Changes are frozen. Unfreeze first (/incident unfreeze).");
  if (isProtected(policy, namespace)) {
    return deny("namespace-protected", `Namespace ${namespace} is protected: kubemend never changes it.`);
  }
  const speaking = policy.rules.filter((rule) => ruleSpeaksOf(rule, action, target));
  if (speaking.length === 0) {
    return deny(
      "no-rule",
      `No rule of the policy allows ${action} on ${target.kind} ${namespace || "(cluster)"}/${target.name}.`,
    );
  }
  const refusals: Verdict[] = [];
  for (const rule of speaking) {
    const refusal = refusalOf(rule, facts);
    if (refusal) refusals.push(refusal);
    else {
      const spent = budgetRefusal(policy, facts);
      if (spent) return spent;
      const least = facts.risk === "high" ? leastApprovalsForHighRisk : 1;
      return { allow: true, approvals: Math.max(rule.approvals, least), rule };
    }
  }
  return refusals[0] ?? deny("no-rule", "No rule of the policy allows it.");
}

/** Whether the rule is about this action on this object, whoever may approve it. */
export function ruleSpeaksOf(rule: PolicyRule, action: ActionCode, target: ObjectRef): boolean {
  if (!rule.namespaces.some((pattern) => matchesName(pattern, target.namespace ?? ""))) return false;
  if (rule.kinds && !rule.kinds.includes(target.kind)) return false;
  return !rule.actions || rule.actions.includes(action);
}

function refusalOf(rule: PolicyRule, facts: PolicyFacts): Verdict | undefined {
  if (actionRisks.indexOf(facts.risk) > actionRisks.indexOf(rule.maxRisk)) {
    return deny(
      "risk-too-high",
      `Rule "${rule.name}" allows at most ${rule.maxRisk} risk; ${facts.action} is ${facts.risk}.`,
    );
  }
  if (facts.confidence < rule.minConfidence) {
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    return deny(
      "confidence-too-low",
      `Rule "${rule.name}" wants at least ${percent(rule.minConfidence)} confidence; this is ${percent(facts.confidence)}.`,
    );
  }
  if (rule.windows && !rule.windows.some((window) => isInside(window, facts.at))) {
    return deny("outside-window", `Rule "${rule.name}" holds only in its time windows.`);
  }
  return undefined;
}

const changes = (made: number) => (made === 1 ? "1 change was" : `${made} changes were`);

/** Why the budgets have no room: a change counts once in each namespace that it touches, and all of them must have room for it. */
export function budgetRefusal(
  { budgets }: Pick<Policy, "budgets">,
  { spent, target, touches = [] }: Pick<PolicyFacts, "spent" | "target" | "touches">,
): Extract<Verdict, { allow: false }> | undefined {
  const own = target.namespace ?? "";
  const made = (namespace: string) => spent.namespaces.get(namespace) ?? 0;
  const isSpent = (namespace: string) => made(namespace) >= budgets.perNamespacePerHour;
  if (isSpent(own)) {
    const where = own ? `in ${own}` : "to objects that lie in no namespace";
    return deny(
      "budget-spent",
      `${changes(made(own))} made ${where} within an hour; the budget is ${budgets.perNamespacePerHour}.`,
    );
  }
  const full = [...new Set(touches)].filter(isSpent).toSorted();
  if (full.length > 0) {
    const shown = full.slice(0, namespacesShown).map((namespace) => `${namespace} (${made(namespace)} made)`);
    const more = full.length > namespacesShown ? ` and ${full.length - namespacesShown} more` : "";
    return deny(
      "budget-spent",
      `It also touches namespaces whose budget of ${budgets.perNamespacePerHour} changes an hour is used up: ${shown.join(", ")}${more}.`,
    );
  }
  if (spent.cluster >= budgets.perClusterPerHour) {
    return deny(
      "budget-spent",
      `${changes(spent.cluster)} made in the cluster within an hour; the budget is ${budgets.perClusterPerHour}.`,
    );
  }
  return undefined;
}

/** True when the local time of the window's zone is on one of its days from `from` until before `to`; `to` before `from` runs over midnight, 24:00 until there. */
function isInside(window: NonNullable<PolicyRule["windows"]>[number], at: number): boolean {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: window.timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  const now = `${part("hour")}:${part("minute")}`;
  const today = part("weekday").toLowerCase();
  const days: readonly string[] = window.days;
  if (window.from <= window.to) return days.includes(today) && now >= window.from && now < window.to;
  const week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const yesterday = week[(week.indexOf(today) + 6) % 7] ?? "";
  return (days.includes(today) && now >= window.from) || (days.includes(yesterday) && now < window.to);
}

/** Whether an approval under the rule needs a one-time code. */
export function needsSecondFactor(rule: PolicyRule, risk: ActionRisk): boolean {
  return rule.secondFactor === "always" || (rule.secondFactor === "high-risk" && risk === "high");
}
