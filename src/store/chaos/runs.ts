import { sql } from "kysely";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

/** A run as stored. Documents are checked by whoever reads them: they are another folder's. */
export interface ChaosRunRow {
  readonly id: string;
  readonly cluster: string;
  readonly name: string;
  readonly experiment: unknown;
  readonly phase: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly stopBy: string | null;
  readonly result: unknown;
  readonly note: string | null;
}

interface Row {
  readonly id: string;
  readonly cluster: string;
  readonly name: string;
  readonly experiment: unknown;
  readonly phase: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly started_at: Date | null;
  readonly stop_by: string | null;
  readonly result: unknown;
  readonly note: string | null;
}

const columns = sql`id::text, cluster, name, experiment, phase, requested_by, requested_at, started_at, stop_by, result, note`;

const fromRow = (row: Row): ChaosRunRow => ({
  id: row.id,
  cluster: row.cluster,
  name: row.name,
  experiment: row.experiment,
  phase: row.phase,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at.getTime(),
  startedAt: row.started_at?.getTime() ?? null,
  stopBy: row.stop_by,
  result: row.result,
  note: row.note,
});

/** Phases in which the cluster may hold something of a run. */
const openPhases = sql`('injecting', 'restoring', 'settling')`;

/**
 * `requested` waits for a process that takes it; `planning` is for who begins at once. @returns the number of the run
 */
export async function addChaosRun(
  database: Database,
  run: {
    readonly cluster: string;
    readonly name: string;
    readonly experiment: unknown;
    readonly phase: "requested" | "planning";
    readonly by: string;
  },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into chaos_run (cluster, name, experiment, phase, requested_by)
    values (${run.cluster}, ${run.name}, ${storableJson(run.experiment)}::jsonb, ${run.phase}, ${run.by}) returning id::text`.execute(
    database.kysely,
  );
  const [row] = rows;
  if (!row) throw new Error("unreachable: an insert returns its row");
  return row.id;
}

/**
 * Takes the oldest request; each is handed out once. Requests older than ten minutes are closed, since nobody waits for them, and
 * so is what was taken up that long ago and never began: its process has ended.
 */
export async function takeRequestedRun(database: Database, cluster: string): Promise<ChaosRunRow | undefined> {
  await sql`
    update chaos_run set phase = 'refused',
           note = case phase when 'requested' then 'nobody took it within ten minutes' else 'its process ended before it began' end
     where cluster = ${cluster} and phase in ('requested', 'planning') and requested_at < clock_timestamp() - interval '10 minutes'`.execute(
    database.kysely,
  );
  const { rows } = await sql<Row>`
    update chaos_run set phase = 'planning'
     where id = (select id from chaos_run where cluster = ${cluster} and phase = 'requested' order by id limit 1 for update skip locked)
    returning ${columns}`.execute(database.kysely);
  return rows[0] && fromRow(rows[0]);
}

/** `at` (ms) counts as its beginning the first time only. */
export async function setChaosPhase(database: Database, id: string, phase: string, at: number): Promise<void> {
  await sql`
    update chaos_run set phase = ${phase}, started_at = coalesce(started_at, ${new Date(at)}) where id = ${id}::bigint`.execute(
    database.kysely,
  );
}

/** The run is over, and this is its report; what could not be put back stays in its journal. */
export async function finishChaosRun(database: Database, id: string, result: unknown): Promise<void> {
  await sql`update chaos_run set phase = 'done', result = ${storableJson(result)}::jsonb where id = ${id}::bigint`.execute(
    database.kysely,
  );
}

/** Ends a run that changed nothing, or of which only the putting back is over. */
export async function closeChaosRun(
  database: Database,
  id: string,
  phase: "refused" | "done",
  note: string,
): Promise<void> {
  await sql`update chaos_run set phase = ${phase}, note = ${note} where id = ${id}::bigint`.execute(database.kysely);
}

/** Closes a run that was taken up and could not begin; one that has begun stays as it is. */
export async function refuseChaosRun(database: Database, id: string, note: string): Promise<void> {
  await sql`
    update chaos_run set phase = 'refused', note = ${note} where id = ${id}::bigint and phase = 'planning'`.execute(
    database.kysely,
  );
}

/** Asks whatever runs or waits in the cluster to stop. @returns the numbers of those runs */
export async function askChaosStop(database: Database, cluster: string, by: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update chaos_run set stop_by = ${by},
           phase = case when phase = 'requested' then 'refused' else phase end,
           note = case when phase = 'requested' then 'stopped before it began' else note end
     where cluster = ${cluster} and phase in ('requested', 'planning', 'injecting') returning id::text`.execute(
    database.kysely,
  );
  return rows.map(({ id }) => id);
}

/** Undefined while nobody has asked, and for a run that is not there. */
export async function chaosStopAskedBy(database: Database, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ stop_by: string | null }>`
    select stop_by from chaos_run where id = ${id}::bigint`.execute(database.kysely);
  return rows[0]?.stop_by ?? undefined;
}

/** Undefined for what is no number, too. */
export async function getChaosRun(database: Database, id: string): Promise<ChaosRunRow | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined;
  const { rows } = await sql<Row>`select ${columns} from chaos_run where id = ${id}::bigint`.execute(database.kysely);
  return rows[0] && fromRow(rows[0]);
}

/** Newest first. */
export async function listChaosRuns(database: Database, cluster: string, limit = 50): Promise<ChaosRunRow[]> {
  const { rows } = await sql<Row>`
    select ${columns} from chaos_run where cluster = ${cluster} order by id desc limit ${limit}`.execute(
    database.kysely,
  );
  return rows.map(fromRow);
}

/** Runs of which something may still be in the cluster, oldest first: not ended, or ended with something not put back. */
export async function unrestoredRuns(database: Database, cluster: string): Promise<ChaosRunRow[]> {
  const { rows } = await sql<Row>`
    select ${columns} from chaos_run r
     where cluster = ${cluster} and (phase in ${openPhases} or exists (
       select from chaos_change c where c.run_id = r.id and c.state in ('intended', 'applied', 'failed')))
     order by id limit 100`.execute(database.kysely);
  return rows.map(fromRow);
}
