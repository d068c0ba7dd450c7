import { sql } from "kysely";
import type { ActionCode } from "../../incident/action-code.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { History, PastIncident, RejectedCause } from "../../incident/diagnosis/past-incident.ts";
import { type IncidentFacets, similarity } from "../../incident/diagnosis/similarity.ts";
import type { VerificationVerdict } from "../../incident/fix/execution.ts";
import type { Incident } from "../../incident/incident.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Tx } from "../audit.ts";
import type { Database } from "../database.ts";
import { standingVerdict, wasTakenBack } from "../plans/standing-verdict.ts";
import { type FixOutcome, outcomeTable, type WrongCause } from "./outcome-table.ts";

/** What is less alike is another story. */
const leastSimilarity = 0.35;
const shown = 5;
/** Incidents that are compared, of those that are kept and of those that were pruned: the latest of the same place and of all. */
const pool = { samePlace: 50, all: 150 } as const;
/** Outcomes that are counted, the latest; software changes, and what held half a year ago is no guide. */
const counted = { rows: 2_000, days: 180 } as const;
/** The server stops a query that takes longer; together they stay within the second that a diagnosis waits. */
const statementTimeoutMs = 800;

const signOf = (anomaly: { detector: string; reason: string }) => `${anomaly.detector}:${anomaly.reason}`;

interface PastRow {
  readonly id: string;
  readonly title: string;
  readonly group_key: string;
  readonly target: ObjectRef;
  readonly onset: Date;
  readonly cause: CauseCode;
  readonly culprit: ObjectRef;
  readonly fingerprints: readonly string[];
  readonly signs: readonly string[];
  readonly action: ActionCode | null;
  readonly fix_target: ObjectRef | null;
  readonly verdict: VerificationVerdict | null;
}

async function pastRows(tx: Tx, { id, cluster, groupKey }: Incident): Promise<readonly PastRow[]> {
  const { rows } = await sql<PastRow>`
    with pool as (
      (select id from incident where cluster = ${cluster} and group_key = ${groupKey} and id <> ${id}::bigint and merged_into is null
        order by opened_at desc limit ${pool.samePlace})
      union
      (select id from incident where cluster = ${cluster} and id <> ${id}::bigint and merged_into is null order by opened_at desc limit ${pool.all})
    )
    (select i.id::text, i.title, i.group_key, i.target, i.onset,
           d.first->>'cause' as cause, d.first->'culprit' as culprit,
           jsonb_path_query_array(i.anomalies, '$[*].fingerprint') as fingerprints,
           array(select distinct (a->>'detector') || ':' || (a->>'reason') from jsonb_array_elements(i.anomalies) a) as signs,
           f.action, f.target as fix_target, f.verdict
      from pool join incident i on i.id = pool.id
      join lateral (select body->'hypotheses'->0 as first from diagnosis
                     where incident_id = i.id order by version desc limit 1) d on d.first is not null
      left join lateral (select p.action, p.content->'target' as target, ${standingVerdict} as verdict
                           from action_plan p join verification v on v.plan_id = p.id
                          where p.incident_id = i.id::text and v.verdict <> 'unknown'
                          order by ${standingVerdict} = 'recovered' desc, p.created_at desc limit 1) f on true)
    union all
    (select id::text, title, group_key, target, onset, cause, culprit, fingerprints, signs, action, fix_target, verdict
       from past_incident where cluster = ${cluster} and group_key = ${groupKey} order by opened_at desc limit ${pool.samePlace})
    union all
    (select id::text, title, group_key, target, onset, cause, culprit, fingerprints, signs, action, fix_target, verdict
       from past_incident where cluster = ${cluster} and group_key <> ${groupKey} order by opened_at desc limit ${pool.all})`.execute(
    tx,
  );
  return rows;
}

