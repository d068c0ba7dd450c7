import { type Kysely, sql } from "kysely";

/** Under which subject a reader got a mail: what answers it bears the same, however the incident is called by then. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table mail_sent add column subject text`.execute(db);
}
