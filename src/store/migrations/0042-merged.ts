import { type Kysely, sql } from "kysely";

/**
 * An incident that has turned out to be a part of another one is resolved and names that one. Without a foreign key: the other one
 * may be pruned first, and what was merged stays merged. In figures it is "merged", so that one trouble counts once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  const schema = `"${rows[0]?.schema ?? "public"}"`;
  await sql`alter table incident add column merged_into bigint`.execute(db);
  await sql`create index incident_parts on incident (merged_into) where merged_into is not null`.execute(db);
  const count = (which: string, amount: number) =>
    `insert into ${schema}.tally values (coalesce(${which}.cluster, ''), 'incidents',
       case when ${which}.merged_into is null then ${which}.status else 'merged' end, ${amount});`;
  await sql
    .raw(`
    create or replace function ${schema}.incident_tallied() returns trigger language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if tg_op <> 'INSERT' then ${count("old", -1)} end if;
      if tg_op <> 'DELETE' then ${count("new", 1)} end if;
      return null;
    end $$`)
    .execute(db);
}
