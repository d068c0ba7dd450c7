import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Database } from "../database.ts";
import { type SampleRows, type SampleTable, sampleShapes } from "./sample-shapes.ts";

/** Names of objects, as three arrays of one length: what `unnest` takes. */
export type NameArrays = readonly [
  namespaces: readonly string[],
  names: readonly string[],
  workloads: readonly string[],
];

/** Three arrays in the order of the rows; a part of the name that the kind does not have is "". */
export function namesOf<T extends SampleTable>(table: T, rows: readonly SampleRows[T][]): NameArrays {
  const { namespace, name, workload } = sampleShapes[table].names;
  const all = (property: string | undefined) =>
    rows.map((row): string => (property === undefined ? "" : String(Reflect.get(row, property))));
  return [all(namespace), all(name), all(workload)];
}

/** How often it is written down that an object is still there: its name is forgotten with its last sample, not to the hour. */
const seenEvery = "1 hour";

/** Makes known whatever is new among these, and that the others were seen (`at` in ms). */
export async function knowObjects(
  { pool }: Database,
  cluster: string,
  table: SampleTable,
  names: NameArrays,
  at: number,
): Promise<void> {
  // Numbers are given to new names only: with each try of an insert one would be used up, and they would run out.
  await pool.query(
    `with given as (select distinct * from unnest($3::text[], $4::text[], $5::text[]) as given (namespace, name, workload)),
          same as (select o.id, o.seen_at, given.* from given
                     left join sample_object o on o.cluster = $1 and o.kind = $2 and o.namespace = given.namespace
                                              and o.name = given.name and o.workload = given.workload),
          seen as (update sample_object o set seen_at = to_timestamp($6::double precision / 1000) from same
                    where o.id = same.id and same.seen_at < to_timestamp($6::double precision / 1000) - interval '${seenEvery}')
     insert into sample_object (cluster, kind, namespace, name, workload, seen_at)
     select $1, $2, namespace, name, workload, to_timestamp($6::double precision / 1000) from same where id is null
      order by namespace, name, workload
         on conflict do nothing`,
    [cluster, sampleShapes[table].kind, ...names, at],
  );
}

/** The numbers of these objects, in their order; undefined when one of them is not known. */
export async function objectNumbers(
  { pool }: Database,
  cluster: string,
  table: SampleTable,
  names: NameArrays,
): Promise<readonly number[] | undefined> {
  const { rows } = await pool.query<{ id: number }>(
    `select o.id from unnest($3::text[], $4::text[], $5::text[]) with ordinality as given (namespace, name, workload, n)
       join sample_object o on o.cluster = $1 and o.kind = $2 and o.namespace = given.namespace
                           and o.name = given.name and o.workload = given.workload
      order by given.n`,
    [cluster, sampleShapes[table].kind, ...names],
  );
  return rows.length === names[1].length ? rows.map(({ id }) => id) : undefined;
}

/** The numbers of what these refs stand for in samples of one kind: themselves, and for pods also those of a workload. */
export async function numbersOfRefs(
  { pool }: Database,
  cluster: string,
  table: SampleTable,
  refs: readonly ObjectRef[],
): Promise<readonly number[]> {
  const { kind } = sampleShapes[table];
  const own = refs.filter((ref) => ref.kind === kind);
  const owners = table === "pods" ? refs.filter((ref) => ref.kind !== "Pod" && ref.kind !== "Node") : [];
  if (own.length === 0 && owners.length === 0) return [];
  const pairs = (some: readonly ObjectRef[]) => [
    some.map(({ namespace }) => namespace ?? ""),
    some.map(({ name }) => name),
  ];
  const { rows } = await pool.query<{ id: number }>(
    `select id from sample_object where cluster = $1 and kind = $2
        and ((namespace, name) in (select * from unnest($3::text[], $4::text[]))
          or (namespace, workload) in (select * from unnest($5::text[], $6::text[])))`,
    [cluster, kind, ...pairs(own), ...pairs(owners)],
  );
  return rows.map(({ id }) => id);
}
