import { sql } from "kysely";
import type { Person } from "../incident/approval.ts";
import type { CauseCode } from "../incident/cause.ts";
import { type ObjectRef, refKey } from "../incident/object-ref.ts";
import type { Database } from "./database.ts";

/** Keeps a person's word that this is not the cause. @returns false when the same person has said it before. */
export async function rejectCause(
  database: Database,
  verdict: { readonly incidentId: string; readonly cause: CauseCode; readonly culprit: ObjectRef; readonly by: Person },
): Promise<boolean> {
  const { incidentId, cause, culprit, by } = verdict;
  const { numAffectedRows } = await sql`
    insert into cause_verdict (incident_id, cause, culprit_key, culprit, by_id, by_name)
    values (${incidentId}::bigint, ${cause}, ${refKey(culprit)}, ${JSON.stringify(culprit)}::jsonb, ${by.id}, ${by.name})
    on conflict do nothing`.execute(database.kysely);
  return numAffectedRows === 1n;
}
