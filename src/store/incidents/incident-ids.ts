import { sql } from "kysely";
import { z } from "zod";
import type { Database } from "../database.ts";

const returned = "returned-incident-ids";
/** More than this nobody has in hand; a bound all the same. */
const mostReturned = 1_000;

/** Takes `count` incident numbers that nobody else will get, in order. */
export async function reserveIncidentIds(database: Database, count: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select nextval(pg_get_serial_sequence('incident', 'id'))::text as id from generate_series(1, ${count}::int)`.execute(
    database.kysely,
  );
  return rows.map((row) => row.id);
}

/** Puts numbers back that were reserved and not used. */
export async function returnIncidentIds(database: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const value = JSON.stringify(ids);
  await sql`
    insert into installation (name, value) values (${returned}, ${value})
    on conflict (name) do update set value = (installation.value::jsonb || excluded.value::jsonb)::text`.execute(
    database.kysely,
  );
}

/**
 * Takes what others have put back, in order. Numbers below one that is in use are let go: the later incident would bear the
 * smaller number.
 */
export async function takeReturnedIncidentIds(database: Database): Promise<string[]> {
  const { rows } = await sql<{ value: string; used: string }>`
    with taken as (delete from installation where name = ${returned} returning value)
    select value, (select coalesce(max(id), 0)::text from incident) as used from taken`.execute(database.kysely);
  const [row] = rows;
  if (!row) return [];
  const used = BigInt(row.used);
  return z
    .array(z.string().regex(/^\d{1,18}$/))
    .parse(JSON.parse(row.value))
    .map(BigInt)
    .filter((id) => id > used)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, mostReturned)
    .map(String);
}
