import { type Kysely, sql } from "kysely";

/** What is asked with every tick, every message and every scrape is found without reading all plans and diagnoses that are kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index fix_offer_plan on fix_offer (plan_id) where plan_id is not null`.execute(db);
  await sql`create index action_plan_applied on action_plan (applied_at) where applied_at is not null`.execute(db);
  await sql`create index action_plan_proposed on action_plan (expires_at) where state = 'proposed'`.execute(db);
  // Budgets are counted while a vote holds the end of the audit, for the namespace and for the cluster.
  await sql`
    create index action_plan_decided on action_plan (decided_at) where phase is not null or state = 'approved'`.execute(
    db,
  );
  await sql`create index diagnosis_spent on diagnosis (made_at) where body ? 'tokens'`.execute(db);
}
