import { type Kysely, sql } from "kysely";

/** Several clusters in one database: whose plan and whose event it is stands in the row, where the guards can look at it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table action_plan add column cluster text`.execute(db);
  await sql`
    update action_plan p set cluster = i.cluster from incident i
     where i.id = case when p.incident_id ~ '^[0-9]{1,18}$' then p.incident_id::bigint end`.execute(db);
  // Two clusters may hold objects of the same name: one change in flight a target means a target of one cluster.
  await sql`drop index action_plan_in_flight`.execute(db);
  await sql`
    create unique index action_plan_in_flight on action_plan (coalesce(cluster, ''), target_key) where state = 'executing'`.execute(
    db,
  );
  await sql`drop index action_plan_spent`.execute(db);
  await sql`
    create index action_plan_spent on action_plan (cluster, namespace, decided_at)
     where phase is not null or state = 'approved'`.execute(db);
  await sql`alter table chat_event add column cluster text not null default ''`.execute(db);
}
