import type {
  DeploymentSample,
  NodeSample,
  PodSample,
  SampleBatch,
  SampleLabel,
} from "../../incident/cluster-sample.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Database } from "../database.ts";

export interface SampleRows {
  readonly nodes: NodeSample;
  readonly pods: PodSample;
  readonly deployments: DeploymentSample;
}

export type SampleTable = keyof SampleRows;
type ColumnType = "text" | "integer" | "boolean" | "double precision";
/** Columns by the property that they hold; `cluster` and `at` are of every table. The key is what tells rows of one time apart. */
interface TableShape<Row> {
  readonly key: readonly (keyof Row & string)[];
  readonly columns: Readonly<Record<Exclude<keyof Row & string, "at">, ColumnType>>;
}

const real = "double precision";
const shapes: { readonly [T in SampleTable]: TableShape<SampleRows[T]> } = {
  nodes: {
    key: ["node"],
    columns: {
      node: "text",
      label: "text",
      ready: "boolean",
      pods: "integer",
      cpuRatio: real,
      memoryRatio: real,
      filesystemRatio: real,
    },
  },
  pods: {
    key: ["namespace", "pod"],
    columns: {
      namespace: "text",
      pod: "text",
      workload: "text",
      label: "text",
      ready: "boolean",
      restarts: "integer",
      cpuCores: real,
      cpuThrottledRatio: real,
      memoryBytes: real,
      memoryLimitRatio: real,
      networkReceiveBytesPerSecond: real,
      networkTransmitBytesPerSecond: real,
      requestsPerSecond: real,
      errorRatio: real,
      latencyMeanSeconds: real,
      healthCpuRatio: real,
      healthMemoryRatio: real,
      healthErrorCount: real,
      healthUptimeSeconds: real,
    },
  },
  deployments: {
    key: ["namespace", "deployment"],
    columns: {
      namespace: "text",
      deployment: "text",
      label: "text",
      desired: "integer",
      available: "integer",
      updated: "integer",
      requestsPerSecond: real,
      errorsPerSecond: real,
      errorRatio: real,
      latencyP50Seconds: real,
      latencyP95Seconds: real,
      latencyMeanSeconds: real,
    },
  },
};
const tables = Object.keys(shapes) as readonly SampleTable[];

/** `latencyP95Seconds` is the column latency_p95_seconds. */
const columnOf = (property: string) => property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** One statement stays well below the time that a statement may take. */
const rowsPerInsert = 5_000;
const rowsPerDelete = 10_000;

async function insertRows<T extends SampleTable>(
  { pool }: Database,
  cluster: string,
  table: T,
  rows: readonly SampleRows[T][],
): Promise<void> {
  const columns = Object.entries<ColumnType>(shapes[table].columns);
  const names = columns.map(([property]) => columnOf(property)).join(", ");
  const arrays = columns.map(([, type], i) => `$${i + 3}::${type}[]`).join(", ");
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    const some = rows.slice(from, from + rowsPerInsert);
    const values = columns.map(([property]) => some.map((row): unknown => Reflect.get(row, property)));
    // After an answer that was lost on the way the same rows come again.
    await pool.query(
      `insert into ${table} (cluster, at, ${names})
       select $1, to_timestamp(row.ms / 1000), ${names} from unnest($2::double precision[], ${arrays}) as row (ms, ${names})
       on conflict do nothing`,
      [cluster, some.map(({ at }) => at), ...values],
    );
  }
}

/** Writes everything of one time, or of several. @throws when the database does not take it; nothing is written twice by trying again. */
export async function insertSamples(database: Database, cluster: string, batch: SampleBatch): Promise<void> {
  await insertRows(database, cluster, "nodes", batch.nodes);
  await insertRows(database, cluster, "pods", batch.pods);
  await insertRows(database, cluster, "deployments", batch.deployments);
}

