import { sql } from "kysely";
import { type AuditMark, markText } from "../incident/audit-mark.ts";
import { inAuditedTransaction } from "./audit.ts";
import type { Database } from "./database.ts";

/** The newest entry; undefined while there is none. */
export async function newestMark(database: Database): Promise<AuditMark | undefined> {
  const { rows } = await sql<{ seq: string; hash: string }>`select seq, hash from audit_head where seq > 0`.execute(
    database.kysely,
  );
  const row = rows[0];
  return row && { seq: Number(row.seq), hash: row.hash };
}

/**
 * Whether the chain still has what was its newest entry once. It has not after its end was cut off, after an older backup was put
 * back, and after it was written anew. An entry that was pruned since is taken for well: `verifyAudit` knows whether it was.
 */
export async function stillHas(database: Database, { seq, hash }: AuditMark): Promise<boolean> {
  const { rows } = await sql<{ ahead: boolean; kept: string | null; pruned: boolean }>`
    select coalesce((select seq from audit_head), 0) >= ${seq} as ahead,
           (select hash from audit where seq = ${seq}) as kept,
           ${seq} < (select min(seq) from audit) as pruned`.execute(database.kysely);
  const [row] = rows;
  if (!row?.ahead) return false;
  return row.kept === null ? row.pruned : row.kept === hash;
}

/** Writes into the chain as it is now that it does not have an entry any more which it had. */
export async function sayTakenBack(database: Database, mark: AuditMark): Promise<void> {
  await inAuditedTransaction(database, async (_tx, record) =>
    record({ event: "audit.taken-back", actor: "kubemend", subject: "audit", body: { mark: markText(mark) } }),
  );
}

/** How often between two times (ms) the chain was found without an entry that it had. */
export async function timesTakenBack(database: Database, from: number, to: number): Promise<number> {
  const { rows } = await sql<{ times: number }>`
    select count(*)::int as times from audit
     where subject = 'audit' and event = 'audit.taken-back' and at_ms >= ${from} and at_ms < ${to}`.execute(
    database.kysely,
  );
  return rows[0]?.times ?? 0;
}
