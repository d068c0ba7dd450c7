import { sql } from "kysely";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

/** Keeps what may be run by name. */
export async function offerExperiments(
  database: Database,
  cluster: string,
  experiments: readonly { readonly name: string; readonly body: unknown }[],
): Promise<void> {
  for (const { name, body } of experiments)
    await sql`
      insert into chaos_experiment (cluster, name, body) values (${cluster}, ${name}, ${storableJson(body)}::jsonb)
      on conflict (cluster, name) do update set body = excluded.body, seen_at = clock_timestamp()`.execute(
      database.kysely,
    );
}

/** What is offered by somebody who said so within two minutes, by name. */
export async function offeredExperiments(
  database: Database,
  cluster: string,
): Promise<readonly { readonly name: string; readonly body: unknown }[]> {
  const { rows } = await sql<{ name: string; body: unknown }>`
    select name, body from chaos_experiment
     where cluster = ${cluster} and seen_at > clock_timestamp() - interval '2 minutes' order by name limit 200`.execute(
    database.kysely,
  );
  return rows;
}
