import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Work that one process does at a time. The token grows with every change of hands: who holds an older one is late. It
  // comes from a sequence, so that it grows although rows of finished work are deleted.
  await sql`create sequence lease_token`.execute(db);
  await sql`
    create table lease (
      name text primary key,
      holder text not null,
      token bigint not null,
      until timestamptz not null
    )`.execute(db);
}
