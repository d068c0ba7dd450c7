import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // What was sent, so that it is not sent again. The key says what: `incident/12/opened`, `digest/berlin/daily/2026-11-21`.
  await sql`
    create table mail_sent (
      key text primary key,
      sent_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index mail_sent_at on mail_sent (sent_at)`.execute(db);
  // Who wants no more mail, whatever the configuration says.
  await sql`
    create table mail_optout (
      address text primary key,
      at timestamptz not null default now()
    )`.execute(db);
}
