import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ActorPreviewPort } from "../actions/cluster-port.ts";
import { makePlan } from "../actions/plan.ts";
import type { Policy } from "../actions/policy-file.ts";
import type { FixView } from "../bot/incident-view.ts";
import type { Recommendation } from "../incident/recommendation.ts";
import type { Redact } from "../incident/redacted.ts";
import type { Logger } from "../lib/logger.ts";
import type { Database } from "../store/database.ts";
import { latestDiagnosis } from "../store/diagnoses.ts";
import { fixOffers, saveFixOffer } from "../store/fix-offers.ts";
import { touchIncident } from "../store/incidents.ts";
import { getPlan, planStanding, plansOf, savePlan } from "../store/plans.ts";
import { isBusy } from "./build-view.ts";

export interface PlanJobDeps {
  readonly database: Database;
  readonly cluster: ActorPreviewPort;
  readonly policy: Policy;
  readonly redact: Redact;
  readonly now: () => number;
  readonly log: Logger;
  /** Called when something that people see has changed. */
  readonly changed: (incidentId: string) => Promise<void>;
}

const job = z.object({ incidentId: z.string() });
const plansMade = 3;

/** Makes and keeps a plan for one recommendation, or keeps the reason why there is none. */
export async function planRecommendation(
  deps: PlanJobDeps,
  input: { incidentId: string; version: number; recommendation: Recommendation; cause: string | null; requestedBy: string | null },
): Promise<FixView> {
  const { database } = deps;
  const { recommendation, incidentId, version } = input;
  const outcome = await makePlan(
    { incidentId, recommendation },
    {
      cluster: deps.cluster,
      redact: deps.redact,
      policy: deps.policy,
      now: deps.now,
      newId: randomUUID,
      standing: (namespace) => planStanding(database, namespace),
    },
  );
  const key = { incidentId, version, recommendationId: recommendation.id };
  if (outcome.type === "refused") {
    await saveFixOffer(database, key, { refusal: outcome.refusal });
    return { recommendation, refusal: outcome.refusal };
  }
  await savePlan(database, outcome.plan, { requestedBy: input.requestedBy, cause: input.cause, confidence: recommendation.confidence });
  await saveFixOffer(database, key, { planId: outcome.plan.id });
  const plan = await getPlan(database, outcome.plan.id);
  return { recommendation, ...(plan ? { plan } : {}) };
}

/** Handles one planning job: every recommendation of the newest diagnosis has a plan or a reason. */
export function planJob(deps: PlanJobDeps): (data: object) => Promise<void> {
  return async (data) => {
    const { incidentId } = job.parse(data);
    const latest = await latestDiagnosis(deps.database, incidentId);
    if (!latest) return;
    if ((await plansOf(deps.database, incidentId)).some(isBusy)) return;
    const { version, hypotheses } = latest.diagnosis;
    const known = await fixOffers(deps.database, incidentId, version);
    for (const recommendation of latest.recommendations.slice(0, plansMade)) {
      if (known.has(recommendation.id)) continue;
      const fix = await planRecommendation(deps, { incidentId, version, recommendation, cause: hypotheses[0]?.cause ?? null, requestedBy: null });
      deps.log.info({ incident: incidentId, action: recommendation.action, plan: fix.plan?.plan.id, refusal: fix.refusal?.reason }, "plan.made");
    }
    await touchIncident(deps.database, incidentId);
    await deps.changed(incidentId);
  };
}
