import { type Kysely, sql } from "kysely";

/**
 * What an action has come to against a cause is read from the plans themselves: a record has an end, and is kept by kind of target,
 * of which the totals knew nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  const schema = `"${rows[0]?.schema ?? "public"}"`;
  await sql`
    create index action_plan_record on action_plan (action, cause, applied_at)
     where applied_at is not null and cause is not null`.execute(db);
  const count = (which: string, amount: number) =>
    `insert into ${schema}.tally select coalesce(cluster, ''), 'verifications', ${which}.verdict, ${amount}
       from ${schema}.action_plan where id = ${which}.plan_id;`;
  await sql
    .raw(`
    create or replace function ${schema}.verification_tallied() returns trigger language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if tg_op <> 'INSERT' then ${count("old", -1)} end if;
      if tg_op <> 'DELETE' then ${count("new", 1)} end if;
      return null;
    end $$`)
    .execute(db);
  for (const table of ["tally", "pruned_total"])
    await sql`delete from ${sql.table(table)} where what = 'outcomes'`.execute(db);
}
