import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // What the symptoms measured before the change and when it was judged.
  await sql`alter table verification add column measures jsonb not null default '[]'`.execute(db);
}
