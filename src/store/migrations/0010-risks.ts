import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // What stands wrong without being broken, as of the last look; rows of the same code and object are told apart by `nth`.
  await sql`
    create table risk (
      cluster text not null,
      code text not null,
      target_key text not null,
      nth integer not null,
      target jsonb not null,
      level text not null check (level in ('risk', 'untidy')),
      text text not null,
      advice text not null,
      rank integer not null,
      first_seen_at timestamptz not null,
      seen_at timestamptz not null,
      primary key (cluster, code, target_key, nth)
    )`.execute(db);
}