export interface Relabel {
  readonly objects: readonly ObjectRef[];
  /** Unix ms, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly label: SampleLabel;
}

/** Gives samples of a span another label, of the objects and of the pods that belong to them: trouble begins before it is noticed. */
export async function relabelSamples(
  { pool }: Database,
  cluster: string,
  { objects, from, to, label }: Relabel,
): Promise<void> {
  const span =
    "cluster = $1 and at between to_timestamp($2::double precision / 1000) and to_timestamp($3::double precision / 1000)";
  const head = [cluster, from, to, label];
  const named = (kind: string) => objects.filter((ref) => ref.kind === kind);
  const nodes = named("Node").map(({ name }) => name);
  if (nodes.length > 0)
    await pool.query(`update nodes set label = $4 where ${span} and node = any($5::text[])`, [...head, nodes]);
  const pairs = (refs: readonly ObjectRef[]) => [
    refs.map(({ namespace }) => namespace ?? ""),
    refs.map(({ name }) => name),
  ];
  const update = async (table: string, column: string, refs: readonly ObjectRef[]) => {
    if (refs.length === 0) return;
    await pool.query(
      `update ${table} set label = $4 where ${span} and (namespace, ${column}) in (select * from unnest($5::text[], $6::text[]))`,
      [...head, ...pairs(refs)],
    );
  };
  await update("deployments", "deployment", named("Deployment"));
  await update("pods", "pod", named("Pod"));
  await update(
    "pods",
    "workload",
    objects.filter(({ kind }) => kind !== "Pod" && kind !== "Node"),
  );
}

/**
 * Deletes a cluster's samples older than `before` (ms), a chunk at a time so that nobody waits for it. Other clusters that
 * keep theirs in the same database have a retention of their own. @returns how many rows went.
 */
export async function pruneSamples({ pool }: Database, cluster: string, before: number): Promise<number> {
  let deleted = 0;
  for (const table of tables) {
    for (;;) {
      const { rowCount } = await pool.query(
        `delete from ${table} where ctid = any(array(
           select ctid from ${table} where cluster = $1 and at < to_timestamp($2::double precision / 1000) limit ${rowsPerDelete}))`,
        [cluster, before],
      );
      deleted += rowCount ?? 0;
      if ((rowCount ?? 0) < rowsPerDelete) break;
    }
  }
  return deleted;
}

export interface SampleQuery {
  readonly cluster: string;
  /** Unix ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  readonly labels?: readonly SampleLabel[];
  readonly pageRows?: number;
}

/** Samples in order of time, a page at a time, as they are kept: for training, which must not need them all in memory. */
export async function* readSamples<T extends SampleTable>(
  { pool }: Database,
  table: T,
  query: SampleQuery,
): AsyncGenerator<readonly SampleRows[T][], void, undefined> {
  const { cluster, to, labels, pageRows = 10_000 } = query;
  const shape: TableShape<SampleRows[T]> = shapes[table];
  const key = shape.key.map(columnOf);
  const selected = Object.keys(shape.columns).map((property) => `${columnOf(property)} as "${property}"`);
  const ms = "(extract(epoch from at) * 1000)::double precision";
  const order = ["at", ...key].join(", ");
  /** Where the last page ended. */
  let after: readonly unknown[] = [query.from, ...key.map(() => "")];
  for (;;) {
    const { rows } = await pool.query<SampleRows[T] & { readonly at: number }>(
      `select ${ms} as at, ${selected.join(", ")} from ${table}
        where cluster = $1 and at < to_timestamp($2::double precision / 1000) and ($3::text[] is null or label = any($3))
          and (${order}) > (to_timestamp($4::double precision / 1000), ${key.map((_, i) => `$${i + 5}`).join(", ")})
        order by ${order} limit ${Math.max(1, Math.floor(pageRows))}`,
      [cluster, to, labels ?? null, ...after],
    );
    const page = rows.map((row) => ({ ...row, at: Math.round(row.at) }));
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < pageRows) return;
    after = [last.at, ...shape.key.map((property): unknown => Reflect.get(last, property))];
  }
}
