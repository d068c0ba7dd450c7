import { type Selectable, sql } from "kysely";
import type { Incident } from "../../incident/incident.ts";
import { severities } from "../../incident/severity.ts";
import { advance, type IncidentStatus, type StatusChange, statusesAllowing } from "../../incident/status.ts";
import { storableJson, storableText } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";
import { isHeld, type Lease, refusedWrite, whileHeld } from "../leases.ts";
import type { IncidentTable } from "../tables.ts";

/** An incident as stored: with the revision that what people see is made from. */
export interface StoredIncident extends Incident {
  readonly revision: number;
  readonly acknowledgedBy: string | null;
}

/** From a row of the table; times become ms. Documents were checked when they were written. */
export function incidentOf(row: Selectable<IncidentTable>): StoredIncident {
  return {
    id: row.id,
    cluster: row.cluster,
    groupKey: row.group_key,
    title: row.title,
    severity: row.severity,
    status: row.status,
    openedAt: row.opened_at.getTime(),
    onset: row.onset.getTime(),
    updatedAt: row.updated_at.getTime(),
    ...(row.resolved_at ? { resolvedAt: row.resolved_at.getTime() } : {}),
    ...(row.merged_into === null ? {} : { mergedInto: row.merged_into }),
    target: row.target,
    affected: row.affected,
    anomalies: row.anomalies,
    anomaliesDropped: row.anomalies_dropped,
    revision: Number(row.revision),
    acknowledgedBy: row.acknowledged_by,
  };
}

/** Who may write. */
type Fence = Pick<Lease, "name" | "token"> | undefined;

/**
 * Writes what detection knows of an incident. People's decisions (status) are not overwritten: detection's own status
 * counts only when the row is new. The onset only moves back, until the incident comes back after its end: then it is that of the
 * new trouble, as for detection, or all that is shown and measured would begin with what is long over.
 * @param fence the lease under which the writer watches; without one anybody may write
 * @returns the stored incident; the id may be another one when somebody else opened the same group first.
 * @throws taken-over when the lease is another's, lease-ran-out when it is nobody's
 */
export async function saveIncident(database: Database, incident: Incident, fence?: Fence): Promise<StoredIncident> {
  const values = {
    id: incident.id,
    cluster: incident.cluster,
    group_key: incident.groupKey,
    title: storableText(incident.title),
    severity: incident.severity,
    status: incident.status,
    target: storableJson(incident.target),
    affected: storableJson(incident.affected),
    anomalies: storableJson(incident.anomalies),
    anomalies_dropped: incident.anomaliesDropped,
    opened_at: new Date(incident.openedAt),
    onset: new Date(incident.onset),
    updated_at: new Date(incident.updatedAt),
    resolved_at: null,
    acknowledged_by: null,
  };
  const { rows } = await sql<Selectable<IncidentTable>>`
    with changed as (
      update incident set
        title = ${values.title}, severity = ${values.severity}, target = ${values.target}::jsonb, affected = ${values.affected}::jsonb,
        anomalies = ${values.anomalies}::jsonb, anomalies_dropped = ${values.anomalies_dropped},
        onset = case when status = 'resolved' and ${values.status} = 'reopened' then ${values.onset}::timestamptz
                     else least(onset, ${values.onset}::timestamptz) end,
        updated_at = ${values.updated_at}, revision = revision + 1
      where (id = ${values.id}::bigint or (cluster = ${values.cluster} and group_key = ${values.group_key} and status <> 'resolved'))
        and ${whileHeld(fence)}
      returning *
    ), added as (
      insert into incident (id, cluster, group_key, title, severity, status, target, affected, anomalies, anomalies_dropped, opened_at, onset, updated_at)
      select ${values.id}::bigint, ${values.cluster}, ${values.group_key}, ${values.title}, ${values.severity}, ${values.status},
             ${values.target}::jsonb, ${values.affected}::jsonb, ${values.anomalies}::jsonb, ${values.anomalies_dropped}::int,
             ${values.opened_at}::timestamptz, ${values.onset}::timestamptz, ${values.updated_at}::timestamptz
      where not exists (select from changed) and ${whileHeld(fence)}
      on conflict do nothing
      returning *
    )
    select * from changed union all select * from added limit 1`.execute(database.kysely);
  const row = rows[0];
  if (row) return incidentOf(row);
  if (fence && !(await isHeld(database, fence))) throw await refusedWrite(database, fence, `incident ${incident.id}`);
  // Somebody inserted the same group between our two steps: now it is there to be updated.
  return saveIncident(database, incident, fence);
}

