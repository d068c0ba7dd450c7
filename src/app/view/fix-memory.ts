import { causeTitles } from "../../incident/cause.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import { carryEdits, editableParams, isEditOf } from "../../incident/fix/editable-params.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { sameRef } from "../../incident/object-ref.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";
import type { Database } from "../../store/database.ts";
import { diagnosisOfVersion } from "../../store/incidents/diagnoses.ts";
import { offerOfPlan } from "../../store/plans/fix-offers.ts";
import { plansOf } from "../../store/plans/plans.ts";

/** A plan of this incident with the recommendation that it was made for. */
export interface EarlierPlan {
  readonly stored: StoredPlan;
  readonly recommendation: Recommendation;
}

/** What may make a fix that was rejected worth offering again. */
export interface PresentFacts {
  /** The cause that it is to repair, in words, as it is taken now; and its code. */
  readonly cause: { readonly code: string; readonly text: string } | undefined;
  /** When the symptoms came back last (ms); absent when they never did. */
  readonly cameBackAt?: number;
}

export interface FixMemory {
  /** A person has said no to this, and nothing has changed since: it is not planned again. */
  readonly rejected?: StoredPlan;
  /** A person has said no to it before; it is offered again for this reason, in words. */
  readonly offeredAgain?: string;
  /** What a person had set in it, by whom and in which parameters. */
  readonly edit?: {
    readonly params: Recommendation["params"];
    readonly changed: readonly string[];
    readonly by: string | null;
    readonly setBy: readonly string[];
  };
}

/** A fix that has become likelier to help by this much is another offer. */
const likelierBy = 0.15;
const reasonShown = 200;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);

function sameFix(a: Recommendation, b: Recommendation): boolean {
  if (a.action !== b.action || !sameRef(a.target, b.target)) return false;
  // With other values it is the same proposal where it is made for the same reason: two limits may be on offer at a time.
  return same(a.params, b.params) || (a.reason === b.reason && isEditOf(a.action, a.params, b.params, b.needs));
}

const wasEdited = ({ stored: { plan }, recommendation }: EarlierPlan) => !same(plan.params, recommendation.params);

/** What has changed since a person said no; undefined while nothing has. */
function changedSince({ stored, recommendation: then }: EarlierPlan, now: Recommendation, facts: PresentFacts) {
  const { cause, cameBackAt } = facts;
  if (cause && stored.cause !== null && stored.cause !== cause.code)
    return `the cause is now taken to be: ${cause.text}`;
  if (cameBackAt !== undefined && cameBackAt > (stored.decidedAt ?? 0)) return "the symptoms have come back since";
  if (!same(then.params, now.params)) return "with other values, because the measurements are others now";
  if (now.confidence - stored.confidence >= likelierBy)
    return `it is ${percent(now.confidence)} likely to help now, and was ${percent(stored.confidence)} then`;
  return undefined;
}

/**
 * What people have decided about a fix in this incident before: a newer diagnosis that recommends it again must neither ask
 * twice what was answered, nor forget the values that somebody has set.
 * @param earlier newest first
 */
export function rememberFix(
  recommendation: Recommendation,
  earlier: readonly EarlierPlan[],
  facts: PresentFacts,
): FixMemory {
  const own = earlier.filter((one) => sameFix(one.recommendation, recommendation));
  // Whoever asked for a plan after somebody's no has taken that up again.
  const said = own.find(({ stored }) => stored.plan.state === "rejected" || stored.requestedBy !== null);
  if (said?.stored.plan.state === "rejected") {
    const why = changedSince(said, recommendation, facts);
    if (why === undefined) return { rejected: said.stored };
    const words = said.stored.reason ? ` (“${said.stored.reason.slice(0, reasonShown)}”)` : "";
    return { offeredAgain: `Rejected before${words}; offered again: ${why}.` };
  }
  const left = own.find((one) => one.stored.requestedBy !== null || wasEdited(one));
  if (!left || !wasEdited(left)) return {};
  const carried = carryEdits(
    recommendation.action,
    { proposed: left.recommendation.params, left: left.stored.plan.params },
    recommendation,
  );
  if (!carried.ok || carried.changed.length === 0) return {};
  const { requestedBy, plan } = left.stored;
  const setBy = plan.setBy ?? (requestedBy === null ? [] : [requestedBy]);
  return { edit: { params: carried.params, changed: carried.changed, by: requestedBy, setBy } };
}

/** What stands in a plan in place of what was proposed, as far as it may be shown. */
export function editsOf(
  plan: StoredPlan["plan"],
  recommendation: Recommendation,
): readonly { readonly name: string; readonly value?: string }[] {
  if (same(plan.params, recommendation.params)) return [];
  const proposed = new Map(editableParams(plan.action, recommendation.params).map((one) => [one.name, one]));
  return editableParams(plan.action, plan.params)
    .filter(({ name, shown, hidden }) => hidden || shown !== proposed.get(name)?.shown)
    .map(({ name, shown }) => ({ name, ...(shown === undefined ? {} : { value: shown }) }));
}

/** The plans of an incident that people may have decided about, newest first, each with what it was made for. */
export async function earlierPlans(
  database: Database,
  incidentId: string,
  known?: readonly StoredPlan[],
): Promise<EarlierPlan[]> {
  const plans = known ?? (await plansOf(database, incidentId));
  const found: EarlierPlan[] = [];
  for (const stored of plans) {
    const offer = await offerOfPlan(database, stored.plan.id);
    const made = offer && (await diagnosisOfVersion(database, incidentId, offer.version));
    const recommendation = made?.recommendations.find((one) => one.id === offer?.recommendationId);
    if (recommendation) found.push({ stored, recommendation });
  }
  return found;
}

/** How a fix looks against what people have decided, from a diagnosis and the incident's timeline. */
export function presentFacts(
  recommendation: Recommendation,
  { hypotheses }: Pick<Diagnosis, "hypotheses">,
  timeline: readonly { readonly at: number; readonly kind: string }[],
): PresentFacts {
  const code = recommendation.cause ?? hypotheses[0]?.cause;
  const culprit = hypotheses.find(({ cause }) => cause === code)?.culprit;
  const cameBackAt = timeline.findLast(({ kind }) => kind === "recurred" || kind === "recur")?.at;
  return {
    cause: code && { code, text: culprit ? causeText(code, culprit) : causeTitles[code] },
    ...(cameBackAt === undefined ? {} : { cameBackAt }),
  };
}
