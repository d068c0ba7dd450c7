import { sql } from "kysely";
import { inAuditedTransaction, type Tx } from "../audit.ts";
import type { Database } from "../database.ts";
import { standingVerdict } from "../plans/standing-verdict.ts";

/** How many are gone. */
export interface PrunedIncidents {
  readonly incidents: number;
  readonly plans: number;
}

/** In one transaction, which holds the end of the audit chain. */
const most = 100;
/** Past incidents of a cluster that are remembered in short. Diagnoses compare with the latest 150. */
const remembered = 2_000;

/**
 * Incidents that nobody needs any more: resolved and untouched for `days`, told in chat, with no plan that could still be decided
 * or carried out, and with no opinion of a person that still counts.
 */
async function chosen(tx: Tx, cluster: string, days: number): Promise<readonly string[]> {
  const limit = sql`now() - make_interval(days => ${days}::int)`;
  const { rows } = await sql<{ id: string }>`
    select i.id::text as id from incident i
     where i.cluster = ${cluster} and i.status = 'resolved' and greatest(i.resolved_at, i.updated_at) < ${limit}
       and i.delivered_revision >= i.revision
       and not exists (
         select from action_plan p where p.incident_id = i.id::text
            and (p.state in ('approved', 'executing') or p.expires_at > ${limit}
                 or greatest(p.created_at, p.decided_at, p.applied_at, p.finished_at) > ${limit}))
       and not exists (select from cause_verdict v where v.incident_id = i.id and v.at > ${limit})
     order by i.id limit ${most} for update of i skip locked`.execute(tx);
  return rows.map(({ id }) => id);
}

/** What later diagnoses say of it: that it was, of what, by which cause, and what helped. */
async function remember(tx: Tx, cluster: string, ids: readonly string[]): Promise<void> {
  await sql`
    insert into past_incident (id, cluster, group_key, title, target, opened_at, onset, cause, culprit, fingerprints, signs,
                               action, fix_target, verdict)
    select i.id, i.cluster, i.group_key, i.title, i.target, i.opened_at, i.onset, d.first ->> 'cause', d.first -> 'culprit',
           jsonb_path_query_array(i.anomalies, '$[*].fingerprint'),
           array(select distinct (a ->> 'detector') || ':' || (a ->> 'reason') from jsonb_array_elements(i.anomalies) a),
           f.action, f.target, f.verdict
      from incident i
      join lateral (select body -> 'hypotheses' -> 0 as first from diagnosis
                     where incident_id = i.id order by version desc limit 1) d on d.first ? 'cause' and d.first ? 'culprit'
      left join lateral (select p.action, p.content -> 'target' as target, ${standingVerdict} as verdict
                           from action_plan p join verification v on v.plan_id = p.id
                          where p.incident_id = i.id::text and v.verdict <> 'unknown'
                          order by ${standingVerdict} = 'recovered' desc, p.created_at desc limit 1) f on true
     where i.id = any(${[...ids]}::bigint[]) and i.merged_into is null
        on conflict (id) do nothing`.execute(tx);
  await sql`
    delete from past_incident where cluster = ${cluster} and id in (
      select id from past_incident where cluster = ${cluster} order by opened_at desc, id desc offset ${remembered})`.execute(
    tx,
  );
}

/** Adds what is about to be deleted to the totals: counters in metrics do not fall. */
async function addTotals(tx: Tx, cluster: string, ids: readonly string[]): Promise<void> {
  await sql`
    with plan as (select * from action_plan where incident_id = any(${[...ids]}::text[])),
    verdicts as (select v.verdict from verification v join plan p on p.id = v.plan_id),
    spent as (
      select body -> 'tokens' as tokens from diagnosis where incident_id = any(${[...ids]}::bigint[]) and body ? 'tokens'),
    amounts (what, label, amount) as (
      select 'verifications', verdict, count(*) from verdicts group by verdict
      union all select 'executions', e.kind || '/' || e.outcome, count(*) from execution e join plan p on p.id = e.plan_id
                 group by e.kind, e.outcome
      union all select 'model', 'diagnoses', count(*) from spent
      union all select 'model', key, coalesce(sum((tokens ->> key)::double precision), 0)
                  from spent, unnest(array['input', 'output', 'costUsd']) as key group by key)
    insert into pruned_total (cluster, what, label, amount)
    select ${cluster}, what, label, amount from amounts where amount > 0
        on conflict (cluster, what, label) do update set amount = pruned_total.amount + excluded.amount`.execute(tx);
}

/** Deletes them with all that is theirs. @returns the ids of their plans */
async function remove(tx: Tx, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from action_plan where incident_id = any(${[...ids]}::text[]) order by created_at, id`.execute(tx);
  const plans = rows.map(({ id }) => id);
  for (const table of ["verification", "execution", "plan_vote"])
    await sql`delete from ${sql.table(table)} where plan_id = any(${plans}::text[])`.execute(tx);
  await sql`delete from action_plan where id = any(${plans}::text[])`.execute(tx);
  // Evidence, diagnoses, timelines, posts and the rest go with them.
  await sql`delete from incident where id = any(${[...ids]}::bigint[])`.execute(tx);
  return plans;
}

/**
 * Deletes a cluster's incidents that were resolved more than `days` ago, with their plans; what diagnoses and metrics need of
 * them is kept in short, and the audit says which they were. Nothing open, undelivered or still counted is touched.
 */
export async function pruneIncidents(database: Database, cluster: string, days: number): Promise<PrunedIncidents> {
  let [incidents, plans] = [0, 0];
  for (;;) {
    const gone = await inAuditedTransaction(database, async (tx, record) => {
      const ids = await chosen(tx, cluster, days);
      if (ids.length === 0) return { incidents: 0, plans: 0 };
      await remember(tx, cluster, ids);
      await addTotals(tx, cluster, ids);
      const planIds = await remove(tx, ids);
      const body = { cluster, days, incidents: ids.map(Number), plans: planIds };
      record({ event: "incidents.pruned", actor: "kubemend", subject: "retention", body });
      return { incidents: ids.length, plans: planIds.length };
    });
    incidents += gone.incidents;
    plans += gone.plans;
    if (gone.incidents < most) return { incidents, plans };
  }
}
