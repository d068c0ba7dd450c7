import { type Kysely, sql } from "kysely";

/** Who said no to a plan, by name: whoever reads the message asks that person, and looks into no audit. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table action_plan add column rejected_by text`.execute(db);
}