/** Undefined for what is no number, too: ids come from addresses and messages. */
export async function getIncident(database: Database, id: string): Promise<StoredIncident | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined;
  const row = await database.kysely.selectFrom("incident").selectAll().where("id", "=", id).executeTakeFirst();
  return row && incidentOf(row);
}

export interface IncidentQuery {
  readonly statuses?: readonly IncidentStatus[];
  readonly cluster?: string;
  readonly limit?: number;
  /** How many are left out before the first. */
  readonly offset?: number;
  /** Default: newest first. `worst`: by severity, then the newest. */
  readonly order?: "worst";
}

const bySeverity = sql`array_position(array[${sql.join(severities.map((one) => sql.lit(one)))}]::text[], severity)`;

/** 50 unless a limit is given; without statuses those that are over as well. */
export async function listIncidents(database: Database, query: IncidentQuery = {}): Promise<StoredIncident[]> {
  let select = database.kysely
    .selectFrom("incident")
    .selectAll()
    .$if(query.order === "worst", (rows) => rows.orderBy(bySeverity))
    .orderBy("opened_at", "desc")
    .orderBy("id", "desc")
    .limit(query.limit ?? 50)
    .offset(query.offset ?? 0);
  if (query.statuses) select = select.where("status", "in", [...query.statuses]);
  if (query.cluster) select = select.where("cluster", "=", query.cluster);
  return (await select.execute()).map(incidentOf);
}

export type ChangeStatusOutcome =
  | { readonly ok: true; readonly incident: StoredIncident }
  | { readonly ok: false; readonly reason: string };

/** Moves an incident along the table of `advance`; the row itself decides races. */
export async function changeStatus(
  database: Database,
  id: string,
  change: StatusChange,
  options: { by?: string; at?: number } = {},
): Promise<ChangeStatusOutcome> {
  const incident = await getIncident(database, id);
  if (!incident) return { ok: false, reason: "unknown-incident" };
  const outcome = advance(incident.status, change);
  if (!outcome.ok) return { ok: false, reason: outcome.reason };
  const at = new Date(options.at ?? Date.now());
  const row = await database.kysely
    .updateTable("incident")
    .set({
      status: outcome.status,
      updated_at: at,
      revision: sql`revision + 1`,
      ...(change === "resolve" ? { resolved_at: at } : {}),
      ...(change === "recur" ? { resolved_at: null, merged_into: null } : {}),
      ...(change === "acknowledge" ? { acknowledged_by: options.by ?? null } : {}),
    })
    .where("id", "=", id)
    .where("status", "=", incident.status)
    .where("status", "in", [...statusesAllowing(change)])
    .returningAll()
    .executeTakeFirst();
  // The status moved between reading and writing: judge again from where it is now.
  return row ? { ok: true, incident: incidentOf(row) } : changeStatus(database, id, change, options);
}

/** Makes what people see be drawn again. */
export async function touchIncident(database: Database, id: string): Promise<void> {
  await database.kysely.updateTable("incident").set({ revision: sql`revision + 1` }).where("id", "=", id).execute();
}

/** Notes up to which revision chat shows the incident. */
export async function markDelivered(database: Database, id: string, revision: number): Promise<void> {
  await sql`update incident set delivered_revision = greatest(delivered_revision, ${revision}::bigint) where id = ${id}::bigint`.execute(
    database.kysely,
  );
}

/** Incidents of a cluster (of all, when none is named) that chat does not show as they are now, the longest waiting first. */
export async function undelivered(database: Database, limit = 100, cluster?: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id::text from incident where delivered_revision < revision
       and (${cluster ?? null}::text is null or cluster = ${cluster ?? null}) order by updated_at limit ${limit}`.execute(
    database.kysely,
  );
  return rows.map((row) => row.id);
}
