import { sql } from "kysely";
import type { Database } from "../database.ts";
import { queueOf } from "../jobs.ts";
import { isOurs } from "../plans/plans.ts";
import { wasTakenBack } from "../plans/standing-verdict.ts";

/** In how many incidents a detector reported and how many anomalies, and when it did so last (unix ms). */
export interface DetectorFigures {
  readonly detector: string;
  readonly incidents: number;
  readonly anomalies: number;
  readonly lastAt: number;
}

/** Incidents that are looked through; anomalies lie in documents, and the newest tell how a detector is now. */
const incidentsRead = 500;

/** How often each detector reported in the newest incidents of `days`, the last first. */
export async function detectorFigures(database: Database, days = 30): Promise<readonly DetectorFigures[]> {
  const { rows } = await sql<{ detector: string; incidents: number; anomalies: number; last_at: string }>`
    select a ->> 'detector' as detector, count(distinct i.id)::int as incidents, count(*)::int as anomalies,
           max((a ->> 'detectedAt')::double precision)::text as last_at
      from (select id, anomalies from incident where merged_into is null and opened_at > now() - make_interval(days => ${days}::int)
             order by opened_at desc limit ${incidentsRead}) i,
           jsonb_array_elements(i.anomalies) a
     group by 1 order by max((a ->> 'detectedAt')::double precision) desc`.execute(database.kysely);
  return rows.map((row) => ({ ...row, lastAt: Number(row.last_at) }));
}

/**
 * Numbers of incidents: those whose last diagnosis names the cause first, those in which a person ruled it out, and
 * those that a fix for it ended for good.
 */
export interface CauseFigures {
  readonly cause: string;
  readonly incidents: number;
  readonly ruledOut: number;
  readonly repaired: number;
}

/** No verdict comes later than this after a change. */
const lateVerdictDays = 8;

/** What the last diagnoses of incidents of `days` said, how often people ruled it out, how often a fix helped and stayed. */
export async function causeFigures(database: Database, days = 30): Promise<readonly CauseFigures[]> {
  const { rows } = await sql<CauseFigures>`
    with named as (
      select cause, count(*)::int as incidents from incident
       where cause is not null and opened_at > now() - make_interval(days => ${days}::int) group by cause),
    ruled_out as (
      select cause, count(distinct incident_id)::int as incidents from cause_verdict
       where at > now() - make_interval(days => ${days}::int) group by cause),
    repaired as (
      -- Once each by hashing: to count distinct texts the server would sort them by the rules of a language.
      select cause, count(*)::int as incidents
        from (select distinct p.cause, p.incident_id
                from verification v join action_plan p on p.id = v.plan_id and p.cause is not null
                 and p.applied_at > now() - make_interval(days => ${days + lateVerdictDays}::int)
                 and not (${wasTakenBack})
               where v.verdict = 'recovered' and v.at > now() - make_interval(days => ${days}::int)) as helped
       group by cause)
    select cause, named.incidents, coalesce(ruled_out.incidents, 0) as "ruledOut",
           coalesce(repaired.incidents, 0) as repaired
      from named left join ruled_out using (cause) left join repaired using (cause)
     order by named.incidents desc, cause`.execute(database.kysely);
  return rows;
}

/** One row a number: what `/metrics` tells of what is in the database. */
export interface CountedRow {
  readonly what: "plans" | "verifications" | "executions" | "incidents" | "undelivered";
  readonly label: string;
  readonly count: number;
}

/** Counts of a cluster (of all, when none is named) that must survive a restart, and totals also the pruning of what they count. */
export async function countedRows(database: Database, cluster?: string): Promise<readonly CountedRow[]> {
  const { rows } = await sql<CountedRow>`
    select what, label, sum(amount)::int as count from (
             select what, label, amount from tally
              where ${isOurs(cluster)} and what in ('plans', 'verifications', 'executions', 'incidents')
              union all
             select what, label, amount from pruned_total
              where ${isOurs(cluster)} and what in ('verifications', 'executions')) as counted
     group by what, label having sum(amount) <> 0
    union all
    select 'undelivered', '', count(*)::int from incident
     where delivered_revision < revision and ${isOurs(cluster)}`.execute(database.kysely);
  return rows;
}

/** Jobs of a cluster that wait or run, by queue. Empty until the queue has made its tables. */
export async function jobCounts(
  database: Database,
  cluster?: string,
): Promise<readonly { queue: string; state: string; count: number }[]> {
  const { rows: there } = await sql<{ there: boolean }>`select to_regclass('pgboss.job') is not null as there`.execute(
    database.kysely,
  );
  if (!there[0]?.there) return [];
  const ending = cluster === undefined ? undefined : queueOf("", cluster);
  const { rows } = await sql<{ queue: string; state: string; count: number }>`
    select split_part(name, '/', 1) as queue, state::text as state, count(*)::int as count from pgboss.job
     where ${ending === undefined ? sql`true` : sql`right(name, length(${ending})) = ${ending}`} and state in ('created', 'retry', 'active', 'failed') and left(name, 2) <> '__' group by name, state`.execute(
    database.kysely,
  );
  return rows;
}

/** `input` and `output` are tokens; `costUsd` counts only what a price was known for. */
export interface ModelSpending {
  readonly diagnoses: number;
  readonly input: number;
  readonly output: number;
  readonly costUsd: number;
}

/** What the language model has cost, over all diagnoses of `days`; without it ever, also what has been pruned. */
export async function modelSpending(database: Database, days?: number): Promise<ModelSpending> {
  const { rows } = await sql<ModelSpending>`
    select count(*)::int as diagnoses,
           coalesce(sum((body #> '{tokens,input}')::double precision), 0) as input,
           coalesce(sum((body #> '{tokens,output}')::double precision), 0) as output,
           coalesce(sum((body #> '{tokens,costUsd}')::double precision), 0) as "costUsd"
      from diagnosis where body ? 'tokens'
       and (${days ?? null}::int is null or made_at > now() - make_interval(days => ${days ?? 0}::int))`.execute(
    database.kysely,
  );
  const { diagnoses, input, output, costUsd } = rows[0] ?? { diagnoses: 0, input: 0, output: 0, costUsd: 0 };
  if (days !== undefined) return { diagnoses, input, output, costUsd };
  const gone = await sql<{ label: string; amount: number }>`
    select label, sum(amount) as amount from pruned_total where what = 'model' group by label`.execute(database.kysely);
  const pruned = (label: keyof ModelSpending) => gone.rows.find((row) => row.label === label)?.amount ?? 0;
  return {
    diagnoses: diagnoses + pruned("diagnoses"),
    input: input + pruned("input"),
    output: output + pruned("output"),
    costUsd: costUsd + pruned("costUsd"),
  };
}
