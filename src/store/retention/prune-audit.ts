import { sql } from "kysely";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";

/** In one transaction, which holds the end of the chain. */
const most = 5_000;
/** Says how long a cluster wants to keep the audit (days); undefined: for good. */
export async function sayAuditDays(database: Database, cluster: string, days: number | undefined): Promise<void> {
  await sql`
    insert into audit_retention (cluster, days) values (${cluster}, ${days ?? null})
        on conflict (cluster) do update set days = excluded.days, said_at = now()`.execute(database.kysely);
}

/**
 * Cuts off the beginning of the chain, up to the first entry that is young enough or is about a plan that is still there. What
 * is left begins at a link whose hash the newest entry repeats: "audit.pruned" is a part of the chain, so that the cut can be
 * proved to be ours, and a longer one shows.
 * @returns how many entries went
 */
export async function pruneAudit(database: Database): Promise<number> {
  let pruned = 0;
  for (;;) {
    const gone = await inAuditedTransaction(database, async (tx, record) => {
      // What may go is decided there (0041-audit-retention.ts): nobody who runs this may delete from the audit.
      const { rows } = await sql<{ first: string; last: string; hash: string; at_ms: string; days: number }>`
        select * from cut_audit(${most}::int)`.execute(tx);
      const cut = rows[0];
      if (!cut) return 0;
      const [first, last] = [Number(cut.first), Number(cut.last)];
      const body = { first, last, lastHash: cut.hash, lastAt: Number(cut.at_ms), days: cut.days };
      record({ event: "audit.pruned", actor: "kubemend", subject: "audit", body });
      return last - first + 1;
    });
    pruned += gone;
    if (gone < most) return pruned;
  }
}
