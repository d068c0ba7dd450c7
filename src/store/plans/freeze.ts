import { sql } from "kysely";
import type { Person } from "../../incident/approval.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";

/**
 * Who froze or thawed last, why, and when (unix ms; 0 when the switch is missing). `reason` is null when none was
 * given.
 */
export interface FreezeState {
  readonly frozen: boolean;
  readonly by: Person | null;
  readonly reason: string | null;
  readonly at: number;
}

/**
 * No plan is approved or started while it is frozen. What is being sent at that moment is finished. Who freezes once more without
 * saying why leaves who has frozen and why as it stands.
 */
export async function setFreeze(
  database: Database,
  change: { frozen: boolean; by: Person; reason?: string },
): Promise<FreezeState> {
  const { frozen, by, reason = null } = change;
  await inAuditedTransaction(database, async (tx, record) => {
    await sql`
      update freeze_switch set frozen = ${frozen}, by_id = ${by.id}, by_name = ${by.name}, reason = ${reason}, at = clock_timestamp()
       where not (frozen and ${frozen} and ${reason}::text is null)`.execute(tx);
    record({ event: "freeze.changed", actor: by.id, subject: "freeze", body: { frozen, reason } });
  });
  return await getFreeze(database);
}

/** Frozen, too, when the switch is missing. */
export async function getFreeze(database: Database): Promise<FreezeState> {
  const { rows } = await sql<{
    frozen: boolean;
    by_id: string | null;
    by_name: string | null;
    reason: string | null;
    at: Date;
  }>`
    select frozen, by_id, by_name, reason, at from freeze_switch`.execute(database.kysely);
  const row = rows[0];
  // Acting fails closed: without the row nobody knows that it is allowed.
  if (!row) return { frozen: true, by: null, reason: "the freeze switch is missing from the database", at: 0 };
  const by = row.by_id === null ? null : { id: row.by_id, name: row.by_name ?? row.by_id };
  return { frozen: row.frozen, by, reason: row.reason, at: row.at.getTime() };
}
