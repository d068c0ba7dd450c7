import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // One authenticator a person. `last_step` is the newest code that was used; it and older ones never count again.
  await sql`
    create table second_factor (
      person_id text primary key,
      sealed text not null,
      enrolled_by text not null,
      enrolled_at timestamptz not null default clock_timestamp(),
      last_step bigint not null default -1,
      failures integer not null default 0,
      failing_since timestamptz,
      locked_until timestamptz
    )`.execute(db);
}
