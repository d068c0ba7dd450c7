import { type RawBuilder, sql } from "kysely";
import { type CauseCode, causeTitles } from "../../incident/cause.ts";
import { titleJoint, titleOfRow } from "../../incident/diagnosis/title.ts";
import type {
  FilterChoices,
  IncidentCount,
  IncidentCursor,
  IncidentFilter,
  ListedIncident,
} from "../../incident/report/incident-list.ts";
import type { Database } from "../database.ts";

interface Row extends Omit<ListedIncident, "openedAt" | "onset" | "resolvedAt"> {
  readonly openedAt: Date;
  readonly onset: Date;
  readonly resolvedAt: Date | null;
}

/** More is not counted: nobody turns that many pages. */
const countedMost = 10_000;

/** `%`, `_` and `\` stand for themselves in what people type. */
const containing = (text: string) => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;

/** Incidents whose last diagnosis says these words: `catalogue: defect in the new release`. */
function diagnosedAs(like: string): RawBuilder<unknown> {
  const codes = Object.keys(causeTitles);
  const titles = Object.values(causeTitles);
  return sql`
    select d.incident_id from diagnosis d
      join unnest(${codes}::text[], ${titles}::text[]) as c (code, title) on c.code = d.cause
     where not d.inconclusive and d.cause <> 'unknown'
       and (d.culprit ->> 'kind') || ' ' || (d.culprit ->> 'name') || ': ' || c.title ilike ${like}
       and not exists (select from diagnosis n where n.incident_id = d.incident_id and n.version > d.version)`;
}

/** The title as people read and copy it: what the diagnosis made of it, and then what was seen first. */
function byHeadline(search: string): RawBuilder<unknown> {
  const [head = "", ...seen] = search.split(titleJoint);
  const said = sql`i.id in (${diagnosedAs(containing(head))})`;
  return seen.length === 0 ? said : sql`(i.title ilike ${containing(seen.join(titleJoint))} and ${said})`;
}

function conditions(filter: IncidentFilter): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [];
  const { statuses, severity, namespace, cluster, cause, search } = filter;
  if (statuses) all.push(sql`i.status = any(${[...statuses]}::text[])`);
  if (severity) all.push(sql`i.severity = ${severity}`);
  if (namespace !== undefined) all.push(sql`i.namespace = ${namespace}`);
  if (cluster !== undefined) all.push(sql`i.cluster = ${cluster}`);
  if (cause) {
    // Of the last diagnosis: what an earlier one held has been thought better of.
    all.push(sql`i.id in (
      select d.incident_id from diagnosis d
       where d.cause = ${cause}
         and not exists (select from diagnosis n where n.incident_id = d.incident_id and n.version > d.version))`);
  }
  if (search) {
    const like = containing(search);
    const number = /^#?(\d{1,18})$/.exec(search)?.[1];
    all.push(
      number
        ? sql`(i.id = ${number}::bigint or i.title ilike ${like})`
        : sql`(i.title ilike ${like} or i.target ->> 'name' ilike ${like} or ${byHeadline(search)})`,
    );
  }
  return all.length === 0 ? sql`true` : sql.join(all, sql` and `);
}

/** Newest first; asks for one row more than shown, to know whether there is a next page. */
export async function pageOfIncidents(
  database: Database,
  filter: IncidentFilter,
  page: { readonly limit: number; readonly after?: IncidentCursor },
): Promise<{ readonly rows: readonly ListedIncident[]; readonly next?: IncidentCursor }> {
  const { after, limit } = page;
  const below = after
    ? sql`and (i.opened_at, i.id) < (${new Date(after.openedAt)}::timestamptz, ${after.id}::bigint)`
    : sql``;
  const { rows } = await sql<Row>`
    select i.id::text as id, i.cluster, i.title, i.severity, i.status, i.target, i.opened_at as "openedAt", i.onset,
           i.resolved_at as "resolvedAt", i.acknowledged_by as "acknowledgedBy",
           i.merged_into::text as "mergedInto",
           d.cause, d.culprit, d.probability, d.inconclusive
      from (select * from incident i where ${conditions(filter)} ${below}
             order by i.opened_at desc, i.id desc limit ${limit + 1}) i
      left join lateral (select cause, culprit, probability, inconclusive from diagnosis
                          where incident_id = i.id order by version desc limit 1) d on true
     order by i.opened_at desc, i.id desc`.execute(database.kysely);
  const shown = rows.slice(0, limit).map((row) => ({
    ...row,
    title: titleOfRow(row, row),
    openedAt: row.openedAt.getTime(),
    onset: row.onset.getTime(),
    resolvedAt: row.resolvedAt?.getTime() ?? null,
  }));
  const last = shown.at(-1);
  return rows.length > limit && last
    ? { rows: shown, next: { openedAt: last.openedAt, id: last.id } }
    : { rows: shown };
}

/** How many match, up to a bound. */
export async function countIncidents(database: Database, filter: IncidentFilter): Promise<IncidentCount> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (select from incident i where ${conditions(filter)} limit ${countedMost + 1}) c`.execute(
    database.kysely,
  );
  const count = rows[0]?.count ?? 0;
  return { count: Math.min(count, countedMost), more: count > countedMost };
}

/** Grows with every change of the incident. */
export async function revisionOf(database: Database, id: string): Promise<number | undefined> {
  const { rows } = await sql<{ revision: string }>`select revision from incident where id = ${id}::bigint`.execute(
    database.kysely,
  );
  return rows[0] && Number(rows[0].revision);
}

const choicesMost = 200;

/** What occurs, for the filters' lists. */
export async function filterChoices(database: Database): Promise<FilterChoices> {
  const { rows } = await sql<{ namespaces: string[] | null; clusters: string[] | null; causes: CauseCode[] | null }>`
    select (select array_agg(n order by n) from (select distinct namespace as n from incident where namespace is not null limit ${choicesMost}) a) as namespaces,
           (select array_agg(c order by c) from (select distinct cluster as c from incident limit ${choicesMost}) b) as clusters,
           (select array_agg(c order by c) from (select distinct cause as c from diagnosis where cause is not null) c) as causes`.execute(
    database.kysely,
  );
  const { namespaces, clusters, causes } = rows[0] ?? { namespaces: null, clusters: null, causes: null };
  return { namespaces: namespaces ?? [], clusters: clusters ?? [], causes: causes ?? [] };
}
