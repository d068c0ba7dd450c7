import { sql } from "kysely";
import type { Database } from "../database.ts";

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

const workloadColumns = [
  "requests_per_second",
  "latency_mean_seconds",
  "latency_p50_seconds",
  "latency_p95_seconds",
] as const;

interface Row {
  readonly first: string;
  readonly second: string;
  readonly at: number;
  readonly means: readonly (number | null)[];
}

/**
 * What captured samples say of each time of the day, for those who learn what is usual: half-hourly means of deployments
 * and nodes, made by the server. Newest first.
 */
export async function readSeason(database: Database, query: SeasonQuery): Promise<SeasonRow[]> {
  const { cluster, from, limit = 500_000 } = query;
  const slot = sql<number>`(floor(extract(epoch from at) / 1800) * 1800000)::double precision`;
  const [deployments, nodes] = await Promise.all([
    sql<Row>`
      select namespace as first, deployment as second, ${slot} as at,
             array[avg(requests_per_second), avg(latency_mean_seconds), avg(latency_p50_seconds), avg(latency_p95_seconds)] as means
        from deployments where cluster = ${cluster} and at >= ${new Date(from)}
       group by 1, 2, 3 order by 3 desc limit ${limit}`.execute(database.kysely),
    sql<Row>`
      select node as first, '' as second, ${slot} as at, array[avg(cpu_ratio), avg(memory_ratio)] as means
        from nodes where cluster = ${cluster} and at >= ${new Date(from)}
       group by 1, 2, 3 order by 3 desc limit ${limit}`.execute(database.kysely),
  ]);
  const told = (
    rows: readonly Row[],
    names: readonly string[],
    labelsOf: (row: Row) => Readonly<Record<string, string>>,
  ): SeasonRow[] =>
    rows.flatMap((row) => {
      const labels = labelsOf(row);
      return names.flatMap((name, i) => {
        const value = row.means[i];
        return value === null || value === undefined ? [] : [{ name, labels, at: row.at, value }];
      });
    });
  return [
    ...told(deployments.rows, workloadColumns, ({ first, second }) => ({ namespace: first, workload: second })),
    ...told(nodes.rows, ["node_cpu_ratio", "node_memory_ratio"], ({ first }) => ({ node: first })),
  ];
}
