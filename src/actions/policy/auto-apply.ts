import type { PastOutcome } from "../../incident/fix/action-record.ts";
import { matchesName } from "./matches-name.ts";
import { judge, needsSecondFactor, type PolicyFacts } from "./policy.ts";
import type { Policy } from "./policy-file.ts";

/** What an action has come to against a cause, on targets of one kind. */
interface ActionRecord {
  readonly kind: string;
  readonly outcomes: readonly PastOutcome[];
}

/** `notRecovered` counts what made things worse as well. */
interface Outcomes {
  readonly recovered: number;
  readonly notRecovered: number;
}

type AutoVerdict =
  | { readonly apply: true }
  /** `detail`: the policy names it, but its failures weigh too much. */
  | { readonly apply: false; readonly detail?: string };

const dayMs = 24 * 3_600_000;
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

function countedSince(from: number, outcomes: readonly PastOutcome[]): Outcomes {
  const counting = outcomes.filter(({ at }) => at > from);
  const recovered = counting.filter((outcome) => outcome.recovered).length;
  return { recovered, notRecovered: counting.length - recovered };
}

/** Whether the policy lets this change be applied by itself. Nothing is automatic by default. */
export function judgeAutoApply(policy: Policy, facts: PolicyFacts, { kind, outcomes }: ActionRecord): AutoVerdict {
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
  const proofs = naming.map(({ afterSuccesses, withinDays }) => {
    return { afterSuccesses, withinDays, counted: countedSince(facts.at - withinDays * dayMs, outcomes) };
  });
  if (proofs.some(({ afterSuccesses, counted }) => hasProvenItself(afterSuccesses, counted))) return { apply: true };
  const failed = proofs.find(({ afterSuccesses, counted }) => counted.recovered >= afterSuccesses);
  if (!failed) return { apply: false };
  const { recovered, notRecovered } = failed.counted;
  const share = Math.floor(surelyRecovers(failed.counted) * 100);
  return {
    apply: false,
    detail: `Not applied by itself: against this cause ${facts.action} of a ${kind} helped ${recovered} times and did not ${notRecovered} times in the last ${failed.withinDays} days, so no more than ${share} % can be relied on. Somebody has to approve it.`,
  };
}
