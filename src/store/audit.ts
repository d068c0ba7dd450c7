import { type Kysely, sql, type Transaction } from "kysely";
import type { AuditEntry, AuditEvent, AuditVerdict } from "../incident/audit-entry.ts";
import { storableJson } from "../lib/storable-text.ts";
import { linkHash, walkChain } from "./audit-chain.ts";
import type { Database } from "./database.ts";
import type { Tables } from "./tables.ts";

export type Tx = Transaction<Tables>;

export interface AuditRecord {
  readonly event: AuditEvent;
  readonly actor: string;
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Row {
  readonly seq: string;
  readonly at_ms: string;
  readonly event: AuditEvent;
  readonly actor: string;
  readonly subject: string;
  readonly body: Record<string, unknown>;
  readonly prev_hash: string;
  readonly hash: string;
}

/**
 * Runs a change of state and writes down what it did, both or neither. The end of the chain is locked first: state changes
 * of all processes happen one after the other, so counting and then writing (budgets, votes) cannot race.
 */
export async function inAuditedTransaction<T>(
  database: Pick<Database, "kysely">,
  change: (tx: Tx, record: (entry: AuditRecord) => void) => Promise<T>,
): Promise<T> {
  // Under a stricter default of the server everybody who had to wait would fail instead of seeing what was decided before.
  const transaction = database.kysely.transaction().setIsolationLevel("read committed");
  return await transaction.execute(async (tx) => {
    const head = await sql<{ seq: string; hash: string }>`select seq, hash from audit_head for update`.execute(tx);
    let { seq, hash: prevHash } = { seq: Number(head.rows[0]?.seq ?? 0), hash: head.rows[0]?.hash ?? "" };
    const records: AuditRecord[] = [];
    const result = await change(tx, (entry) => records.push(entry));
    if (records.length === 0) return result;
    const clock = await sql<{
      ms: string;
    }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms`.execute(tx);
    const at = Number(clock.rows[0]?.ms);
    for (const record of records) {
      // Through the JSON that is stored, so that what is hashed is what will be read back.
      const body = JSON.parse(storableJson(record.body)) as Record<string, unknown>;
      seq++;
      const entry = { seq, at, event: record.event, actor: record.actor, subject: record.subject, body, prevHash };
      const hash = linkHash(entry);
      await sql`
        insert into audit (seq, at_ms, event, actor, subject, body, prev_hash, hash)
        values (${seq}, ${at}, ${entry.event}, ${entry.actor}, ${entry.subject}, ${JSON.stringify(body)}::jsonb, ${prevHash}, ${hash})`.execute(
        tx,
      );
      prevHash = hash;
    }
    await sql`update audit_head set seq = ${seq}, hash = ${prevHash}`.execute(tx);
    return result;
  });
}

function fromRow(row: Row): AuditEntry {
  return {
    seq: Number(row.seq),
    at: Number(row.at_ms),
    event: row.event,
    actor: row.actor,
    subject: row.subject,
    body: row.body,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

export interface AuditQuery {
  readonly subject?: string;
  /** Only entries with a higher number. */
  readonly after?: number;
  readonly limit?: number;
}

/** Oldest first. */
export async function listAudit(
  db: Database | { readonly kysely: Kysely<Tables> },
  query: AuditQuery = {},
): Promise<AuditEntry[]> {
  const { rows } = await sql<Row>`
    select seq, at_ms, event, actor, subject, body, prev_hash, hash from audit
     where seq > ${query.after ?? 0} and (${query.subject ?? null}::text is null or subject = ${query.subject ?? null})
     order by seq limit ${query.limit ?? 1_000}`.execute(db.kysely);
  return rows.map(fromRow);
}

/** The latest that the chain says about these subjects, oldest first; `earlier` counts what came before. */
export async function auditOf(
  database: Database,
  subjects: readonly string[],
  limit = 200,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly earlier: number }> {
  if (subjects.length === 0) return { entries: [], earlier: 0 };
  const { rows } = await sql<Row & { readonly all: number }>`
    select seq, at_ms, event, actor, subject, body, prev_hash, hash, count(*) over ()::int as all from audit
     where subject = any(${[...subjects]}::text[]) order by seq desc limit ${limit}`.execute(database.kysely);
  return { entries: rows.map(fromRow).reverse(), earlier: (rows[0]?.all ?? 0) - rows.length };
}

const pageEntries = 1_000;

/**
 * Walks the whole chain in one snapshot. Finds edits, deletions, insertions, changes of order and a cut-off end. A chain whose
 * beginning is gone holds only when one of its own links says up to where it was pruned, and by which hash. Whoever may write
 * everything may also write another chain that holds: `known`, the hashes of an earlier export by number, shows that.
 */
export async function verifyAudit(
  database: Database,
  known: ReadonlyMap<number, string> = new Map(),
): Promise<AuditVerdict> {
  return await database.kysely
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (tx): Promise<AuditVerdict> => {
      const head = await sql<{ seq: string; hash: string }>`select seq, hash from audit_head`.execute(tx);
      const walk = walkChain(known);
      for (;;) {
        const page = await listAudit({ kysely: tx }, { after: walk.seq, limit: pageEntries });
        for (const entry of page) {
          const broken = walk.take(entry);
          if (broken) return broken;
        }
        if (page.length < pageEntries) break;
      }
      const [kept] = head.rows;
      const verdict = walk.end(kept && { seq: Number(kept.seq), hash: kept.hash });
      if (!verdict.intact) return verdict;
      const { rows } = await sql`
        select from action_plan where not exists (select from audit where subject = id and event = 'plan.proposed') limit 1`.execute(
        tx,
      );
      return rows.length > 0 ? { intact: false, seq: walk.seq + 1, problem: "unwritten" } : verdict;
    });
}
