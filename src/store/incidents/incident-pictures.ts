import { sql } from "kysely";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

/** What the pages draw of an incident; its shape belongs to who draws. */
export interface IncidentPicture {
  readonly chart: unknown;
  readonly topology: unknown;
  readonly savedAt: number;
}

/** Keeps the newest picture; what is not given stays as it was, so that a process that has forgotten wipes nothing out. */
export async function savePicture(
  database: Database,
  incidentId: string,
  picture: { readonly chart?: unknown; readonly topology?: unknown },
): Promise<void> {
  const json = (value: unknown) => (value === undefined ? null : storableJson(value));
  await sql`
    insert into incident_picture (incident_id, chart, topology)
    values (${incidentId}::bigint, ${json(picture.chart)}::jsonb, ${json(picture.topology)}::jsonb)
    on conflict (incident_id) do update set
      chart = coalesce(excluded.chart, incident_picture.chart),
      topology = coalesce(excluded.topology, incident_picture.topology),
      saved_at = now()`.execute(database.kysely);
}

/** Undefined for an incident that was never drawn; a part that was not is null. */
export async function pictureOf(database: Database, incidentId: string): Promise<IncidentPicture | undefined> {
  const { rows } = await sql<{ chart: unknown; topology: unknown; saved_at: Date }>`
    select chart, topology, saved_at from incident_picture where incident_id = ${incidentId}::bigint`.execute(
    database.kysely,
  );
  const row = rows[0];
  return row && { chart: row.chart, topology: row.topology, savedAt: row.saved_at.getTime() };
}
