import type { SampleBatch, SampleLabel } from "../../incident/cluster-sample.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { AppError } from "../../lib/app-error.ts";
import type { Database } from "../database.ts";
import { knowObjects, namesOf, numbersOfRefs, objectNumbers } from "./sample-objects.ts";
import { type SampleRows, type SampleTable, sampleShapes, sampleTables, valueColumns } from "./sample-shapes.ts";

export const letterOf = { good: "g", alert: "a", bad: "b" } as const satisfies Record<SampleLabel, string>;

const largestReal = 3.402_823_4e38;
const smallestReal = 1.18e-38;

/** PostgreSQL refuses what a `real` cannot hold, and with it the whole row. */
function asReal(value: number): number {
  const size = Math.abs(value);
  if (size > largestReal) return value * Number.POSITIVE_INFINITY;
  return size < smallestReal ? 0 : value;
}

/** The array of one value; null when it was measured of no object. */
function arrayOf(rows: readonly object[], property: string, type: string): readonly unknown[] | null {
  const values = rows.map((row): unknown => {
    const value: unknown = Reflect.get(row, property);
    return type === "real" && typeof value === "number" ? asReal(value) : value;
  });
  return values.every((value) => value === null || value === undefined) ? null : values;
}

async function insertOneTime<T extends SampleTable>(
  database: Database,
  cluster: string,
  table: T,
  at: number,
  rows: readonly SampleRows[T][],
): Promise<void> {
  const objects = await objectNumbers(database, cluster, table, namesOf(table, rows));
  // Only when it was pruned between two statements; the same write made again finds it.
  if (!objects)
    throw new AppError("samples-unknown", "An object of a sample is not known any more.", { retryable: true });
  const columns = valueColumns(table);
  // After an answer that was lost on the way the same rows come again.
  await database.pool.query(
    `insert into ${sampleShapes[table].table} (cluster, at, part, object, label, ${columns.map(({ column }) => column).join(", ")})
     values ($1, to_timestamp($2::double precision / 1000), $3, $4, $5::text[]::"char"[],
             ${columns.map(({ type }, i) => `$${i + 6}::${type}[]`).join(", ")})
         on conflict do nothing`,
    [
      cluster,
      at,
      objects.reduce((least, id) => Math.min(least, id)),
      objects,
      rows.map(({ label }) => letterOf[label]),
      ...columns.map(({ property, type }) => arrayOf(rows, property, type)),
    ],
  );
}

async function insertRows<T extends SampleTable>(
  database: Database,
  cluster: string,
  table: T,
  rows: readonly SampleRows[T][],
): Promise<void> {
  if (rows.length === 0) return;
  const newest = rows.reduce((latest, { at }) => Math.max(latest, at), 0);
  await knowObjects(database, cluster, table, namesOf(table, rows), newest);
  for (const [at, some] of Map.groupBy(rows, (row) => row.at)) await insertOneTime(database, cluster, table, at, some);
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
  database: Database,
  cluster: string,
  { objects, from, to, label }: Relabel,
): Promise<void> {
  for (const table of sampleTables) {
    const numbers = await numbersOfRefs(database, cluster, table, objects);
    if (numbers.length === 0) continue;
    await database.pool.query(
      `update ${sampleShapes[table].table}
          set label = array(select case when u.object = any($5::integer[]) then $4::"char" else u.label end
                              from unnest(object, label) with ordinality as u (object, label, n) order by n)
        where cluster = $1
          and at between to_timestamp($2::double precision / 1000) and to_timestamp($3::double precision / 1000)
          and object && $5::integer[]`,
      [cluster, from, to, letterOf[label], numbers],
    );
  }
}
