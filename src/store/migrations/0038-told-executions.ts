import { type Kysely, sql } from "kysely";

/** Whether people have been told how an attempt to apply or undo ended; of those of earlier versions they have. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table execution add column told boolean not null default true`.execute(db);
  await sql`create index execution_untold on execution (finished_at) where not told`.execute(db);
}
