import { type Kysely, sql } from "kysely";

type Columns = Readonly<Record<string, "boolean" | "integer" | "real">>;

const reals = (names: readonly string[]): Columns => Object.fromEntries(names.map((name) => [name, "real" as const]));

interface Shape {
  readonly view: string;
  readonly table: string;
  /** Names of the object in the view, each with the column of sample_object. */
  readonly names: Readonly<Record<string, "namespace" | "name" | "workload">>;
  readonly values: Columns;
}

const shapes: readonly Shape[] = [
  {
    view: "nodes",
    table: "node_sample",
    names: { node: "name" },
    values: {
      ready: "boolean",
      pods: "integer",
      ...reals(["cpu_ratio", "memory_ratio", "filesystem_ratio"]),
    },
  },
  {
    view: "pods",
    table: "pod_sample",
    names: { namespace: "namespace", pod: "name", workload: "workload" },
    values: {
      ready: "boolean",
      restarts: "integer",
      ...reals([
        "cpu_cores",
        "cpu_throttled_ratio",
        "memory_bytes",
        "memory_limit_ratio",
        "network_receive_bytes_per_second",
        "network_transmit_bytes_per_second",
        "requests_per_second",
        "error_ratio",
        "latency_mean_seconds",
        "health_cpu_ratio",
        "health_memory_ratio",
        "health_error_count",
        "health_uptime_seconds",
      ]),
    },
  },
  {
    view: "deployments",
    table: "deployment_sample",
    names: { namespace: "namespace", deployment: "name" },
    values: {
      desired: "integer",
      available: "integer",
      updated: "integer",
      ...reals([
        "requests_per_second",
        "errors_per_second",
        "error_ratio",
        "latency_p50_seconds",
        "latency_p95_seconds",
        "latency_mean_seconds",
      ]),
    },
  },
];

/**
 * Samples as arrays: a row for each time instead of one for each object and time, whose names and index took more room than
 * what was measured. What was kept the old way stays readable, and is moved by and by while kubemend runs: it may be gigabytes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sample_object (
      id integer generated always as identity primary key,
      cluster text not null,
      kind text not null,
      namespace text not null,
      name text not null,
      workload text not null,
      seen_at timestamptz not null,
      unique (cluster, kind, namespace, name, workload)
    )`.execute(db);
  for (const { view, table, names, values } of shapes) {
    const columns = Object.keys(values);
    // `part`: the smallest of `object`. Watchers that share a cluster write different objects at one time; none writes twice.
    // label: g(ood), a(lert), b(ad). An array that is null is null for every object. thinned: five minutes, or trouble in them.
    const arrays = Object.entries(values).map(([name, type]) => `${name} ${type}[]`);
    await sql
      .raw(`
      create table ${table} (
        cluster text not null,
        at timestamptz not null,
        part integer not null,
        thinned boolean not null default false,
        object integer[] not null,
        label "char"[] not null,
        ${arrays.join(", ")},
        primary key (cluster, at, part)
      )`)
      .execute(db);
    await sql.raw(`create index ${table}_as_measured on ${table} (cluster, at) where not thinned`).execute(db);
    await sql.raw(`alter table ${view} rename to ${view}_singly`).execute(db);
    const named = Object.entries(names);
    await sql
      .raw(`
      create view ${view} as
      select s.cluster, s.at, ${named.map(([name, column]) => `o.${column} as ${name}`).join(", ")},
             case u.label when 'b' then 'bad' when 'a' then 'alert' else 'good' end as label,
             ${columns.map((name) => `u.${name}`).join(", ")}
        from ${table} s
       cross join lateral unnest(s.object, s.label, ${columns.map((name) => `s.${name}`).join(", ")})
               as u (object, label, ${columns.join(", ")})
        join sample_object o on o.id = u.object
       union all
      select cluster, at, ${named.map(([name]) => name).join(", ")}, label,
             ${columns.join(", ")}
        from ${view}_singly`)
      .execute(db);
  }
}
