import type { SampleLabel } from "../../incident/cluster-sample.ts";
import type { Database } from "../database.ts";
import { type SampleRows, type SampleTable, sampleShapes, valueColumns } from "./sample-shapes.ts";
import { letterOf } from "./samples.ts";

export interface SampleQuery {
  readonly cluster: string;
  /** Unix ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  readonly labels?: readonly SampleLabel[];
  readonly pageRows?: number;
}

/** Where reading goes on: after this row of arrays. */
interface Place {
  readonly at: string;
  readonly part: number;
}

/** Rows of arrays that are looked at in one step. */
const timesPerLook = 500;

/**
 * The next rows of arrays, together about `pageRows` samples and at least one row: [the last of them, whether there are more].
 * Sizes are read without the arrays' contents.
 */
async function nextTimes(
  { pool }: Database,
  table: SampleTable,
  { cluster, to }: SampleQuery,
  after: Place,
  pageRows: number,
): Promise<Place | undefined> {
  const { rows } = await pool.query<Place & { readonly size: number }>(
    `select at::text as at, part, cardinality(object) as size from ${sampleShapes[table].table}
      where cluster = $1 and (at, part) > ($2::timestamptz, $3::integer) and at < to_timestamp($4::double precision / 1000)
      order by at, part limit ${timesPerLook}`,
    [cluster, after.at, after.part, to],
  );
  let sum = 0;
  for (const row of rows) {
    sum += row.size;
    if (sum >= pageRows) return row;
  }
  return rows.at(-1);
}

/** Samples in order of time, a page at a time, as they are kept: for training, which must not need them all in memory. */
export async function* readSamples<T extends SampleTable>(
  database: Database,
  table: T,
  query: SampleQuery,
): AsyncGenerator<readonly SampleRows[T][], void, undefined> {
  const { cluster, labels } = query;
  const pageRows = Math.max(1, Math.floor(query.pageRows ?? 10_000));
  const { table: stored, names } = sampleShapes[table];
  const columns = valueColumns(table);
  const named = Object.entries(names).map(([column, property]) => `o.${column} as "${property}"`);
  let after: Place = { at: new Date(query.from).toISOString(), part: -1 };
  let page: SampleRows[T][] = [];
  for (;;) {
    const last = await nextTimes(database, table, query, after, pageRows);
    if (!last) break;
    const { rows } = await database.pool.query<SampleRows[T] & { readonly at: number }>(
      `select round(extract(epoch from s.at) * 1000)::double precision as at, ${named.join(", ")},
              case u.label when 'b' then 'bad' when 'a' then 'alert' else 'good' end as label,
              ${columns.map(({ column, property }) => `u.${column} as "${property}"`).join(", ")}
         from ${stored} s
        cross join lateral unnest(s.object, s.label, ${columns.map(({ column }) => `s.${column}`).join(", ")})
                as u (object, label, ${columns.map(({ column }) => column).join(", ")})
         join sample_object o on o.id = u.object
        where s.cluster = $1 and (s.at, s.part) > ($2::timestamptz, $3::integer) and (s.at, s.part) <= ($4::timestamptz, $5::integer)
          and ($6::text[] is null or u.label = any($6::text[]::"char"[]))
        order by s.at, o.namespace, o.name`,
      [cluster, after.at, after.part, last.at, last.part, labels?.map((label) => letterOf[label]) ?? null],
    );
    after = last;
    page.push(...rows);
    for (; page.length >= pageRows; page = page.slice(pageRows)) yield page.slice(0, pageRows);
  }
  if (page.length > 0) yield page;
}
