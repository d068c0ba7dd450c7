import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // What people say about a diagnosis. One word a person, incident and cause, however often the button is pressed.
  await sql`
    create table cause_verdict (
      incident_id bigint not null references incident on delete cascade,
      cause text not null,
      culprit_key text not null,
      culprit jsonb not null,
      by_id text not null,
      by_name text not null,
      at timestamptz not null default now(),
      primary key (incident_id, cause, culprit_key, by_id)
    )`.execute(db);
  await sql`create index cause_verdict_at on cause_verdict (at desc)`.execute(db);
  // Incidents of one place and of one cluster, the latest first; verdicts on fixes, the latest first.
  await sql`create index incident_group on incident (cluster, group_key, opened_at desc)`.execute(db);
  await sql`create index incident_cluster on incident (cluster, opened_at desc)`.execute(db);
  await sql`create index verification_at on verification (at desc)`.execute(db);
}
