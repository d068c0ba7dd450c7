import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Silences and maintenance windows. Rows stay when their time is over: they say who kept what quiet.
  await sql`
    create table silence (
      id bigint generated always as identity primary key,
      cluster text not null,
      namespace text,
      kind text,
      name text,
      detector text,
      from_at timestamptz not null,
      until_at timestamptz not null check (until_at > from_at),
      reason text not null,
      by_id text not null,
      by_name text not null,
      created_at timestamptz not null,
      ended_at timestamptz,
      ended_by text,
      told_at timestamptz
    )`.execute(db);
  await sql`create index silence_until on silence (cluster, until_at) where ended_at is null`.execute(db);
  // 'rejected' rules a cause out in its incident; 'wrong' and 'right' are opinions that only count.
  await sql`
    alter table cause_verdict add column verdict text not null default 'rejected'
      check (verdict in ('rejected', 'wrong', 'right'))`.execute(db);
}
