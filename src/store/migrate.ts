import { type Migration, Migrator } from "kysely/migration";
import { AppError, messageOf } from "../lib/app-error.ts";
import { errorCode } from "../lib/error-code.ts";
import { isConnectionLost } from "./connection-lost.ts";
import { type Database, openDatabase } from "./database.ts";
import * as core from "./migrations/0001-core.ts";
import * as actions from "./migrations/0002-actions.ts";
import * as chat from "./migrations/0003-chat.ts";
import * as fixOffers from "./migrations/0004-fix-offers.ts";
import * as samples from "./migrations/0005-samples.ts";
import * as history from "./migrations/0006-history.ts";
import * as risks from "./migrations/0010-risks.ts";
import * as secondFactor from "./migrations/0014-second-factor.ts";
import * as measures from "./migrations/0015-verification-measures.ts";
import * as silences from "./migrations/0016-silences.ts";
import * as chatEvents from "./migrations/0017-chat-events.ts";
import * as web from "./migrations/0018-web.ts";
import * as model from "./migrations/0019-model.ts";
import * as leases from "./migrations/0020-leases.ts";
import * as mail from "./migrations/0021-mail.ts";
import * as chaos from "./migrations/0025-chaos.ts";
import * as clusters from "./migrations/0030-clusters.ts";
import * as logTemplates from "./migrations/0031-log-templates.ts";
import * as rejectedBy from "./migrations/0032-rejected-by.ts";
import * as sampleArrays from "./migrations/0033-sample-arrays.ts";
import * as retention from "./migrations/0034-retention.ts";
import * as mailSubjects from "./migrations/0035-mail-subjects.ts";
import * as indexes from "./migrations/0036-indexes.ts";
import * as oldWatchers from "./migrations/0037-old-watchers.ts";
import * as toldExecutions from "./migrations/0038-told-executions.ts";
import * as planMemory from "./migrations/0039-plan-memory.ts";
import * as tally from "./migrations/0040-tally.ts";
import * as auditRetention from "./migrations/0041-audit-retention.ts";
import * as merged from "./migrations/0042-merged.ts";
import * as actionRecord from "./migrations/0043-action-record.ts";
import * as repaired from "./migrations/0044-repaired.ts";

/** In order, never edited once released. */
const migrations: Record<string, Migration> = {
  "0001-core": core,
  "0002-actions": actions,
  "0003-chat": chat,
  "0004-fix-offers": fixOffers,
  "0005-samples": samples,
  "0006-history": history,
  "0010-risks": risks,
  "0014-second-factor": secondFactor,
  "0015-verification-measures": measures,
  "0016-silences": silences,
  "0017-chat-events": chatEvents,
  "0018-web": web,
  "0019-model": model,
  "0020-leases": leases,
  "0021-mail": mail,
  "0025-chaos": chaos,
  "0030-clusters": clusters,
  "0031-log-templates": logTemplates,
  "0032-rejected-by": rejectedBy,
  "0033-sample-arrays": sampleArrays,
  "0034-retention": retention,
  "0035-mail-subjects": mailSubjects,
  "0036-indexes": indexes,
  "0037-old-watchers": oldWatchers,
  "0038-told-executions": toldExecutions,
  "0039-plan-memory": planMemory,
  "0040-tally": tally,
  "0041-audit-retention": auditRetention,
  "0042-merged": merged,
  "0043-action-record": actionRecord,
  "0044-repaired": repaired,
};

const migrationTable = "schema_migration";
/** An index on years of rows takes its time, and so does waiting for the replica that makes it; a dead network does not. */
const migrateWithinMs = 60 * 60_000;

/** Steps that the database has taken, in order; none in a fresh one. */
async function stepsTaken(database: Database): Promise<readonly string[]> {
  const { rows } = await database.pool
    .query<{ name: string }>(`select name from ${migrationTable} order by name`)
    .catch((error: unknown) => {
      // 42P01: no such table; nothing has been migrated yet.
      if (errorCode(error) === "42P01") return { rows: [] };
      throw error;
    });
  return rows.map(({ name }) => name);
}

/** How many steps of this version the database still lacks. Who owns no tables cannot take them. */
export async function stepsMissing(database: Database): Promise<{ readonly missing: number; readonly fresh: boolean }> {
  const taken = await stepsTaken(database);
  const missing = Object.keys(migrations).filter((name) => !taken.includes(name)).length;
  return { missing, fresh: taken.length === 0 };
}

/**
 * Refuses a database that a newer kubemend has changed: this one does not know what its rows mean there.
 * @throws AppError
 */
export async function refuseNewerDatabase(database: Database): Promise<void> {
  // Steps that this version does not know.
  const newest = (await stepsTaken(database)).filter((name) => !(name in migrations)).at(-1);
  if (newest === undefined) return;
  throw new AppError(
    "database-newer",
    `The database belongs to a newer kubemend: it has the step ${newest}, which this version does not know.`,
    {
      remedy:
        "Run that version or a later one. To go back, restore the backup from before the upgrade; docs/operations.md shows how.",
      exitCode: 2,
    },
  );
}

/**
 * Brings the database to the newest version. Many replicas may call it at once: one migrates, the others wait
 * (Kysely takes an advisory lock).
 * @returns the names of the migrations that were applied now.
 * @throws AppError when one fails; the failed migration is rolled back.
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  await refuseNewerDatabase(database);
  // Connections of its own: those of everyday work have their statements cut off after seconds.
  await using unhurried = openDatabase(database.pool.options.connectionString ?? "", {
    maxConnections: 2,
    statementTimeoutMs: migrateWithinMs,
    queryTimeoutMs: migrateWithinMs,
  });
  const migrator = new Migrator({
    db: unhurried.kysely,
    provider: { getMigrations: async () => migrations },
    migrationTableName: migrationTable,
    migrationLockTableName: "schema_migration_lock",
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) {
    const failed = results.find((result) => result.status === "Error")?.migrationName;
    throw new AppError(
      "migration-failed",
      `The database could not be brought up to date${failed ? ` (${failed})` : ""}: ${messageOf(error)}.`,
      {
        // 53: insufficient resources, a full disk above all (PostgreSQL, "Error Codes").
        remedy: `${errorCode(error)?.startsWith("53") ? "Give the database more room" : "Check that the database user owns the schema"}, then start again; nothing was changed by the failed step.`,
        exitCode: 2,
        // A database that goes away half-way rolls the step back; it can be made again.
        retryable: isConnectionLost(error),
        cause: error,
      },
    );
  }
  return results.filter((result) => result.status === "Success").map((result) => result.migrationName);
}
