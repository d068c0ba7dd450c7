import { type Kysely, sql } from "kysely";

/** Of what is counted: the table, the column that the label comes from, and what each of its rows counts as. */
const counted = [
  { table: "action_plan", column: "state", rows: "(row_.cluster, 'plans', row_.state)" },
  { table: "incident", column: "status", rows: "(row_.cluster, 'incidents', row_.status)" },
  { table: "execution", column: "outcome", rows: "(plan_.cluster, 'executions', row_.kind || '/' || row_.outcome)" },
  {
    table: "verification",
    column: "verdict",
    rows: "(plan_.cluster, 'verifications', row_.verdict), (plan_.cluster, 'outcomes', plan_.action || '|' || plan_.cause || '|' || row_.verdict)",
  },
] as const;
const ofPlans: ReadonlySet<string> = new Set(["execution", "verification"]);

/**
 * What each scrape and each automatic approval would count from all rows that are kept is counted as they change. Changes are
 * only ever added, so that no two writers wait for each other; now and then they are summed up (store/retention/sum-tally.ts).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  const schema = `"${rows[0]?.schema ?? "public"}"`;
  await sql`
    create table tally (
      cluster text not null,
      what text not null,
      label text not null,
      amount integer not null
    )`.execute(db);
  // What was summed up leaves empty pages behind, which no reader has to go through.
  await sql`create index tally_of on tally (what, cluster, label) include (amount)`.execute(db);
  for (const { table, column, rows: values } of counted) {
    const plan = ofPlans.has(table)
      ? `select cluster, action, cause from ${schema}.action_plan where id = row_.plan_id`
      : "";
    const count = (which: string, amount: number) => `
      row_ := ${which};
      ${plan.replace("select cluster, action, cause", "select cluster, action, cause into plan_")}${plan ? ";" : ""}
      insert into ${schema}.tally select coalesce(cluster, ''), what, label, ${amount}
        from (values ${values}) as one (cluster, what, label) where label is not null;`;
    // Whoever writes the row may count it, and needs no right to write figures.
    const made = `
      create function ${schema}.${table}_tallied() returns trigger language plpgsql
      security definer set search_path = pg_catalog, pg_temp as $$
      declare row_ ${schema}.${table}%rowtype; plan_ record;
      begin
        if tg_op <> 'INSERT' then ${count("old", -1)} end if;
        if tg_op <> 'DELETE' then ${count("new", 1)} end if;
        return null;
      end $$`;
    await sql.raw(made).execute(db);
    const trigger = (name: string, when: string, condition = "") =>
      sql
        .raw(
          `create trigger ${name} after ${when} on ${schema}.${table} for each row ${condition} execute function ${schema}.${table}_tallied()`,
        )
        .execute(db);
    await trigger("tallied", "insert or delete");
    await trigger("tallied_anew", `update of ${column}`, `when (old.${column} is distinct from new.${column})`);
    // Writers wait for the triggers, so that what is there now is counted once.
    const from = plan ? "join action_plan plan_ on plan_.id = row_.plan_id" : "";
    await sql
      .raw(
        `insert into tally select coalesce(one.cluster, ''), one.what, one.label, count(*)
           from ${table} row_ ${from}, lateral (values ${values}) as one (cluster, what, label)
          where one.label is not null group by 1, 2, 3`,
      )
      .execute(db);
  }
  // What the last diagnosis holds to be the cause, where it can be counted without reading all diagnoses.
  await sql`alter table incident add column cause text`.execute(db);
  await sql`
    update incident i set cause = d.cause
      from (select distinct on (incident_id) incident_id, cause from diagnosis order by incident_id, version desc) d
     where d.incident_id = i.id and d.cause is not null`.execute(db);
  await sql`create index incident_cause on incident (opened_at) include (cause) where cause is not null`.execute(db);
  await sql`
    create index action_plan_repaired on action_plan (applied_at) include (id, cause, incident_id)
     where applied_at is not null and cause is not null`.execute(db);
  await sql`create index verification_recovered on verification (at) include (plan_id) where verdict = 'recovered'`.execute(
    db,
  );
}
