import { type Selectable, sql } from "kysely";
import { unresolvedStatuses } from "../../incident/status.ts";
import type { Database } from "../database.ts";
import type { IncidentTable } from "../tables.ts";
import { incidentOf, type StoredIncident } from "./incidents.ts";

/** Longer than any change is given until its verdict (hours). */
const verdictWithinHours = 1;

/**
 * What a watcher that begins anew goes on with: incidents that are open, those resolved after `resolvedAfter` (ms), which may
 * come back, and those with a change that waits for its verdict. Open ones first, then the newest.
 */
export async function incidentsToGoOnWith(
  database: Database,
  {
    cluster,
    resolvedAfter,
    limit,
  }: { readonly cluster: string; readonly resolvedAfter: number; readonly limit: number },
): Promise<StoredIncident[]> {
  const open = sql<boolean>`i.status in (${sql.join(unresolvedStatuses)})`;
  const { rows } = await sql<Selectable<IncidentTable>>`
    select i.* from incident i
     where i.cluster = ${cluster}
       and (${open} or i.resolved_at > ${new Date(resolvedAfter)}
            or i.id in (select p.incident_id::bigint from action_plan p
                         where p.state = 'applied' and p.applied_at > now() - make_interval(hours => ${verdictWithinHours}::int)
                           and p.incident_id ~ '^[0-9]{1,18}$'
                           and not exists (select from verification v where v.plan_id = p.id)))
     order by ${open} desc, i.opened_at desc, i.id desc limit ${limit}`.execute(database.kysely);
  return rows.map(incidentOf);
}
