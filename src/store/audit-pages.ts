import { sql } from "kysely";
import type { AuditEntry, AuditEvent } from "../incident/audit-entry.ts";
import type { Database } from "./database.ts";

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

/** What the chain says about these subjects, oldest first. */
export async function auditOf(
  database: Database,
  subjects: readonly string[],
  limit = 200,
): Promise<readonly AuditEntry[]> {
  if (subjects.length === 0) return [];
  const { rows } = await sql<Row>`
    select seq, at_ms, event, actor, subject, body, prev_hash, hash from audit
     where subject = any(${[...subjects]}::text[]) order by seq limit ${limit}`.execute(database.kysely);
  return rows.map((row) => ({
    seq: Number(row.seq),
    at: Number(row.at_ms),
    event: row.event,
    actor: row.actor,
    subject: row.subject,
    body: row.body,
    prevHash: row.prev_hash,
    hash: row.hash,
  }));
}