/** The cause that the incident's own last diagnosis put first; undefined at the first diagnosis. */
async function causeSoFar(tx: Tx, incidentId: string): Promise<CauseCode | undefined> {
  const { rows } = await sql<{ cause: CauseCode | null }>`
    select body->'hypotheses'->0->>'cause' as cause from diagnosis
     where incident_id = ${incidentId}::bigint order by version desc limit 1`.execute(tx);
  return rows[0]?.cause ?? undefined;
}

async function fixOutcomes(tx: Tx, cluster: string): Promise<readonly FixOutcome[]> {
  const { rows } = await sql<FixOutcome>`
    with recent as (select plan_id, verdict from verification where verdict <> 'unknown' order by at desc limit ${counted.rows})
    select p.incident_id as "incidentId", p.cause, p.action, ${standingVerdict} = 'recovered' as recovered,
           v.verdict = 'recovered' and ${wasTakenBack} as "takenBack"
      from recent v join action_plan p on p.id = v.plan_id
      join incident i on i.cluster = ${cluster}
       and i.id = case when p.incident_id ~ '^[0-9]{1,18}$' then p.incident_id::bigint end
     where p.cause is not null and p.created_at > now() - make_interval(days => ${counted.days}::int)`.execute(tx);
  return rows;
}

type SaidCause = WrongCause & RejectedCause & { readonly verdict: "rejected" | "wrong" | "right" };

async function saidCauses(tx: Tx, cluster: string): Promise<readonly SaidCause[]> {
  const { rows } = await sql<SaidCause>`
    select v.incident_id::text as "incidentId", v.cause, v.culprit, v.by_name as "by", v.verdict
      from cause_verdict v join incident i on i.id = v.incident_id and i.cluster = ${cluster}
     where v.at > now() - make_interval(days => ${counted.days}::int)
     order by v.at desc limit ${counted.rows}`.execute(tx);
  return rows;
}

function pastOf(row: PastRow, facets: IncidentFacets): PastIncident {
  const { id, title, group_key: groupKey, target, onset, cause, culprit, fingerprints, signs, action, verdict } = row;
  return {
    id,
    title,
    cause,
    culprit,
    onset: onset.getTime(),
    ...(action && row.fix_target
      ? { fix: { action, target: row.fix_target, recovered: verdict === "recovered" } }
      : {}),
    similarity: similarity(facets, { groupKey, target, cause, fingerprints, signs }),
  };
}

/**
 * What happened before in the incident's cluster: incidents like it and what helped, how often causes and fixes turned out
 * right, and what people ruled out in this very incident. A bounded number of rows whatever the age of the cluster.
 * @throws when the database is slower than a diagnosis may wait.
 */
export async function recall(database: Database, incident: Incident): Promise<History> {
  return await database.kysely.transaction().execute(async (tx) => {
    await sql.raw(`set local statement_timeout = ${statementTimeoutMs}`).execute(tx);
    const rows = await pastRows(tx, incident);
    const cause = await causeSoFar(tx, incident.id);
    const facets: IncidentFacets = {
      groupKey: incident.groupKey,
      target: incident.target,
      ...(cause ? { cause } : {}),
      fingerprints: incident.anomalies.map(({ fingerprint }) => fingerprint),
      signs: incident.anomalies.map(signOf),
    };
    const said = await saidCauses(tx, incident.cluster);
    const wrong = said.filter(({ verdict }) => verdict !== "right");
    const right = said.filter(({ verdict }) => verdict === "right");
    return {
      similar: rows
        .map((row) => pastOf(row, facets))
        .filter((past) => past.similarity >= leastSimilarity)
        .sort((a, b) => b.similarity - a.similarity || b.onset - a.onset)
        .slice(0, shown),
      outcomes: outcomeTable(incident.id, await fixOutcomes(tx, incident.cluster), wrong, right),
      rejected: wrong
        .filter(({ incidentId, verdict }) => incidentId === incident.id && verdict === "rejected")
        .map(({ cause, culprit, by }) => ({ cause, culprit, by })),
    };
  });
}
