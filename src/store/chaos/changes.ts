import { sql } from "kysely";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

/** An entry of a run's journal; `change` is checked by whoever reads it. */
export interface ChaosChangeRow {
  readonly seq: number;
  readonly change: unknown;
  readonly state: string;
  readonly digestBefore: string | null;
}

/** Written before the change is made. @throws when the run has an entry with this number */
export async function intendChange(
  database: Database,
  row: {
    readonly runId: string;
    readonly seq: number;
    readonly change: unknown;
    readonly digestBefore: string | undefined;
  },
): Promise<void> {
  await sql`
    insert into chaos_change (run_id, seq, change, state, digest_before)
    values (${row.runId}::bigint, ${row.seq}, ${storableJson(row.change)}::jsonb, 'intended', ${row.digestBefore ?? null})`.execute(
    database.kysely,
  );
}

/** By number; an entry that is not there is nobody's and stays so. */
export async function markChange(
  database: Database,
  row: { readonly runId: string; readonly seq: number; readonly state: string; readonly detail: string },
): Promise<void> {
  await sql`
    update chaos_change set state = ${row.state}, detail = ${row.detail}, at = clock_timestamp()
     where run_id = ${row.runId}::bigint and seq = ${row.seq}`.execute(database.kysely);
}

/** In the order in which they were made; they are put back the other way round. */
export async function changesOfRun(database: Database, runId: string): Promise<ChaosChangeRow[]> {
  const { rows } = await sql<{ seq: number; change: unknown; state: string; digest_before: string | null }>`
    select seq, change, state, digest_before from chaos_change where run_id = ${runId}::bigint order by seq`.execute(
    database.kysely,
  );
  return rows.map(({ seq, change, state, digest_before }) => ({ seq, change, state, digestBefore: digest_before }));
}
