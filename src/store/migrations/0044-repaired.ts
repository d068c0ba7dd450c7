import { type Kysely, sql } from "kysely";

/** What was taken back has repaired nothing; that stands in the index too, so that counting reads no plans: they are large. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index action_plan_repaired`.execute(db);
  await sql`
    create index action_plan_repaired on action_plan (applied_at) include (id, cause, incident_id, phase)
     where applied_at is not null and cause is not null`.execute(db);
}
