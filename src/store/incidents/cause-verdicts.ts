import { sql } from "kysely";
import type { Person } from "../../incident/approval.ts";
import type { CauseCode } from "../../incident/cause.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { Database } from "../database.ts";
import { standingVerdict } from "../plans/standing-verdict.ts";

/** Keeps a person's word that this is not the cause; an opinion given before gives way. @returns false when the same person has said it before. */
export async function rejectCause(
  database: Database,
  verdict: { readonly incidentId: string; readonly cause: CauseCode; readonly culprit: ObjectRef; readonly by: Person },
): Promise<boolean> {
  const { incidentId, cause, culprit, by } = verdict;
  const { numAffectedRows } = await sql`
    insert into cause_verdict (incident_id, cause, culprit_key, culprit, by_id, by_name, verdict)
    values (${incidentId}::bigint, ${cause}, ${refKey(culprit)}, ${JSON.stringify(culprit)}::jsonb, ${by.id}, ${by.name}, 'rejected')
    on conflict (incident_id, cause, culprit_key, by_id) do update set verdict = 'rejected', at = now()
     where cause_verdict.verdict <> 'rejected'`.execute(database.kysely);
  return numAffectedRows === 1n;
}

/**
 * Keeps a person's opinion of a cause: it counts for later diagnoses and rules nothing out. The latest one stands; who has
 * ruled the cause out in this incident has said more than that.
 * @returns false when nothing changed by it.
 */
export async function rateCause(
  database: Database,
  rating: {
    readonly incidentId: string;
    readonly cause: CauseCode;
    readonly culprit: ObjectRef;
    readonly by: Person;
    readonly verdict: "right" | "wrong";
  },
): Promise<boolean> {
  const { incidentId, cause, culprit, by, verdict } = rating;
  const { numAffectedRows } = await sql`
    insert into cause_verdict (incident_id, cause, culprit_key, culprit, by_id, by_name, verdict)
    values (${incidentId}::bigint, ${cause}, ${refKey(culprit)}, ${JSON.stringify(culprit)}::jsonb, ${by.id}, ${by.name}, ${verdict})
    on conflict (incident_id, cause, culprit_key, by_id) do update set verdict = ${verdict}, at = now()
     where cause_verdict.verdict <> 'rejected' and cause_verdict.verdict <> ${verdict}`.execute(database.kysely);
  return numAffectedRows === 1n;
}

/**
 * Of the incidents opened after `since` (ms) whose cause is settled: in how many the cause named first was right. A fix that was
 * seen to help or a thumb up settles it as right; a thumb down or "Not this cause" as wrong, also where others liked it.
 */
export async function causePrecision(
  database: Database,
  cluster: string,
  since: number,
): Promise<{ readonly right: number; readonly wrong: number }> {
  const { rows } = await sql<{ right: number; wrong: number }>`
    with settled as (
      select i.id,
             exists (select from cause_verdict v where v.incident_id = i.id and v.verdict in ('rejected', 'wrong')) as wrong,
             exists (select from cause_verdict v where v.incident_id = i.id and v.verdict = 'right')
               or exists (select from action_plan p join verification v on v.plan_id = p.id
                           where p.incident_id = i.id::text and ${standingVerdict} = 'recovered') as good
        from incident i
       where i.cluster = ${cluster} and i.merged_into is null and i.opened_at > ${new Date(since)})
    select count(*) filter (where good and not wrong)::int as right, count(*) filter (where wrong)::int as wrong from settled`.execute(
    database.kysely,
  );
  return rows[0] ?? { right: 0, wrong: 0 };
}
