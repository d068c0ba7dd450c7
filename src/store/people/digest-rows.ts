import { sql } from "kysely";
import type { ActionCode } from "../../incident/action-code.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { VerificationVerdict } from "../../incident/fix/execution.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Severity } from "../../incident/severity.ts";
import type { IncidentStatus } from "../../incident/status.ts";
import type { Database } from "../database.ts";

/** One incident as a digest needs it; times in ms. `passing`: resolved by itself before anybody did anything. */
export interface IncidentLine {
  readonly id: string;
  readonly title: string;
  readonly target: ObjectRef;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly openedAt: number;
  readonly onset: number;
  readonly resolvedAt: number | null;
  readonly cause: CauseCode | null;
  readonly culprit: ObjectRef | null;
  readonly probability: number | null;
  readonly inconclusive: boolean | null;
  readonly detectors: readonly string[];
  readonly predictions: readonly string[];
  readonly passing: boolean;
}

/** One plan that was carried out, or failed at it, with its verdict; null while there is none. `at` in unix ms. */
export interface FixLine {
  readonly incidentId: string;
  readonly action: ActionCode;
  readonly target: ObjectRef;
  readonly at: number;
  readonly state: "applied" | "undone" | "failed";
  readonly verdict: VerificationVerdict | null;
}

export interface DigestRows {
  /** Opened in the period, resolved in it, or open now; the latest first. */
  readonly incidents: readonly IncidentLine[];
  /** There were more than are read. */
  readonly incidentsMore: number;
  readonly fixes: readonly FixLine[];
  /** Of all incidents, also those that are not read. */
  readonly now: { readonly opened: number; readonly resolved: number };
  readonly before: { readonly opened: number; readonly resolved: number };
}

const most = { incidents: 2_000, fixes: 50 } as const;
/** What is gone sooner, without anybody's doing, was passing. */
const passingMinutes = 15;

/** What a digest of `from` to `to` (ms) is made from. */
export async function digestRows(
  database: Database,
  { cluster, from, to }: { readonly cluster: string; readonly from: number; readonly to: number },
): Promise<DigestRows> {
  const [start, end, earlier] = [new Date(from), new Date(to), new Date(2 * from - to)];
  const incidents = await sql<IncidentLine & { all: number }>`
    with chosen as (
      select * from incident i
       where i.cluster = ${cluster} and i.opened_at < ${end} and i.merged_into is null
         and (i.opened_at >= ${start} or i.resolved_at >= ${start} or i.status <> 'resolved'))
    select i.id::text as id, i.title, i.target, i.severity, i.status,
           extract(epoch from i.opened_at)::float8 * 1000 as "openedAt",
           extract(epoch from i.onset)::float8 * 1000 as onset,
           extract(epoch from case when i.status = 'resolved' then i.resolved_at end)::float8 * 1000 as "resolvedAt",
           d.cause, d.culprit, d.probability, d.inconclusive,
           array(select distinct a ->> 'detector' from jsonb_array_elements(i.anomalies) a order by 1) as detectors,
           array(select a ->> 'summary' from jsonb_array_elements(i.anomalies) a where a ->> 'family' = 'prediction' limit 3) as predictions,
           i.status = 'resolved' and i.acknowledged_by is null
             and i.resolved_at - i.opened_at < make_interval(mins => ${passingMinutes}::int)
             and not exists (select from action_plan p where p.incident_id = i.id::text and p.applied_at is not null) as passing,
           (select count(*)::int from chosen) as all
      from chosen i
      left join lateral (select cause, culprit, probability, inconclusive from diagnosis
                          where incident_id = i.id order by version desc limit 1) d on true
     order by i.opened_at desc limit ${most.incidents}`.execute(database.kysely);
  const fixes = await sql<FixLine>`
    select p.incident_id as "incidentId", p.action, p.content -> 'target' as target, p.state,
           extract(epoch from coalesce(p.applied_at, p.finished_at, p.decided_at))::float8 * 1000 as at, v.verdict
      from action_plan p
      join incident i on i.id = case when p.incident_id ~ '^[0-9]{1,18}$' then p.incident_id::bigint end
      left join verification v on v.plan_id = p.id
     where i.cluster = ${cluster} and p.state in ('applied', 'undone', 'failed')
       and coalesce(p.applied_at, p.finished_at, p.decided_at) >= ${start}
       and coalesce(p.applied_at, p.finished_at, p.decided_at) < ${end}
     order by 5 desc limit ${most.fixes}`.execute(database.kysely);
  const counts = await sql<{ opened: number; resolved: number; openedBefore: number; resolvedBefore: number }>`
    select count(*) filter (where opened_at >= ${start} and opened_at < ${end})::int as opened,
           count(*) filter (where status = 'resolved' and resolved_at >= ${start} and resolved_at < ${end})::int as resolved,
           count(*) filter (where opened_at >= ${earlier} and opened_at < ${start})::int as "openedBefore",
           count(*) filter (where resolved_at >= ${earlier} and resolved_at < ${start})::int as "resolvedBefore"
      from incident where cluster = ${cluster} and merged_into is null
       and (opened_at >= ${earlier} or resolved_at >= ${earlier})`.execute(database.kysely);
  const [count] = counts.rows;
  const all = incidents.rows[0]?.all ?? 0;
  return {
    incidents: incidents.rows,
    incidentsMore: Math.max(0, all - incidents.rows.length),
    fixes: fixes.rows,
    now: { opened: count?.opened ?? 0, resolved: count?.resolved ?? 0 },
    before: { opened: count?.openedBefore ?? 0, resolved: count?.resolvedBefore ?? 0 },
  };
}
