import { sql } from "kysely";
import type { Severity } from "../../incident/severity.ts";
import type { Database } from "../database.ts";

/**
 * Incidents that nobody has taken in time and for which nobody has been called. What has come back begins anew with its
 * latest recurrence; the keys of the calls are those of `escalationReply`.
 * @param query times in ms
 */
export async function unansweredIncidents(
  database: Database,
  query: {
    readonly cluster: string;
    readonly severities: readonly Severity[];
    readonly now: number;
    readonly afterMs: number;
    readonly recurrenceKinds: readonly string[];
    readonly limit: number;
  },
): Promise<string[]> {
  const { cluster, severities, now, afterMs, recurrenceKinds, limit } = query;
  const { rows } = await sql<{ id: string }>`
    select i.id::text as id from incident i
      left join lateral (select t.id, t.at from timeline t where t.incident_id = i.id and t.kind = any(${[...recurrenceKinds]}::text[])
                          order by t.at desc, t.id desc limit 1) again on true
     where i.cluster = ${cluster} and i.status in ('open', 'reopened') and i.severity = any(${[...severities]}::text[])
       and coalesce(again.at, i.opened_at) <= ${new Date(now - afterMs)}
       and not exists (select from chat_post p
                        where p.incident_id = i.id and p.key = 'escalation:' || coalesce(again.id, 0) and p.ts is not null)
     order by i.opened_at limit ${limit}`.execute(database.kysely);
  return rows.map(({ id }) => id);
}
