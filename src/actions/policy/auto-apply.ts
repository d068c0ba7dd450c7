import { matchesName } from "./matches-name.ts";
import { judge, needsSecondFactor, type PolicyFacts } from "./policy.ts";
import type { Policy } from "./policy-file.ts";

/** What became of an action against a cause. `notRecovered` counts what made things worse as well. */
interface Outcomes {
  readonly recovered: number;
  readonly notRecovered: number;
}

type AutoVerdict =
  | { readonly apply: true }
  /** `detail`: the policy names it, but its failures weigh too much. */
  | { readonly apply: false; readonly detail?: string };

/** One-sided 95 % of the normal distribution. */
const z = 1.645;
/** What has failed at all must help more often than not, by the same bound. */
const leastShare = 0.5;

/** The share of recoveries that the record leaves no doubt about: the lower end of Wilson's score interval (Wilson 1927). */
function surelyRecovers({ recovered, notRecovered }: Outcomes): number {
  const tried = recovered + notRecovered;
  if (tried === 0) return 0;
  const share = recovered / tried;
  const spread = z * Math.sqrt((share * (1 - share)) / tried + z ** 2 / (4 * tried ** 2));
  return (share + z ** 2 / (2 * tried) - spread) / (1 + z ** 2 / tried);
}

/** With failures the record must convince as much as `afterSuccesses` recoveries in a row would. */
function hasProvenItself(afterSuccesses: number, outcomes: Outcomes): boolean {
  if (outcomes.recovered < afterSuccesses) return false;
  if (outcomes.notRecovered === 0) return true;
  const asked = surelyRecovers({ recovered: afterSuccesses, notRecovered: 0 });
  return surelyRecovers(outcomes) >= Math.max(leastShare, asked);
}

/** Whether the policy lets this change be applied by itself. Nothing is automatic by default. */
export function judgeAutoApply(policy: Policy, facts: PolicyFacts, outcomes: Outcomes): AutoVerdict {
  const verdict = judge(policy, facts);
  // What needs two people, or a person's code, cannot be left to none.
  if (!verdict.allow || verdict.approvals > 1 || needsSecondFactor(verdict.rule, facts.risk)) return { apply: false };
  const naming = policy.autoApply.filter(
    (entry) =>
      entry.actions.includes(facts.action) &&
      entry.namespaces.some((pattern) => matchesName(pattern, facts.target.namespace ?? "")) &&
      (!entry.kinds || entry.kinds.includes(facts.target.kind)) &&
      facts.confidence >= entry.minConfidence,
  );
  if (naming.some((entry) => hasProvenItself(entry.afterSuccesses, outcomes))) return { apply: true };
  const { recovered, notRecovered } = outcomes;
  if (!naming.some((entry) => recovered >= entry.afterSuccesses)) return { apply: false };
  const share = Math.floor(surelyRecovers(outcomes) * 100);
  return {
    apply: false,
    detail: `Not applied by itself: against this cause ${facts.action} helped ${recovered} times and did not ${notRecovered} times, so no more than ${share} % can be relied on. Somebody has to approve it.`,
  };
}
