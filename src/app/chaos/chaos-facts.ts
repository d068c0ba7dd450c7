import type { IncidentFacts } from "../../chaos/score.ts";
import type { Database } from "../../store/database.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { listIncidents } from "../../store/incidents/incidents.ts";
import { plansOf } from "../../store/plans/plans.ts";

/** More incidents than this in one experiment are no longer told apart by anybody. */
const mostIncidents = 200;

/** What kubemend made of the time since a moment (ms): incidents that were opened or changed, with diagnosis and fixes. */
export async function incidentFactsSince(database: Database, cluster: string, since: number): Promise<IncidentFacts[]> {
  const all = await listIncidents(database, { cluster, limit: mostIncidents });
  const facts: IncidentFacts[] = [];
  // What was merged is a part of another one by now, and is told of there.
  const own = all.filter(({ mergedInto }) => mergedInto === undefined);
  for (const incident of own.filter(({ updatedAt, openedAt }) => updatedAt >= since || openedAt >= since)) {
    const { id, openedAt, target, affected, anomalies, resolvedAt } = incident;
    const latest = await latestDiagnosis(database, id);
    const plans = (await plansOf(database, id)).toReversed();
    facts.push({
      id,
      openedAt,
      target,
      affected,
      anomalies,
      resolvedAt,
      hypotheses: latest?.diagnosis.hypotheses ?? [],
      // In the order of the diagnosis: what stands first is what people are shown first.
      fixes: (latest?.recommendations ?? []).map((one) => ({ action: one.action, target: one.target })),
      applied: plans
        .filter(({ executions }) => executions.some(({ kind, outcome }) => kind === "apply" && outcome === "applied"))
        .map(({ plan, verification, appliedAt }) => ({
          action: plan.action,
          verdict: verification?.verdict ?? "pending",
          ...(appliedAt === null ? {} : { at: appliedAt }),
        })),
    });
  }
  return facts;
}
