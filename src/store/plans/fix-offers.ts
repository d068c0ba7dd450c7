import { sql } from "kysely";
import type { PlanRefusal } from "../../incident/fix/action-plan.ts";
import type { Database } from "../database.ts";

/** What became of a recommendation: a plan, or the reason why there is none. */
export interface FixOffer {
  readonly recommendationId: string;
  readonly planId: string | null;
  readonly refusal: PlanRefusal | null;
  /** Grows with every new plan or refusal for the recommendation; by the database clock (ms). */
  readonly madeAt: number;
}

/**
 * Notes what became of a recommendation; a later plan for the same recommendation takes its place. A plan that has given way
 * while it was noted takes nobody's: of two that are made at a time the one that stands is on offer.
 */
export async function saveFixOffer(
  database: Database,
  key: { incidentId: string; version: number; recommendationId: string },
  offer: { planId: string } | { refusal: PlanRefusal },
): Promise<void> {
  const planId = "planId" in offer ? offer.planId : null;
  const refusal = "refusal" in offer ? JSON.stringify(offer.refusal) : null;
  await sql`
    insert into fix_offer (incident_id, diagnosis_version, recommendation_id, plan_id, refusal)
    values (${key.incidentId}::bigint, ${key.version}, ${key.recommendationId}, ${planId}, ${refusal}::jsonb)
    on conflict (incident_id, diagnosis_version, recommendation_id)
    do update set plan_id = excluded.plan_id, refusal = excluded.refusal, made_at = clock_timestamp()
     where not exists (select from action_plan p where p.id = excluded.plan_id and p.state = 'superseded')`.execute(
    database.kysely,
  );
}

/** By recommendation; one for which nothing was made yet is not among them. */
export async function fixOffers(
  database: Database,
  incidentId: string,
  version: number,
): Promise<Map<string, FixOffer>> {
  const { rows } = await sql<{
    recommendation_id: string;
    plan_id: string | null;
    refusal: PlanRefusal | null;
    made_at: Date;
  }>`
    select recommendation_id, plan_id, refusal, made_at from fix_offer
    where incident_id = ${incidentId}::bigint and diagnosis_version = ${version}`.execute(database.kysely);
  return new Map(
    rows.map((row) => [
      row.recommendation_id,
      {
        recommendationId: row.recommendation_id,
        planId: row.plan_id,
        refusal: row.refusal,
        madeAt: row.made_at.getTime(),
      },
    ]),
  );
}

/** The diagnosis and recommendation that a plan was made for. */
export async function offerOfPlan(
  database: Database,
  planId: string,
): Promise<{ incidentId: string; version: number; recommendationId: string } | undefined> {
  const { rows } = await sql<{ incident_id: string; diagnosis_version: number; recommendation_id: string }>`
    select incident_id::text, diagnosis_version, recommendation_id from fix_offer where plan_id = ${planId} limit 1`.execute(
    database.kysely,
  );
  const row = rows[0];
  return (
    row && { incidentId: row.incident_id, version: row.diagnosis_version, recommendationId: row.recommendation_id }
  );
}

/** Carries offers over to a newer diagnosis that recommends the same: their plans stay valid, and their buttons as well. */
export async function carryOffers(database: Database, incidentId: string, from: number, to: number): Promise<void> {
  await sql`
    insert into fix_offer (incident_id, diagnosis_version, recommendation_id, plan_id, refusal, made_at)
    select incident_id, ${to}::int, recommendation_id, plan_id, refusal, made_at from fix_offer
     where incident_id = ${incidentId}::bigint and diagnosis_version = ${from}
    on conflict do nothing`.execute(database.kysely);
}
