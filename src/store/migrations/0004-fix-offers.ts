import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // What became of each recommendation of a diagnosis: a plan, or the reason why there is none.
  await sql`
    create table fix_offer (
      incident_id bigint not null references incident on delete cascade,
      diagnosis_version integer not null,
      recommendation_id text not null,
      plan_id text,
      refusal jsonb,
      made_at timestamptz not null default now(),
      primary key (incident_id, diagnosis_version, recommendation_id),
      check ((plan_id is null) <> (refusal is null))
    )`.execute(db);
  // The revision that chat has been brought up to; behind it means: deliver again.
  await sql`alter table incident add column delivered_revision bigint not null default 0`.execute(db);
  await sql`create index incident_undelivered on incident (id) where delivered_revision < revision`.execute(db);
}
