import { sql } from "kysely";
import type { Database } from "../database.ts";

/** In one statement; the rest has its turn later. */
const most = 1_000;

/**
 * For a cluster whose incidents are told in no chat: nothing of them waits to be told there, and what does not wait may be pruned
 * when it is old. A chat that is set up later begins with what happens then.
 */
export async function markAllDelivered(database: Database, cluster: string): Promise<void> {
  await sql`
    update incident set delivered_revision = revision where id in (
      select id from incident where delivered_revision < revision and cluster = ${cluster} limit ${most})`.execute(
    database.kysely,
  );
}
