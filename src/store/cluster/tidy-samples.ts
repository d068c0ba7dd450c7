import type { Database } from "../database.ts";
import { createSampleMover } from "./move-samples.ts";
import {
  coarseMs,
  type SampleTable,
  sampleShapes,
  sampleTables,
  type ValueColumn,
  valueColumns,
} from "./sample-shapes.ts";

const rowsPerDelete = { arrays: 500, singly: 10_000 } as const;

/**
 * Deletes a cluster's samples older than `before` (ms), a chunk at a time so that nobody waits for it. Other clusters that
 * keep theirs in the same database have a retention of their own. @returns how many samples went.
 */
export async function pruneSamples({ pool }: Database, cluster: string, before: number): Promise<number> {
  let deleted = 0;
  const prune = async (table: string, samples: string, most: number) => {
    for (;;) {
      const { rows } = await pool.query<{ rows: number; samples: number }>(
        `with gone as (delete from ${table} where ctid = any(array(
           select ctid from ${table} where cluster = $1 and at < to_timestamp($2::double precision / 1000) limit ${most}))
           returning ${samples} as samples)
         select count(*)::int as rows, coalesce(sum(samples), 0)::int as samples from gone`,
        [cluster, before],
      );
      deleted += rows[0]?.samples ?? 0;
      if ((rows[0]?.rows ?? 0) < most) return;
    }
  };
  for (const table of sampleTables) {
    await prune(sampleShapes[table].table, "cardinality(object)", rowsPerDelete.arrays);
    await prune(sampleShapes[table].singly, "1", rowsPerDelete.singly);
  }
  // Names are marked as seen by the hour; those of samples that stay must stay.
  await pool.query(
    `delete from sample_object where cluster = $1 and seen_at < to_timestamp($2::double precision / 1000) - interval '2 hours'`,
    [cluster, before],
  );
  return deleted;
}

const aggregates = {
  mean: (value: string) => `avg(${value})::real`,
  last: (value: string) => `(array_agg(${value} order by at desc) filter (where ${value} is not null))[1]`,
  all: (value: string) => `bool_and(${value})`,
} as const;

/** An array of no value at all is no array. */
const packed = ({ column }: ValueColumn) =>
  `case when count(${column}) > 0 then array_agg(${column} order by object) end as ${column}`;

/**
 * Makes five minutes of samples one, of everything that was well all the time. What was in trouble at any time of them stays
 * as it was measured: it is rare, and it is what training looks at closest.
 */
function thinOneStep(table: SampleTable): string {
  const { table: stored } = sampleShapes[table];
  const columns = valueColumns(table);
  const names = columns.map(({ column }) => column).join(", ");
  // The new rows come out of the deleted ones, so the old keys are free when they are written.
  return `
    with taken as (
      delete from ${stored}
       where cluster = $1 and not thinned
         and at >= to_timestamp($2::double precision / 1000) and at < to_timestamp($3::double precision / 1000)
      returning *),
    each as (
      select t.at, u.* from taken t
       cross join lateral unnest(t.object, t.label, ${columns.map(({ column }) => `t.${column}`).join(", ")})
               as u (object, label, ${names})),
    troubled as (select distinct object from each where label <> 'g'),
    coarse as (
      select object, ${columns.map(({ column, coarse }) => `${aggregates[coarse](column)} as ${column}`).join(", ")}
        from each where object not in (select object from troubled) group by object),
    made as (
      select to_timestamp($2::double precision / 1000) as at, min(object) as part, array_agg(object order by object) as object,
             array_agg('g'::"char" order by object) as label, ${columns.map(packed).join(", ")}
        from coarse having count(*) > 0
      union all
      select at, min(object), array_agg(object order by object), array_agg(label order by object), ${columns.map(packed).join(", ")}
        from each where object in (select object from troubled) group by at)
    insert into ${stored} (cluster, at, part, thinned, object, label, ${names})
    select $1, at, part, true, object, label, ${names} from made
        on conflict do nothing`;
}

/** The oldest five minutes that are still as measured and older than `before` (ms): their start. */
async function nextStep(
  { pool }: Database,
  cluster: string,
  table: SampleTable,
  before: number,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ ms: number | null }>(
    `select (extract(epoch from min(at)) * 1000)::double precision as ms from ${sampleShapes[table].table}
      where cluster = $1 and not thinned and at < to_timestamp($2::double precision / 1000)`,
    [cluster, before],
  );
  const oldest = rows[0]?.ms ?? undefined;
  return oldest === undefined ? undefined : Math.floor(oldest / coarseMs) * coarseMs;
}

/**
 * Keeps samples from before `fullFrom` (ms) in steps of five minutes, a step at a time.
 * @returns false when `mayGoOn` has ended it early
 */
export async function thinSamples(
  database: Database,
  cluster: string,
  fullFrom: number,
  mayGoOn: () => boolean = () => true,
): Promise<boolean> {
  const before = Math.floor(fullFrom / coarseMs) * coarseMs;
  for (const table of sampleTables) {
    for (;;) {
      const step = await nextStep(database, cluster, table, before);
      if (step === undefined) break;
      if (!mayGoOn()) return false;
      await database.pool.query(thinOneStep(table), [cluster, step, step + coarseMs]);
    }
  }
  return true;
}

export interface SampleKeeping {
  /** Unix ms. Older samples go. */
  readonly from: number;
  /** Unix ms. Older ones are kept in steps of five minutes. */
  readonly fullFrom: number;
}

/**
 * What is to be done to samples by and by, for as long as `mayGoOn` says so: forgets what is too old, moves what earlier
 * versions kept, thins out. To be called again until it is done.
 */
export function createSampleTidying(database: Database, cluster: string) {
  const mover = createSampleMover(database, cluster);
  return async (
    { from, fullFrom }: SampleKeeping,
    mayGoOn: () => boolean = () => true,
  ): Promise<{ readonly pruned: number; readonly done: boolean }> => {
    const pruned = await pruneSamples(database, cluster, from);
    const done = (await mover.move(from, mayGoOn)) && (await thinSamples(database, cluster, fullFrom, mayGoOn));
    return { pruned, done };
  };
}
