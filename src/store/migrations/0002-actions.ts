import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // `content` is the plan as it was digested. The columns beside it are what the guards in WHERE clauses look at.
  await sql`
    create table action_plan (
      id text primary key,
      incident_id text not null,
      action text not null,
      target_key text not null,
      namespace text not null,
      content jsonb not null,
      digest text not null,
      state text not null default 'proposed' check (state in
        ('proposed', 'approved', 'rejected', 'expired', 'executing', 'applied', 'failed', 'undone', 'superseded')),
      approvals_needed integer not null check (approvals_needed >= 0),
      requested_by text,
      cause text,
      confidence double precision not null,
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null,
      decided_at timestamptz,
      applied_at timestamptz,
      finished_at timestamptz,
      reason text,
      phase text check (phase in ('apply', 'undo')),
      lease_holder text,
      lease_until timestamptz,
      attempt integer not null default 0
    )`.execute(db);
  await sql`create index action_plan_incident on action_plan (incident_id, created_at)`.execute(db);
  await sql`create index action_plan_waiting on action_plan (decided_at) where state in ('approved', 'executing')`.execute(
    db,
  );
  // Changes of the last hour are counted at every approval.
  await sql`create index action_plan_spent on action_plan (namespace, decided_at) where phase is not null or state = 'approved'`.execute(
    db,
  );
  // One change in flight a target, whoever asks.
  await sql`create unique index action_plan_in_flight on action_plan (target_key) where state = 'executing'`.execute(
    db,
  );
  await sql`
    create table plan_vote (
      plan_id text not null references action_plan,
      person_id text not null,
      person_name text not null,
      digest text not null,
      at timestamptz not null default clock_timestamp(),
      note text,
      primary key (plan_id, person_id)
    )`.execute(db);
  await sql`
    create table execution (
      id text primary key,
      plan_id text not null references action_plan,
      kind text not null check (kind in ('apply', 'undo')),
      outcome text not null check (outcome in ('running', 'applied', 'conflict', 'refused', 'failed')),
      detail text not null,
      started_at timestamptz not null default clock_timestamp(),
      finished_at timestamptz,
      resource_version_before text,
      resource_version_after text,
      sent_steps integer[] not null default '{}'
    )`.execute(db);
  await sql`create index execution_plan on execution (plan_id, started_at)`.execute(db);
  // A plan is applied at most once and undone at most once: the second try cannot even be written down.
  await sql`create unique index execution_once on execution (plan_id, kind) where outcome in ('running', 'applied')`.execute(
    db,
  );
  await sql`
    create table verification (
      plan_id text primary key references action_plan,
      verdict text not null check (verdict in ('recovered', 'not-recovered', 'worse', 'unknown')),
      reason text not null,
      at timestamptz not null,
      remaining jsonb not null,
      fresh jsonb not null
    )`.execute(db);
  await sql`
    create table freeze_switch (
      single boolean primary key default true check (single),
      frozen boolean not null default false,
      by_id text,
      by_name text,
      reason text,
      at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`insert into freeze_switch (single) values (true)`.execute(db);
  await sql`
    create table audit (
      seq bigint primary key,
      at_ms bigint not null,
      event text not null,
      actor text not null,
      subject text not null,
      body jsonb not null,
      prev_hash text not null,
      hash text not null
    )`.execute(db);
  await sql`create index audit_subject on audit (subject, seq)`.execute(db);
  // Holds the end of the chain, so that cutting off the newest rows shows; locking it puts writers in line.
  await sql`
    create table audit_head (
      single boolean primary key default true check (single),
      seq bigint not null,
      hash text not null
    )`.execute(db);
  await sql`insert into audit_head (seq, hash) values (0, repeat('0', 64))`.execute(db);
}
