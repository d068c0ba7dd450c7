import type { FixView, IncidentView } from "../../bot/incident-view.ts";
import { titleOf } from "../../incident/diagnosis/title.ts";
import type { PlanState } from "../../incident/fix/action-plan.ts";
import { rungOf } from "../../incident/fix/ladder.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Database } from "../../store/database.ts";
import { evidenceOf, latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { getIncident } from "../../store/incidents/incidents.ts";
import { mergedWith } from "../../store/incidents/merged.ts";
import { timelineOf } from "../../store/incidents/timeline.ts";
import { isActorThere } from "../../store/plans/actor-presence.ts";
import { fixOffers } from "../../store/plans/fix-offers.ts";
import { getFreeze } from "../../store/plans/freeze.ts";
import { getPlan, plansOf } from "../../store/plans/plans.ts";
import { earlierPlans, editsOf, presentFacts, rememberFix } from "./fix-memory.ts";
import { frozenByOf } from "./frozen-by.ts";

/** Once somebody has decided, the fix stays in the picture whatever later diagnoses recommend. */
const decided: ReadonlySet<PlanState> = new Set(["approved", "executing", "applied", "undone", "failed"]);

const fixesOffered = 3;

/** Fixes of earlier diagnoses that people decided about, in the order in which they did. */
async function decidedFixes(database: Database, incidentId: string, plans: readonly StoredPlan[]): Promise<FixView[]> {
  const done = plans.filter((stored) => decided.has(stored.plan.state));
  const fixes = await earlierPlans(database, incidentId, done);
  return fixes.reverse().map(({ stored, recommendation }) => withPlan(recommendation, stored));
}

function withPlan(recommendation: Recommendation, plan: StoredPlan): FixView {
  const edits = editsOf(plan.plan, recommendation);
  return { recommendation, plan, ...(edits.length > 0 ? { edits } : {}) };
}

interface OfferContext {
  readonly database: Database;
  readonly incidentId: string;
  readonly latest: NonNullable<Awaited<ReturnType<typeof latestDiagnosis>>>;
  readonly plans: readonly StoredPlan[];
  readonly timeline: Awaited<ReturnType<typeof timelineOf>>;
}

/** Fixes of the newest diagnosis about which nobody has decided yet, or which are there again after a decision. */
async function offeredFixes(context: OfferContext, decidedPlans: ReadonlySet<string | undefined>): Promise<FixView[]> {
  const { database, incidentId, latest, plans, timeline } = context;
  const offers = await fixOffers(database, incidentId, latest.diagnosis.version);
  const refused = plans.some(({ plan }) => plan.state === "rejected");
  const earlier = refused ? await earlierPlans(database, incidentId, plans) : [];
  const offered: FixView[] = [];
  for (const recommendation of latest.recommendations.slice(0, fixesOffered)) {
    const offer = offers.get(recommendation.id);
    if (offer?.planId && decidedPlans.has(offer.planId)) continue;
    const plan = offer?.planId ? await getPlan(database, offer.planId) : undefined;
    const facts = presentFacts(recommendation, latest.diagnosis, timeline);
    const { offeredAgain } = rememberFix(recommendation, earlier, facts);
    offered.push({
      ...(plan ? withPlan(recommendation, plan) : { recommendation }),
      ...(offer?.refusal ? { refusal: offer.refusal } : {}),
      ...(offeredAgain && plan?.plan.state !== "rejected" ? { offeredAgain } : {}),
    });
  }
  return offered;
}

/** Everything people can see of an incident, from its rows alone. `webUrl`: under which people reach the pages. */
export async function buildView(
  database: Database,
  incidentId: string,
  webUrl?: string,
): Promise<IncidentView | undefined> {
  const incident = await getIncident(database, incidentId);
  if (!incident) return undefined;
  const [latest, evidence, timeline, freeze, plans, { whole, parts }] = await Promise.all([
    latestDiagnosis(database, incidentId),
    evidenceOf(database, incidentId),
    timelineOf(database, incidentId),
    getFreeze(database),
    plansOf(database, incidentId),
    mergedWith(database, incident),
  ]);
  const done = await decidedFixes(database, incidentId, plans);
  // While a change is on its way or being judged, other changes are not on offer: two at once prove nothing.
  const busy = done.some((fix) => fix.plan && isBusy(fix.plan, incident));
  const decidedPlans = new Set(done.map((fix) => fix.plan?.plan.id));
  const offered =
    latest && !busy ? await offeredFixes({ database, incidentId, latest, plans, timeline }, decidedPlans) : [];
  const unchecked = offered.some((fix) => !fix.plan && !fix.refusal);
  const actorAway = unchecked && !(await isActorThere(database, incident.cluster));
  return {
    incident: { ...incident, title: titleOf(incident, latest?.diagnosis) },
    revision: incident.revision,
    acknowledgedBy: incident.acknowledgedBy,
    ...(latest ? { diagnosis: latest.diagnosis } : {}),
    ...(whole ? { whole } : {}),
    ...(parts.length > 0 ? { parts } : {}),
    evidence,
    fixes: withRungs([...done, ...offered], latest?.recommendations ?? []),
    timeline,
    frozen: freeze.frozen,
    ...frozenByOf(freeze),
    ...(actorAway ? { actorAway } : {}),
    ...(webUrl === undefined ? {} : { url: new URL(`/incidents/${incidentId}`, webUrl).href }),
  };
}

/** Each fix with its place on the ladder, of which the steps that were tried are a part. */
function withRungs(fixes: readonly FixView[], recommendations: readonly Recommendation[]): FixView[] {
  const tried = fixes.map((fix) => fix.recommendation);
  const all = [...tried, ...recommendations.filter((one) => !tried.some((known) => known.action === one.action))];
  return fixes.map((fix) => {
    const rung = rungOf(fix.recommendation, all);
    return rung ? { ...fix, rung } : fix;
  });
}

/**
 * A decided plan whose effect is not known yet, or that has helped. It has not when trouble was found after it was judged: of
 * an incident that was opened again by that, the old change is over.
 */
export function isBusy(stored: StoredPlan, { anomalies }: Pick<Incident, "anomalies">): boolean {
  const { state } = stored.plan;
  if (state === "approved" || state === "executing") return true;
  if (state !== "applied") return false;
  const { verification } = stored;
  if (verification === null) return true;
  const cameBack = anomalies.some(({ endsAt, detectedAt }) => endsAt === undefined && detectedAt > verification.at);
  return verification.verdict === "recovered" && !cameBack;
}
