import { sql } from "kysely";
import type { Verification } from "../../incident/fix/execution.ts";
import { storableJson, storableText } from "../../lib/storable-text.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";
import { isOurs } from "./plans.ts";

/** Keeps the verdict on an applied plan. A later verdict replaces only "unknown". @returns whether this one now stands. */
export async function saveVerification(database: Database, verification: Verification): Promise<boolean> {
  const { planId, verdict, at, remaining, fresh, measures = [] } = verification;
  const reason = storableText(verification.reason);
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql`
      insert into verification (plan_id, verdict, reason, at, remaining, fresh, measures)
      values (${planId}, ${verdict}, ${reason}, to_timestamp(${at}::double precision / 1000), ${storableJson(remaining)}::jsonb, ${storableJson(fresh)}::jsonb, ${storableJson(measures)}::jsonb)
      on conflict (plan_id) do update set verdict = excluded.verdict, reason = excluded.reason, at = excluded.at,
             remaining = excluded.remaining, fresh = excluded.fresh, measures = excluded.measures
       where verification.verdict = 'unknown'
      returning plan_id`.execute(tx);
    if (rows.length === 0) return false;
    // They have served.
    await sql`update action_plan set symptoms = null where id = ${planId} and symptoms is not null`.execute(tx);
    record({ event: "verification.recorded", actor: "kubemend", subject: planId, body: { verdict, reason } });
    return true;
  });
}

export interface Outcomes {
  readonly recovered: number;
  readonly notRecovered: number;
}

/** How often an action was seen to help against a cause, for confidence and for automatic application. */
export async function outcomesOf(
  database: Database,
  action: string,
  cause: string,
  cluster?: string,
): Promise<Outcomes> {
  const { rows } = await sql<{ recovered: string; other: string }>`
    with outcome (verdict, amount) as (
      select split_part(label, '|', 3), amount
        from (select cluster, what, label, amount from tally union all select cluster, what, label, amount from pruned_total) counted
       where ${isOurs(cluster)} and what = 'outcomes' and starts_with(label, ${`${action}|${cause}|`}))
    select coalesce(sum(amount) filter (where verdict = 'recovered'), 0) as recovered,
           coalesce(sum(amount) filter (where verdict in ('not-recovered', 'worse')), 0) as other from outcome`.execute(
    database.kysely,
  );
  return { recovered: Number(rows[0]?.recovered ?? 0), notRecovered: Number(rows[0]?.other ?? 0) };
}
