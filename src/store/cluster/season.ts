import type { Database } from "../database.ts";
import { type SampleTable, sampleShapes } from "./sample-shapes.ts";

/** The mean of one captured number over one half-hour. */
export interface SeasonRow {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Start of the half-hour (unix ms). */
  readonly at: number;
  readonly value: number;
}

export interface SeasonQuery {
  readonly cluster: string;
  /** Unix ms. */
  readonly from: number;
  /** Workloads and nodes beyond this many half-hours are left out, the oldest first. Default half a million. */
  readonly limit?: number;
}

interface Kind {
  readonly table: SampleTable;
  /** The column of each value, and what detection calls it. */
  readonly columns: Readonly<Record<string, string>>;
}

const kinds: readonly Kind[] = [
  {
    table: "deployments",
    columns: {
      requests_per_second: "requests_per_second",
      latency_mean_seconds: "latency_mean_seconds",
      latency_p50_seconds: "latency_p50_seconds",
      latency_p95_seconds: "latency_p95_seconds",
    },
  },
  { table: "nodes", columns: { cpu_ratio: "node_cpu_ratio", memory_ratio: "node_memory_ratio" } },
];

interface Row {
  readonly namespace: string;
  readonly name: string;
  readonly at: number;
  readonly means: readonly (number | null)[];
}

const halfHourMs = 1_800_000;
/** Read in one step: a day of a cluster of thousands is more than the server would sum up within a statement's time. */
const stepMs = 12 * halfHourMs;
const slot = "(floor(extract(epoch from at) / 1800) * 1800000)::double precision";

/** Half-hourly means by object of a span (ms); names come last, because there are many more samples than objects. */
async function meansOf(
  { pool }: Database,
  { table, columns }: Kind,
  cluster: string,
  [from, to]: readonly [number, number],
): Promise<readonly Row[]> {
  const { table: stored, singly, names } = sampleShapes[table];
  const wanted = Object.keys(columns);
  const averages = (of: string) => wanted.map((column) => `avg(${of}.${column})`).join(", ");
  const span = `cluster = $1 and at >= to_timestamp($2::double precision / 1000) and at < to_timestamp($3::double precision / 1000)`;
  const { rows } = await pool.query<Row>(
    `with sampled as (
       select u.object, ${slot} as slot, array[${averages("u")}] as means
         from ${stored} s
        cross join lateral unnest(s.object, ${wanted.map((column) => `s.${column}`).join(", ")}) as u (object, ${wanted.join(", ")})
        where ${span} group by 1, 2)
     select o.namespace, o.name, slot as at, means from sampled join sample_object o on o.id = sampled.object
      union all
     select ${names.namespace ?? "''"}, ${names.name}, ${slot}, array[${averages("t")}] from ${singly} t where ${span} group by 1, 2, 3
      order by 3 desc`,
    [cluster, from, to],
  );
  return rows;
}

/** The time of the newest sample (ms). */
async function newestOf({ pool }: Database, { table }: Kind, cluster: string): Promise<number | undefined> {
  const { table: stored, singly } = sampleShapes[table];
  const { rows } = await pool.query<{ ms: number | null }>(
    `select (extract(epoch from greatest((select max(at) from ${stored} where cluster = $1),
                                         (select max(at) from ${singly} where cluster = $1))) * 1000)::double precision as ms`,
    [cluster],
  );
  return rows[0]?.ms ?? undefined;
}

async function rowsOf(database: Database, kind: Kind, query: SeasonQuery): Promise<readonly Row[]> {
  const { cluster, from, limit = 500_000 } = query;
  const newest = await newestOf(database, kind, cluster);
  if (newest === undefined) return [];
  const rows: Row[] = [];
  for (let to = (Math.floor(newest / halfHourMs) + 1) * halfHourMs; to > from && rows.length < limit; to -= stepMs)
    rows.push(...(await meansOf(database, kind, cluster, [Math.max(from, to - stepMs), to])));
  return rows.slice(0, limit);
}

/**
 * What captured samples say of each time of the day, for those who learn what is usual: half-hourly means of deployments
 * and nodes, made by the server. Newest first.
 */
export async function readSeason(database: Database, query: SeasonQuery): Promise<SeasonRow[]> {
  const told: SeasonRow[] = [];
  for (const kind of kinds) {
    const series = Object.values(kind.columns);
    for (const { namespace, name: object, at, means } of await rowsOf(database, kind, query)) {
      const labels: Readonly<Record<string, string>> =
        kind.table === "nodes" ? { node: object } : { namespace, workload: object };
      for (const [i, name] of series.entries()) {
        const value = means[i];
        if (value !== null && value !== undefined) told.push({ name, labels, at, value });
      }
    }
  }
  return told;
}
