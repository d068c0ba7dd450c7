import { sql } from "kysely";
import { type LeadingCause, titleOfRow } from "../../incident/diagnosis/title.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Database } from "../database.ts";

/** The same incidents under the titles that people read: those of their latest diagnoses, where one has decided. */
export async function titled<T extends Incident>(database: Database, incidents: readonly T[]): Promise<readonly T[]> {
  if (incidents.length === 0) return incidents;
  const { rows } = await sql<LeadingCause & { readonly id: string }>`
    select distinct on (incident_id) incident_id::text as id, cause, culprit, inconclusive from diagnosis
     where incident_id = any(${incidents.map(({ id }) => id)}::bigint[]) order by incident_id, version desc`.execute(
    database.kysely,
  );
  const leads = new Map(rows.map((row) => [row.id, row]));
  return incidents.map((incident) => ({ ...incident, title: titleOfRow(incident, leads.get(incident.id)) }));
}
