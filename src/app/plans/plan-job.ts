import type { ActorPreviewPort } from "../../actions/cluster-port.ts";
import { makePlan } from "../../actions/plan/plan.ts";
import type { PlanStore } from "../../actions/plan/plan-store.ts";
import type { Policy } from "../../actions/policy/policy-file.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { isEditOf } from "../../incident/fix/editable-params.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { getIncident, touchIncident } from "../../store/incidents/incidents.ts";
import { timelineOf } from "../../store/incidents/timeline.ts";
import { type FixOffer, fixOffers, saveFixOffer } from "../../store/plans/fix-offers.ts";
import { plansOf, supersedeProposals } from "../../store/plans/plans.ts";
import { incidentJob, recommendationOf, replanJob } from "../queues.ts";
import { isBusy } from "../view/build-view.ts";
import { earlierPlans, type FixMemory, presentFacts, rememberFix } from "../view/fix-memory.ts";
import { applyByPolicy, isTurnOf } from "./apply-by-policy.ts";
import { isOwnIncident } from "./is-own-incident.ts";

export interface PlanJobDeps {
  readonly database: Database;
  readonly plans: PlanStore;
  readonly cluster: ActorPreviewPort;
  /** Jobs about incidents of other clusters are left undone: their objects are not the ones behind `cluster`. */
  readonly clusterName?: string;
  readonly policy: Policy;
  readonly redact: Redact;
  readonly now: () => number;
  readonly log: Logger;
  /** Called when something that people see has changed. */
  readonly changed: (incidentId: string) => Promise<void>;
}

interface PlanInput {
  readonly incidentId: string;
  readonly version: number;
  readonly recommendation: Recommendation;
  readonly cause: CauseCode | null;
  readonly requestedBy: string | null;
  readonly edited?: readonly string[];
  /** Ids of those who have set values in it. */
  readonly setBy?: readonly string[];
  /** All recommendations of the diagnosis. */
  readonly ladder?: readonly Recommendation[];
}

const plansMade = 3;

/** Makes and keeps a plan for one recommendation, or keeps the reason why there is none. @returns whether there is one. */
async function planRecommendation(deps: PlanJobDeps, input: PlanInput): Promise<boolean> {
  const { recommendation, incidentId, version, cause, requestedBy } = input;
  const { plans } = deps;
  const outcome = await makePlan(
    { incidentId, recommendation, ...(input.setBy ? { setBy: input.setBy } : {}) },
    {
      cluster: deps.cluster,
      redact: deps.redact,
      policy: deps.policy,
      now: deps.now,
      newId: plans.newId,
      standing: plans.standing,
    },
  );
  const key = { incidentId, version, recommendationId: recommendation.id };
  if (outcome.type === "planned") {
    await plans.save(outcome.plan, {
      requestedBy,
      cause,
      confidence: recommendation.confidence,
      ...(input.edited ? { edited: input.edited } : {}),
    });
    await saveFixOffer(deps.database, key, { planId: outcome.plan.id });
    if (requestedBy === null && (await isTurnOf(deps, input))) await applyByPolicy(deps, outcome.plan);
  } else await saveFixOffer(deps.database, key, { refusal: outcome.refusal });
  const said = outcome.type === "planned" ? { plan: outcome.plan.id } : { refusal: outcome.refusal.reason };
  deps.log.info({ incident: incidentId, action: recommendation.action, ...said }, "plan.made");
  return outcome.type === "planned";
}

/** Plans anew what people may have decided about before: a no stands until something has changed, and so does a value they set. */
async function planAgain(deps: PlanJobDeps, input: PlanInput, memory: FixMemory): Promise<void> {
  const { incidentId, version, recommendation } = input;
  if (memory.rejected) {
    const planId = memory.rejected.plan.id;
    await saveFixOffer(deps.database, { incidentId, version, recommendationId: recommendation.id }, { planId });
    deps.log.info({ incident: incidentId, action: recommendation.action, plan: planId }, "plan.rejected-before");
    return;
  }
  const { edit } = memory;
  const kept = edit && {
    ...input,
    recommendation: { ...recommendation, params: edit.params, needs: [] },
    requestedBy: edit.by,
    edited: edit.changed,
    setBy: edit.setBy,
  };
  // A value that the cluster does not take any more gives way to the proposal.
  if (kept && (await planRecommendation(deps, kept))) return;
  await planRecommendation(deps, input);
}

