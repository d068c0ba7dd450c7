import { sql } from "kysely";
import type { Database } from "./database.ts";
import { keepLease, type Lease } from "./leases.ts";

/** Who takes part: a watcher of a cluster, by an identity of its own. */
export interface ShardHolder {
  readonly cluster: string;
  readonly holder: string;
  readonly leaseMs: number;
}

const presence = (cluster: string) => `watcher:${cluster}:`;

/** Says that this watcher lives, and forgets those that have not said so for a long time. @returns how many live, this one included */
export async function attend(database: Database, { cluster, holder, leaseMs }: ShardHolder): Promise<number> {
  const prefix = presence(cluster);
  await keepLease(database, { name: prefix + holder, holder, leaseMs });
  await sql`
    delete from lease where starts_with(name, ${prefix}) and until < clock_timestamp() - interval '1 hour'`.execute(
    database.kysely,
  );
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from lease where starts_with(name, ${prefix}) and until > clock_timestamp()`.execute(
    database.kysely,
  );
  return Math.max(1, rows[0]?.count ?? 1);
}

/** Says that it goes, so that the others need not wait for it. */
export async function leave(database: Database, { cluster, holder }: ShardHolder): Promise<void> {
  await sql`delete from lease where name = ${presence(cluster) + holder}`.execute(database.kysely);
}

/** Takes or renews one shard. @returns undefined while another holds it */
export async function keepShard(database: Database, who: ShardHolder, shard: number): Promise<Lease | undefined> {
  const { cluster, holder, leaseMs } = who;
  return await keepLease(database, { name: `shard:${cluster}:${shard}`, holder, leaseMs });
}
