import { sql } from "kysely";
import { type Clock, rest } from "../../lib/clock.ts";
import type { Database } from "../database.ts";
import { newHolder, releaseLease, takeLease } from "../leases.ts";

const nameOf = (cluster: string): string => `actor:${cluster}`;
const presenceMs = 60_000;
const saidEveryMs = 20_000;

/**
 * Says in the database that an actor runs, until aborted; never rejects. Of several one holds the lease, which is enough: it
 * tells that one is there, and forbids nothing.
 */
export async function keepActorPresence(
  database: Database,
  cluster: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const request = { name: nameOf(cluster), holder: newHolder(), leaseMs: presenceMs };
  let lease: Awaited<ReturnType<typeof takeLease>>;
  while (!signal.aborted) {
    // A database that is away has nobody who could ask either.
    lease = await takeLease(database, request).catch(() => undefined);
    await rest(clock, saidEveryMs, signal);
  }
  // What cannot be given back runs out by itself.
  if (lease) await releaseLease(database, lease).catch(() => undefined);
}

/** Whether an actor was there within the last minute, by the database's clock. */
export async function isActorThere(database: Database, cluster: string): Promise<boolean> {
  const { rows } = await sql`
    select from lease where name = ${nameOf(cluster)} and until > clock_timestamp()`.execute(database.kysely);
  return rows.length > 0;
}