async function tell(deps: PlanJobDeps, incidentId: string): Promise<void> {
  await touchIncident(deps.database, incidentId);
  await deps.changed(incidentId);
}

/**
 * What is on offer for a recommendation by kubemend's own proposal. A plan that another change made stale gives way: when
 * that one did not help, the offer stands again, against the cluster as it is. So does one that a freeze kept from being made.
 */
async function standingOffer({ plans }: PlanJobDeps, offer: FixOffer): Promise<ActionPlan | "gave-way" | undefined> {
  if (offer.refusal?.reason === "frozen") return "gave-way";
  const stored = offer.planId === null ? undefined : await plans.get(offer.planId);
  if (stored?.plan.state === "superseded") return "gave-way";
  return stored?.requestedBy === null ? stored.plan : undefined;
}

/** Queues are one cluster's own; this holds even if a job strays into another's. */
async function isForeign({ database, clusterName, log }: PlanJobDeps, incidentId: string): Promise<boolean> {
  if (clusterName === undefined || (await isOwnIncident(database, clusterName, incidentId))) return false;
  log.error({ incident: incidentId, cluster: clusterName }, "plan.other-cluster");
  return true;
}

/** Handles a planning job: every recommendation of the newest diagnosis has a plan or a reason. */
export function planJob(deps: PlanJobDeps): (data: object) => Promise<void> {
  return async (data) => {
    const { incidentId } = incidentJob.parse(data);
    if (await isForeign(deps, incidentId)) return;
    const latest = await latestDiagnosis(deps.database, incidentId);
    const incident = latest && (await getIncident(deps.database, incidentId));
    if (!incident || (await plansOf(deps.database, incidentId)).some((stored) => isBusy(stored, incident))) return;
    const { version, hypotheses } = latest.diagnosis;
    const known = await fixOffers(deps.database, incidentId, version);
    const [earlier, timeline] = await Promise.all([
      earlierPlans(deps.database, incidentId),
      timelineOf(deps.database, incidentId),
    ]);
    if (known.size === 0) await supersedeProposals(deps.database, incidentId);
    for (const recommendation of latest.recommendations.slice(0, plansMade)) {
      const offer = known.get(recommendation.id);
      const input = {
        incidentId,
        version,
        recommendation,
        cause: recommendation.cause ?? hypotheses[0]?.cause ?? null,
        requestedBy: null,
        ladder: latest.recommendations,
      };
      // A change that the policy let through is on its way: another one now would prove nothing.
      if ((await plansOf(deps.database, incidentId)).some((stored) => isBusy(stored, incident))) break;
      const standing = offer && (await standingOffer(deps, offer));
      if (!offer || standing === "gave-way") {
        const facts = presentFacts(recommendation, latest.diagnosis, timeline);
        await planAgain(deps, input, rememberFix(recommendation, earlier, facts));
      }
      // It was not its turn when it was planned.
      else if (standing?.state === "proposed" && (await isTurnOf(deps, input))) await applyByPolicy(deps, standing);
    }
    await tell(deps, incidentId);
  };
}

/** A request to plan is held against the diagnosis as it is stored: it may differ in what people may edit, and in nothing else. */
async function isOffered({ database }: PlanJobDeps, incidentId: string, wanted: Recommendation): Promise<boolean> {
  const latest = await latestDiagnosis(database, incidentId);
  return (latest?.recommendations ?? []).some(
    (one) =>
      one.id === wanted.id &&
      one.action === wanted.action &&
      sameRef(one.target, wanted.target) &&
      isEditOf(one.action, one.params, wanted.params, one.needs),
  );
}

/** Handles a request for one plan made anew. */
export function replanOne(deps: PlanJobDeps): (data: object) => Promise<void> {
  return async (data) => {
    const job = replanJob.parse(data);
    const { incidentId, version, cause, requestedBy, edited, setBy } = job;
    if (await isForeign(deps, incidentId)) return;
    const recommendation = recommendationOf(job);
    if (await isOffered(deps, incidentId, recommendation)) {
      await planRecommendation(deps, { incidentId, version, cause, requestedBy, edited, setBy, recommendation });
    } else deps.log.warn({ incident: incidentId, action: recommendation.action }, "replan.not-offered");
    await tell(deps, incidentId);
  };
}
