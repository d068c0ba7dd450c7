import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // One key signs links and sessions of all replicas.
  await sql`
    create table web_key (
      single boolean primary key default true check (single),
      key text not null,
      made_at timestamptz not null default now()
    )`.execute(db);
  // Links and sessions are kept as digests: who reads the table cannot sign in with what stands there.
  await sql`
    create table web_link (
      token_hash text primary key,
      slack_user text not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`
    create table web_session (
      id_hash text primary key,
      slack_user text not null,
      name text not null,
      made_at timestamptz not null default now(),
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index web_session_expires on web_session (expires_at)`.execute(db);
  // What the pages draw and nothing else stores: measurements and topology live in memory, and a page outlives them.
  await sql`
    create table incident_picture (
      incident_id bigint primary key references incident on delete cascade,
      chart jsonb,
      topology jsonb,
      saved_at timestamptz not null default now()
    )`.execute(db);
  // Lists look at these in thousands of rows; out of the documents they would have to be unpacked each time.
  await sql`alter table incident add column namespace text generated always as (target ->> 'namespace') stored`.execute(
    db,
  );
  await sql`
    alter table diagnosis
      add column cause text generated always as (body #>> '{hypotheses,0,cause}') stored,
      add column culprit jsonb generated always as (body #> '{hypotheses,0,culprit}') stored,
      add column probability double precision generated always as ((body #> '{hypotheses,0,probability}')::double precision) stored,
      add column inconclusive boolean generated always as ((body -> 'inconclusive')::boolean) stored`.execute(db);
  await sql`create index incident_page on incident (opened_at desc, id desc)`.execute(db);
  await sql`create index incident_page_status on incident (status, opened_at desc, id desc)`.execute(db);
  await sql`create index incident_page_namespace on incident (namespace, opened_at desc, id desc)`.execute(db);
  await sql`create index diagnosis_cause on diagnosis (cause, incident_id)`.execute(db);
  await sql`create index diagnosis_made on diagnosis (made_at desc)`.execute(db);
}
