import { type Kysely, sql } from "kysely";

/** Logs that come through a stream: how far each partition was counted, and which kinds of lines there are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The position and the counts move in one transaction: a message that is delivered again changes neither.
  await sql`
    create table log_position (
      cluster text not null,
      partition text not null,
      seq bigint not null,
      lines bigint not null default 0,
      lost_messages bigint not null default 0,
      updated_at timestamptz not null default now(),
      primary key (cluster, partition)
    )`.execute(db);
  await sql`
    create table log_template (
      cluster text not null,
      namespace text not null,
      key text not null,
      text text not null,
      pod text not null,
      container text not null,
      line text not null,
      lines bigint not null,
      first_at timestamptz not null,
      last_at timestamptz not null,
      primary key (cluster, namespace, key)
    )`.execute(db);
  await sql`create index log_template_last on log_template (cluster, last_at)`.execute(db);
}
