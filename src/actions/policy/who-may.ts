import type { Person } from "../../incident/approval.ts";
import { isOneObject, type SilenceMatcher } from "../../incident/silence.ts";
import { matchesName } from "./matches-name.ts";
import { type PolicyFacts, ruleSpeaksOf } from "./policy.ts";
import type { Policy, PolicyRule } from "./policy-file.ts";

/** Who somebody is, as far as the edge that authenticated him can tell. */
export interface Approver extends Person {
  /** False for bots and integrations: they never approve. */
  readonly human: boolean;
  /** Groups he is a member of, such as `slack:S123`. */
  readonly groups: readonly string[];
}

/**
 * Whether this person may approve under the rule. Who asked for a plan, or has set a value in it, may not help to reach the
 * second voice for it.
 */
export function mayApprove(
  rule: PolicyRule,
  approver: Approver,
  plan: { readonly approvalsNeeded: number; readonly requestedBy: string | null; readonly setBy?: readonly string[] },
): boolean {
  const authors = [plan.requestedBy, ...(plan.setBy ?? [])];
  if (plan.approvalsNeeded > 1 && [approver.id, ...(approver.aliases ?? [])].some((id) => authors.includes(id)))
    return false;
  return isNamedBy(rule, approver);
}

/**
 * Whether this person may have a change taken back: who approved it, and whoever a rule that speaks of it names. Time windows,
 * risk and confidence hold nobody back from restoring what was.
 */
export function mayUndo(
  policy: Policy,
  approver: Approver,
  change: Pick<PolicyFacts, "action" | "target"> & { readonly approvedBy: readonly string[] },
): boolean {
  if (!approver.human) return false;
  if (change.approvedBy.includes(approver.id)) return true;
  return policy.rules.some((rule) => ruleSpeaksOf(rule, change.action, change.target) && isNamedBy(rule, approver));
}

/**
 * Whether this person may let changes happen again after a freeze: whoever may approve something. Anybody may freeze, since
 * nothing is changed by it.
 */
export function mayUnfreeze(policy: Policy, approver: Approver): boolean {
  return policy.rules.some((rule) => isNamedBy(rule, approver));
}

/**
 * Whether this person may have nothing raised for what the matcher covers. One object is for any member, so that the noise of
 * one pod costs nobody his night; what is wider can hide an attack, and is for approvers (of that namespace, where it has one).
 */
export function maySilence(policy: Policy, approver: Approver, matcher: SilenceMatcher): boolean {
  if (!approver.human) return false;
  if (policy.whoMaySilence === "anyone") return true;
  if (policy.whoMaySilence === "approvers-beyond-one" && isOneObject(matcher)) return true;
  return policy.rules.some(
    (rule) =>
      isNamedBy(rule, approver) &&
      (matcher.namespace === undefined ||
        rule.namespaces.some((pattern) => matchesName(pattern, matcher.namespace ?? ""))),
  );
}

function isNamedBy({ approvers: { anyone, people, groups } }: PolicyRule, approver: Approver): boolean {
  if (!approver.human) return false;
  const ids = [approver.id, ...(approver.aliases ?? [])];
  return anyone || ids.some((id) => people.includes(id)) || groups.some((group) => approver.groups.includes(group));
}
