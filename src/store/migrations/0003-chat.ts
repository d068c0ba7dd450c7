import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // One row for everything that is shown in chat once: the incident's message, each reply of its thread, each chart.
  await sql`
    create table chat_post (
      incident_id bigint not null references incident on delete cascade,
      key text not null,
      channel text not null,
      ts text,
      content_hash text not null default '',
      edits timestamptz[] not null default '{}',
      created_at timestamptz not null default now(),
      primary key (incident_id, key)
    )`.execute(db);
  await sql`create unique index chat_post_message on chat_post (channel, ts) where ts is not null`.execute(db);
  // Requests from Slack that have been acted upon; Slack delivers again when it is not sure.
  await sql`
    create table chat_request (
      id text primary key,
      seen_at timestamptz not null default now()
    )`.execute(db);
}
