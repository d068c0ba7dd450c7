import { sql } from "kysely";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";

/** In one transaction, which holds the end of the chain. */
const most = 5_000;
/** A cluster that has not said anything for so long has no kubemend any more (days). */
const forgottenAfterDays = 30;

/** Says how long a cluster wants to keep the audit (days); undefined: for good. */
export async function sayAuditDays(database: Database, cluster: string, days: number | undefined): Promise<void> {
  await sql`
    insert into audit_retention (cluster, days) values (${cluster}, ${days ?? null})
        on conflict (cluster) do update set days = excluded.days, said_at = now()`.execute(database.kysely);
}

/** How long the audit is kept (days): as long as the cluster that wants it longest. Undefined: for good. */
async function auditDays(database: Database): Promise<number | undefined> {
  const { rows } = await sql<{ days: number | null }>`
    select case when bool_and(days is not null) then max(days) end as days from audit_retention
     where said_at > now() - make_interval(days => ${forgottenAfterDays}::int)`.execute(database.kysely);
  return rows[0]?.days ?? undefined;
}

/**
 * Cuts off the beginning of the chain, up to the first entry that is young enough or is about a plan that is still there. What
 * is left begins at a link whose hash the newest entry repeats: "audit.pruned" is a part of the chain, so that the cut can be
 * proved to be ours, and a longer one shows.
 * @returns how many entries went
 */
export async function pruneAudit(database: Database): Promise<number> {
  const days = await auditDays(database);
  if (days === undefined) return 0;
  let pruned = 0;
  for (;;) {
    const gone = await inAuditedTransaction(database, async (tx, record) => {
      const { rows } = await sql<{ first: string; last: string; hash: string; at_ms: string }>`
        with first as (select min(seq) as seq from audit),
        stays as (
          select a.seq from audit a
           where a.at_ms >= extract(epoch from now() - make_interval(days => ${days}::int)) * 1000
              or exists (select from action_plan p where p.id = a.subject)
           order by a.seq limit 1)
        select first.seq as first, a.seq as last, a.hash, a.at_ms from first, audit a
         where a.seq < coalesce((select seq from stays), (select seq from audit_head)) and a.seq < first.seq + ${most}
         order by a.seq desc limit 1`.execute(tx);
      const cut = rows[0];
      if (!cut) return 0;
      const [first, last] = [Number(cut.first), Number(cut.last)];
      await sql`delete from audit where seq <= ${last}`.execute(tx);
      const body = { first, last, lastHash: cut.hash, lastAt: Number(cut.at_ms), days };
      record({ event: "audit.pruned", actor: "kubemend", subject: "audit", body });
      return last - first + 1;
    });
    pruned += gone;
    if (gone < most) return pruned;
  }
}
