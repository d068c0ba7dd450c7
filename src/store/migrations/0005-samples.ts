import { type Kysely, sql } from "kysely";

const numbers = (names: readonly string[]) => names.map((name) => `${name} double precision`).join(", ");

/** How the cluster was, at regular times; for training. The keys begin with the time, by which rows are read and pruned. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const label = "label text not null check (label in ('good', 'alert', 'bad'))";
  await sql
    .raw(`
    create table nodes (
      cluster text not null, at timestamptz not null, node text not null, ${label},
      ready boolean, pods integer not null,
      ${numbers(["cpu_ratio", "memory_ratio", "filesystem_ratio"])},
      primary key (at, cluster, node)
    )`)
    .execute(db);
  await sql
    .raw(`
    create table pods (
      cluster text not null, at timestamptz not null, namespace text not null, pod text not null, workload text not null, ${label},
      ready boolean not null, restarts integer not null,
      ${numbers([
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
      ])},
      primary key (at, cluster, namespace, pod)
    )`)
    .execute(db);
  await sql
    .raw(`
    create table deployments (
      cluster text not null, at timestamptz not null, namespace text not null, deployment text not null, ${label},
      desired integer not null, available integer not null, updated integer not null,
      ${numbers([
        "requests_per_second",
        "errors_per_second",
        "error_ratio",
        "latency_p50_seconds",
        "latency_p95_seconds",
        "latency_mean_seconds",
      ])},
      primary key (at, cluster, namespace, deployment)
    )`)
    .execute(db);
}
