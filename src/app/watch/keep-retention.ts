import type { Config } from "../../config/config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { pruneAudit, sayAuditDays } from "../../store/retention/prune-audit.ts";
import { pruneIncidents } from "../../store/retention/prune-incidents.ts";
import { sumTally } from "../../store/retention/sum-tally.ts";
import type { Shards } from "../shards/shards.ts";

export interface KeepRetentionDeps {
  readonly config: Pick<Config, "cluster" | "retention">;
  readonly database: Database;
  readonly shards: Pick<Shards, "owns">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const everyMs = 60 * 60_000;

/** One round: deletes what has had its days. @throws when the database is away */
async function pruneOnce({ config, database, log }: KeepRetentionDeps): Promise<void> {
  const { cluster, retention } = config;
  await sayAuditDays(database, cluster, retention.auditDays);
  const { incidents, plans } = await pruneIncidents(database, cluster, retention.incidentsDays);
  // After the incidents: entries about plans that are still there stay.
  const auditEntries = await pruneAudit(database);
  await sumTally(database);
  if (incidents > 0 || auditEntries > 0) log.info({ incidents, plans, auditEntries }, "retention.pruned");
}

/** Keeps incidents and the audit as long as configured, one watcher of a cluster for all. Never rejects. */
export async function keepRetention(deps: KeepRetentionDeps): Promise<void> {
  const { shards, clock, log, signal } = deps;
  while (!signal.aborted) {
    if (shards.owns(undefined))
      await pruneOnce(deps).catch((error: unknown) => log.warn({ error: messageOf(error) }, "retention.failed"));
    await rest(clock, everyMs, signal);
  }
}
