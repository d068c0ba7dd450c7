import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "./database.ts";

/**
 * A random value that all processes of an installation share and that outlives them. Made by whoever asks first; later and
 * at the same time everybody gets the same.
 */
export async function installationSecret(database: Database, name: string): Promise<string> {
  const made = randomBytes(32).toString("hex");
  await sql`insert into installation (name, value) values (${name}, ${made}) on conflict (name) do nothing`.execute(
    database.kysely,
  );
  const { rows } = await sql<{ value: string }>`select value from installation where name = ${name}`.execute(
    database.kysely,
  );
  return rows[0]?.value ?? made;
}
