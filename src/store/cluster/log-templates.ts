import { sql } from "kysely";
import { storableText } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";
import { type Lease, refusedWrite, whileHeld } from "../leases.ts";

/** One kind of line of a namespace: how many there were since the last time it was told, and one of them. Times in ms. */
export interface TemplateCount {
  readonly namespace: string;
  /** The same for the same template, whoever has mined it. */
  readonly key: string;
  readonly text: string;
  readonly pod: string;
  readonly container: string;
  readonly line: string;
  readonly lines: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface LogProgress {
  readonly cluster: string;
  readonly partition: string;
  /** Everything up to this message is counted. */
  readonly seq: number;
  readonly lines: number;
  readonly lostMessages: number;
  readonly templates: readonly TemplateCount[];
}

/** Kinds kept of a cluster; those not seen for longest give way. */
const mostTemplates = 20_000;
const maxTextChars = 1_024;

/** How far a partition was counted; 0 when it never was. */
export async function logPosition(database: Database, cluster: string, partition: string): Promise<number> {
  const { rows } = await sql<{ seq: string }>`
    select seq::text from log_position where cluster = ${cluster} and partition = ${partition}`.execute(
    database.kysely,
  );
  return Number(rows[0]?.seq ?? 0);
}

/**
 * Moves the position on and adds the counts, both or neither. Counts of several writers add up in whatever order they come;
 * what is told again, up to a position that was reached before, changes nothing.
 * @returns false when it was told before
 * @throws taken-over when the lease is another's, lease-ran-out when it is nobody's
 */
export async function advanceLogs(
  database: Database,
  progress: LogProgress,
  fence?: Pick<Lease, "name" | "token">,
): Promise<boolean> {
  const { cluster, partition, seq, lines, lostMessages } = progress;
  return await database.kysely.transaction().execute(async (tx) => {
    const { rows } = await sql<{ held: boolean; moved: boolean }>`
      with fence as (select ${whileHeld(fence)} as held), moved as (
        insert into log_position (cluster, partition, seq, lines, lost_messages)
        select ${cluster}, ${partition}, ${seq}::bigint, ${lines}::bigint, ${lostMessages}::bigint from fence where held
        on conflict (cluster, partition) do update set seq = excluded.seq, lines = log_position.lines + excluded.lines,
          lost_messages = log_position.lost_messages + excluded.lost_messages, updated_at = now()
          where log_position.seq < excluded.seq returning seq)
      select held, exists (select from moved) as moved from fence`.execute(tx);
    if (rows[0]?.held !== true) throw await refusedWrite({ kysely: tx }, fence, `the log lines of ${partition}`);
    if (!rows[0].moved) return false;
    // In one order, so that two writers never wait for each other in a circle.
    const added = [...progress.templates]
      .sort((a, b) => (a.namespace + a.key < b.namespace + b.key ? -1 : 1))
      .map((one) => ({
        ...one,
        text: storableText(one.text.slice(0, maxTextChars)),
        line: storableText(one.line.slice(0, maxTextChars)),
      }));
    if (added.length > 0)
      await sql`
        insert into log_template (cluster, namespace, key, text, pod, container, line, lines, first_at, last_at)
        select ${cluster}, t.namespace, t.key, t.text, t.pod, t.container, t.line, t.lines,
               to_timestamp(t."firstAt" / 1000), to_timestamp(t."lastAt" / 1000)
          from jsonb_to_recordset(${JSON.stringify(added)}::jsonb) as t (namespace text, key text, text text, pod text,
               container text, line text, lines bigint, "firstAt" double precision, "lastAt" double precision)
        on conflict (cluster, namespace, key) do update set lines = log_template.lines + excluded.lines,
          pod = excluded.pod, container = excluded.container,
          first_at = least(log_template.first_at, excluded.first_at), last_at = greatest(log_template.last_at, excluded.last_at)`.execute(
        tx,
      );
    return true;
  });
}

/** Forgets the kinds beyond the bound, those not seen for longest first. @returns how many */
export async function pruneTemplates(database: Database, cluster: string, most = mostTemplates): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from log_template where ctid = any(array(
      select ctid from log_template where cluster = ${cluster} order by last_at desc offset ${most} limit 10000))`.execute(
    database.kysely,
  );
  return Number(numAffectedRows ?? 0n);
}

/** The kinds that are known of a cluster, those seen last first. */
export async function knownTemplates(
  database: Database,
  cluster: string,
  limit = mostTemplates,
): Promise<TemplateCount[]> {
  const { rows } = await sql<Omit<TemplateCount, "lines"> & { lines: string }>`
    select namespace, key, text, pod, container, line, lines::text as lines,
           extract(epoch from first_at)::float8 * 1000 as "firstAt", extract(epoch from last_at)::float8 * 1000 as "lastAt"
      from log_template where cluster = ${cluster} order by last_at desc limit ${limit}`.execute(database.kysely);
  return rows.map((row) => ({ ...row, lines: Number(row.lines) }));
}
