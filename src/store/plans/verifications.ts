import { sql } from "kysely";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { kindOfRecord, type PastOutcome, type RecordKey, recordDays } from "../../incident/fix/action-record.ts";
import type { Verification } from "../../incident/fix/execution.ts";
import { storableJson, storableText } from "../../lib/storable-text.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";
import { isOurs } from "./plans.ts";
import { wasTakenBack } from "./standing-verdict.ts";

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

/** Newest applications that a record consists of; more convince nobody further. */
const mostOutcomes = 1_000;

/**
 * What an action has come to against a cause, on targets of a kind, newest first; for automatic application. What was to be taken
 * back has not helped, whatever the detectors said before: people see what those do not.
 */
export async function outcomesOf(
  database: Database,
  { action, cause, kind }: RecordKey,
  cluster?: string,
): Promise<readonly PastOutcome[]> {
  // Cut before anything is joined, in the order of the index. What a plan holds is read for pods only: plans are large.
  const { rows } = await sql<PastOutcome & { target: string; alsoHolds: ActionPlan["alsoHolds"] | null }>`
    select extract(epoch from p.applied_at)::float8 * 1000 as at, p.target,
           coalesce(v.verdict = 'recovered', false) and not p.taken_back as recovered,
           case when p.target = 'Pod' then p.content -> 'alsoHolds' end as "alsoHolds"
      from (select p.id, p.applied_at, p.content, ${wasTakenBack} as taken_back,
                   split_part(p.target_key, '/', 1) as target
              from action_plan p
             where ${isOurs(cluster)} and p.action = ${action} and p.cause = ${cause}
               and p.applied_at > now() - make_interval(days => ${recordDays}::int)
             order by p.applied_at desc limit ${mostOutcomes}) p
      left join verification v on v.plan_id = p.id
     where (v.verdict <> 'unknown' or p.taken_back) and p.target in (${kind}, 'Pod')
     order by p.applied_at desc`.execute(database.kysely);
  return rows
    .filter(({ target, alsoHolds }) => kindOfRecord({ target: { kind: target }, alsoHolds: alsoHolds ?? [] }) === kind)
    .map(({ at, recovered }) => ({ at, recovered }));
}
