import { type VerifyOutcome, verifyPlan } from "../../actions/verify/verify.ts";
import { upperFirst } from "../../bot/words.ts";
import type { Observation } from "../../cluster/observation.ts";
import { blindFamilies } from "../../detection/blind/blind-families.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import type { VerificationVerdict } from "../../incident/fix/execution.ts";
import { nextStepText } from "../../incident/fix/ladder.ts";
import { measuresText } from "../../incident/fix/measure-text.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { verdictWords } from "../../incident/fix/verdict-words.ts";
import type { Incident } from "../../incident/incident.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { getIncident, touchIncident } from "../../store/incidents/incidents.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";
import type { Jobs } from "../../store/jobs.ts";
import type { createPlanStore } from "../../store/plans/plan-store.ts";
import { queues } from "../queues.ts";
import { unitOf } from "../view/unit-of.ts";
import { measureChange } from "./measure-change.ts";
import type { SymptomMemory } from "./symptom-memory.ts";

export interface VerifyStepDeps {
  readonly database: Database;
  readonly plans: ReturnType<typeof createPlanStore>;
  readonly observation: Observation;
  readonly jobs: Jobs;
  readonly redact: Redact;
  readonly log: Logger;
  readonly changed: (incidentId: string) => Promise<void>;
  /** Told of plans that asked an application to heal itself, as long as they have no verdict. */
  readonly healed?: (planId: string, target: ObjectRef, at: number) => void;
  /** Without it what came back after a change counts as begun then. */
  readonly symptoms?: SymptomMemory;
}

/** Where the fix stood on the ladder, and what is next. */
async function nextStep(deps: VerifyStepDeps, stored: StoredPlan, verdict: VerificationVerdict): Promise<string> {
  if (verdict === "recovered") return "";
  const { incidentId, action, target, recommendationId } = stored.plan;
  const latest = await latestDiagnosis(deps.database, incidentId);
  const cause = latest?.recommendations.find((one) => one.action === action)?.cause ?? stored.cause;
  const done = { id: recommendationId, action, target, ...(cause ? { cause } : {}) };
  const text = nextStepText(done, latest?.recommendations ?? []);
  const undo = stored.plan.undo.length > 0 ? " It can be undone." : "";
  return `${text ? ` ${text}` : ""}${undo}`;
}

async function tell(
  deps: VerifyStepDeps,
  stored: StoredPlan,
  outcome: Extract<VerifyOutcome, { type: "verified" }>,
  now: number,
): Promise<void> {
  const { verdict, reason } = outcome.verification;
  const { incidentId, action, target, params } = stored.plan;
  const { measures = [] } = outcome.verification;
  const measured = measures.length > 0 ? ` Measured: ${measuresText(measures)}.` : "";
  const next = outcome.undo ? " It is being undone." : await nextStep(deps, stored, verdict);
  await addToTimeline(deps.database, incidentId, {
    at: now,
    kind: "verified",
    text: deps.redact(
      `${upperFirst(verdictWords[verdict])}: ${actionTitle(action, target, params)}. ${reason}${measured}${next}`,
    ),
  });
  await touchIncident(deps.database, incidentId);
  // What it made stale is planned again, so that the next step is on offer at once.
  if (verdict !== "recovered" && !outcome.undo) await deps.jobs.send(queues.plan, { incidentId }, { key: incidentId });
  await deps.changed(incidentId);
  deps.log.info({ incident: incidentId, plan: stored.plan.id, verdict }, "plan.verified");
}

/** What has never been seen is not lost: not every kind is watched. */
function isLost({ objects }: Observation, { target, targetUid }: StoredPlan["plan"]): boolean {
  const found = objects.find(target);
  return found !== undefined && (found.deletedAt !== undefined || found.object.metadata.uid !== targetUid);
}

/** Longer than whoever detects the incident takes to judge: after that nobody will (ms). */
const unwatchedMs = 5 * 60_000;

/**
 * Detection does not hold incidents that people declared, nor those that were over when it began: of a change made for one of
 * them nobody can tell whether it helped, and whatever waits for that to be known would wait for ever.
 */
async function closeUnwatched(
  deps: VerifyStepDeps,
  stored: StoredPlan,
  { appliedAt, now }: { readonly appliedAt: number; readonly now: number },
): Promise<void> {
  const { id: planId, incidentId, verifyWithinMs } = stored.plan;
  if (now - appliedAt < verifyWithinMs + unwatchedMs) return;
  const reason = "No detector watches this incident, so nobody can tell for it.";
  const verification = { planId, verdict: "unknown", reason, at: now, remaining: [], fresh: [] } as const;
  if (!(await deps.plans.saveVerification(verification))) return;
  const incident = await getIncident(deps.database, incidentId);
  if (incident && incident.status !== "resolved") await tell(deps, stored, { type: "verified", verification }, now);
}

/**
 * Asks the detectors about every applied plan that has no verdict yet. What made things worse is taken back.
 * @param active what all detectors report now
 */
export async function verifyStep(
  deps: VerifyStepDeps,
  incidents: readonly Incident[],
  active: readonly Anomaly[],
  now: number,
): Promise<void> {
  const waiting = await deps.plans.toVerify();
  const judged = waiting.filter(({ plan }) => incidents.some((one) => one.id === plan.incidentId));
  deps.symptoms?.keep(new Set(judged.map(({ plan }) => plan.id)));
  if (waiting.length === 0) return;
  const { now: databaseNow } = await deps.plans.standing();
  const blindTo = blindFamilies(active);
  for (const stored of waiting) {
    const incident = incidents.find((one) => one.id === stored.plan.incidentId);
    if (stored.appliedAt === null) continue;
    // The row is dated by the database's clock, the anomalies by ours.
    const appliedAt = now - Math.max(0, databaseNow - stored.appliedAt);
    if (!incident) {
      await closeUnwatched(deps, stored, { appliedAt, now });
      continue;
    }
    if (stored.plan.action === "soft-heal") deps.healed?.(stored.plan.id, stored.plan.target, appliedAt);
    const affected = new Set([incident.target, ...incident.affected].map(refKey));
    const outcome = await verifyPlan(
      stored.plan.id,
      {
        anomalies: (await deps.symptoms?.recall(stored.plan.id, incident.anomalies, appliedAt)) ?? incident.anomalies,
        onAffected: active.filter((anomaly) => affected.has(refKey(anomaly.target))),
        blindTo,
        appliedAt,
        now,
        targetLost: isLost(deps.observation, stored.plan),
        measure: () => measureChange(incident, deps.observation, unitOf, { appliedAt, now }),
      },
      {
        plans: deps.plans,
        look: async (ref) => deps.observation.objects.get(ref.kind, ref.namespace, ref.name),
        isGone: (ref) => deps.observation.objects.find(ref)?.deletedAt !== undefined,
        undo: async (planId) => {
          await deps.jobs.send(queues.undo, { planId, by: "kubemend" }, { key: planId });
          return { type: "pending", planId, detail: "the actor undoes it" };
        },
      },
    );
    if (outcome.type === "verified") await tell(deps, stored, outcome, now);
  }
}
