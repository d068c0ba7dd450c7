import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Everything that was said to a model and by it: redacted, and complete enough to make every request again.
  await sql`
    create table model_conversation (
      id bigint generated always as identity primary key,
      incident_id bigint not null references incident on delete cascade,
      purpose text not null,
      diagnosis_version integer,
      at timestamptz not null default now(),
      model text not null,
      input_tokens integer not null,
      output_tokens integer not null,
      cost_usd double precision,
      body jsonb not null
    )`.execute(db);
  await sql`create index model_conversation_incident on model_conversation (incident_id, id)`.execute(db);
  await sql`create index model_conversation_at on model_conversation (at)`.execute(db);
  // What every process of an installation must agree on, and nobody chooses.
  await sql`
    create table installation (
      name text primary key,
      value text not null,
      made_at timestamptz not null default now()
    )`.execute(db);
}
