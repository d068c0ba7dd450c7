import type { Database } from "../database.ts";
import { coarseMs, type SampleTable, sampleShapes, sampleTables, valueColumns } from "./sample-shapes.ts";

/** What a `real` cannot hold is the nearest that it can. */
const real = (column: string) =>
  `case when abs(${column}) < 1.18e-38 then 0 when abs(${column}) > 3.4028234e38 and abs(${column}) < 'Infinity' then sign(${column}) * 'Infinity'::float8 else ${column} end::real`;

function moveOneStep(table: SampleTable): string {
  const { table: stored, singly, kind, names } = sampleShapes[table];
  const columns = valueColumns(table);
  const namespace = names.namespace === undefined ? "''::text" : names.namespace;
  const workload = names.workload === undefined ? "''::text" : names.workload;
  const same = "o.namespace = t.namespace_ and o.name = t.name_ and o.workload = t.workload_";
  return `
    with taken as (
      delete from ${singly}
       where cluster = $1 and at >= to_timestamp($2::double precision / 1000) and at < to_timestamp($3::double precision / 1000)
      returning *, ${namespace} as namespace_, ${names.name} as name_, ${workload} as workload_),
    given as (select namespace_, name_, workload_, max(at) as seen_at from taken group by 1, 2, 3),
    known as (
      select t.*, o.id from given t left join sample_object o on o.cluster = $1 and o.kind = '${kind}' and ${same}),
    fresh as (
      insert into sample_object (cluster, kind, namespace, name, workload, seen_at)
      select $1, '${kind}', namespace_, name_, workload_, seen_at from known where id is null
          on conflict (cluster, kind, namespace, name, workload)
          do update set seen_at = greatest(sample_object.seen_at, excluded.seen_at)
      returning id, namespace as namespace_, name as name_, workload as workload_),
    numbered as (
      select id, namespace_, name_, workload_ from known where id is not null
      union all select id, namespace_, name_, workload_ from fresh)
    insert into ${stored} (cluster, at, part, object, label, ${columns.map(({ column }) => column).join(", ")})
    select $1, t.at, min(o.id), array_agg(o.id order by o.id), array_agg(left(t.label, 1)::"char" order by o.id),
           ${columns
             .map(({ column, type }) => {
               const value = type === "real" ? real(`t.${column}`) : `t.${column}`;
               return `case when count(t.${column}) > 0 then array_agg(${value} order by o.id) end`;
             })
             .join(", ")}
      from taken t join numbered o using (namespace_, name_, workload_)
     group by t.at
        on conflict do nothing`;
}

/**
 * Moves what earlier versions kept, a row for each object and time, to where samples are kept now: five minutes a step, the
 * newest first. May be called until it is done; a step is moved or not.
 */
export function createSampleMover({ pool }: Database, cluster: string) {
  /** Up to where (ms, exclusive) each table may still hold rows; absent before the first look, null when it is empty. */
  const upTo = new Map<SampleTable, number | null>();

  const moveTable = async (table: SampleTable, from: number, mayGoOn: () => boolean): Promise<boolean> => {
    const { singly } = sampleShapes[table];
    if (!upTo.has(table)) {
      const { rows } = await pool.query<{ ms: number | null }>(
        `select (extract(epoch from max(at)) * 1000)::double precision as ms from ${singly} where cluster = $1`,
        [cluster],
      );
      const newest = rows[0]?.ms ?? null;
      upTo.set(table, newest === null ? null : (Math.floor(newest / coarseMs) + 1) * coarseMs);
    }
    for (let end = upTo.get(table) ?? null; end !== null; end = upTo.get(table) ?? null) {
      if (!mayGoOn()) return false;
      await pool.query(moveOneStep(table), [cluster, end - coarseMs, end]);
      if (end - coarseMs > from) {
        upTo.set(table, end - coarseMs);
        continue;
      }
      // With nothing left in it, of no cluster, its room is the server's only until then.
      const { rows } = await pool.query<{ more: boolean }>(`select exists (select from ${singly}) as more`);
      if (!rows[0]?.more) await pool.query(`truncate ${singly}`);
      upTo.set(table, null);
    }
    return true;
  };

  return {
    /** @param from older samples (ms) are not moved: they are about to be pruned. @returns false when `mayGoOn` has ended it */
    async move(from: number, mayGoOn: () => boolean): Promise<boolean> {
      for (const table of sampleTables) if (!(await moveTable(table, from, mayGoOn))) return false;
      return true;
    },
  };
}
