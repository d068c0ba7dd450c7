import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Ids of proposals that can still be decided, the surest first, and how many there are. */
export async function waitingPlanIds(
  database: Database,
  cluster: string,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly total: number }> {
  const { rows } = await sql<{ id: string; total: number }>`
    select p.id, count(*) over ()::int as total from action_plan p
      join incident i on i.id = case when p.incident_id ~ '^[0-9]{1,18}$' then p.incident_id::bigint end
     where p.state = 'proposed' and p.expires_at > clock_timestamp() and i.cluster = ${cluster} and i.status <> 'resolved'
     order by p.confidence desc, p.created_at desc limit ${limit}`.execute(database.kysely);
  return { ids: rows.map(({ id }) => id), total: rows[0]?.total ?? 0 };
}

/** Ids of plans that were carried out or failed, the latest first. */
export async function recentFixIds(database: Database, cluster: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from action_plan p
      join incident i on i.id = case when p.incident_id ~ '^[0-9]{1,18}$' then p.incident_id::bigint end
     where p.state in ('applied', 'undone', 'failed') and i.cluster = ${cluster}
     order by coalesce(p.applied_at, p.finished_at, p.decided_at) desc nulls last limit ${limit}`.execute(
    database.kysely,
  );
  return rows.map(({ id }) => id);
}

/** Incidents that chat does not show as they are now, and how long a question to the database takes (ms). */
export async function deliveryBacklog(
  database: Database,
  cluster?: string,
): Promise<{ readonly waiting: number; readonly tookMs: number }> {
  const began = performance.now();
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from incident where delivered_revision < revision
       and (${cluster ?? null}::text is null or cluster = ${cluster ?? null})`.execute(database.kysely);
  return { waiting: rows[0]?.waiting ?? 0, tookMs: performance.now() - began };
}
