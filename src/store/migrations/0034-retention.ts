import { type Kysely, sql } from "kysely";

/** What stays of incidents that are pruned: what later diagnoses compare with, and counts that must not fall. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table past_incident (
      id bigint primary key,
      cluster text not null,
      group_key text not null,
      title text not null,
      target jsonb not null,
      opened_at timestamptz not null,
      onset timestamptz not null,
      cause text not null,
      culprit jsonb not null,
      fingerprints jsonb not null,
      signs text[] not null,
      action text,
      fix_target jsonb,
      verdict text
    )`.execute(db);
  await sql`create index past_incident_group on past_incident (cluster, group_key, opened_at desc)`.execute(db);
  await sql`create index past_incident_cluster on past_incident (cluster, opened_at desc)`.execute(db);
  // `what`: verifications and executions by their label, outcomes by action, cause and verdict, model by what was spent.
  await sql`
    create table pruned_total (
      cluster text not null,
      what text not null,
      label text not null,
      amount double precision not null,
      primary key (cluster, what, label)
    )`.execute(db);
  // The audit is one chain for all clusters of a database: it is pruned when each of them has had its days.
  await sql`
    create table audit_retention (
      cluster text primary key,
      days integer,
      said_at timestamptz not null default now()
    )`.execute(db);
}
