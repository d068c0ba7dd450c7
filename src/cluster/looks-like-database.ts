import type { ObjectRef } from "../incident/object-ref.ts";
import type { Workload } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";

/** Words of names and images of what keeps data for others. */
const words =
  /^(db|dbs|database|postgres|postgresql|pgsql|timescaledb|mysql|mariadb|percona|mongo|mongodb|redis|valkey|keydb|cassandra|scylla|scylladb|couchdb|couchbase|elasticsearch|opensearch|clickhouse|cockroach|cockroachdb|neo4j|influxdb|etcd|rabbitmq|kafka|zookeeper|rethinkdb|arangodb|oracledb|mssql|sqlserver)$/;

/** Words that say that it only talks to a database, looks at one, or copies it. */
const around =
  /^(exporter|proxy|client|admin|ui|commander|express|migrat\w*|backup|operator|pgbouncer|init|connector)$/;

/** Ports registered for databases (IANA) or used by default. */
const ports = new Set([1433, 1521, 3306, 5432, 5433, 6379, 9042, 27017, 26257, 5984, 8529, 28015]);

const parts = (text: string) => text.toLowerCase().split(/[^a-z0-9]+/);

/** `registry:5000/team/carts-db:5.0@sha256:…` → `carts-db` */
function imageName(image: string): string {
  return (image.split("@")[0] ?? "").split("/").at(-1)?.split(":")[0] ?? "";
}

/**
 * Whether a workload keeps data that others ask for, judged by its name, its image, and the ports of its containers and
 * Services. A proxy, an exporter or a console for a database is none.
 */
export function looksLikeDatabase(
  { metadata, spec }: Workload,
  services: readonly ObjectRef[],
  observation: Observation,
): boolean {
  const containers = spec.template.spec.containers;
  const own = parts(metadata.name);
  if (own.some((part) => around.test(part))) return false;
  if (own.some((part) => words.test(part))) return true;
  // A sidecar such as an exporter carries the name of the database too; the first container is the workload's own.
  const image = parts(imageName(containers[0]?.image ?? ""));
  if (image.some((part) => words.test(part)) && !image.some((part) => around.test(part))) return true;
  const told = services.flatMap(({ namespace, name }) =>
    (observation.objects.get("Service", namespace, name)?.spec.ports ?? []).map(({ port }) => port),
  );
  const opened = containers[0]?.ports?.map(({ containerPort }) => containerPort) ?? [];
  return [...told, ...opened].some((port) => ports.has(port));
}
