import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Events are written down before they are acknowledged: once in here Slack need not send them again, and none is handled twice.
  await sql`
    create table chat_event (
      id text primary key,
      body jsonb not null,
      received_at timestamptz not null default now(),
      attempts integer not null default 0,
      claimed_until timestamptz,
      done_at timestamptz
    )`.execute(db);
  await sql`create index chat_event_waiting on chat_event (received_at) where done_at is null`.execute(db);
}
