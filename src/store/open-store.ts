import { join } from "node:path";
import { AppError } from "../lib/app-error.ts";
import type { Logger } from "../lib/logger.ts";
import { checkDatabase, type Database, describeDatabaseUrl, openDatabase, refuseOldServer } from "./database.ts";
import { startEmbeddedPostgres } from "./embedded-postgres/start.ts";
import { migrate } from "./migrate.ts";

export interface Store extends AsyncDisposable {
  readonly database: Database;
  readonly url: string;
  /** In words: whose server it is. */
  readonly origin: string;
  readonly migrated: readonly string[];
  close(): Promise<void>;
}

/** Our own server is there: when it does not answer, this machine has no time for it yet. */
const OWN_CONNECT_MS = 30_000;

/** Opens the user's PostgreSQL, or starts our own below `dataFolder`, and brings it up to date. @throws AppError with a remedy. */
export async function openStore(options: { url?: string; dataFolder: string; log?: Logger }): Promise<Store> {
  const server = options.url ? undefined : await startEmbeddedPostgres(join(options.dataFolder, "postgres"));
  const url = options.url ?? server?.url ?? "";
  const database = openDatabase(url, {
    ...(options.log ? { log: options.log } : {}),
    ...(server ? { connectTimeoutMs: OWN_CONNECT_MS } : {}),
  });
  const close = async () => {
    await database.close();
    await server?.stop();
  };
  try {
    const { readOnly, version } = await checkDatabase(database, url);
    refuseOldServer(version, url);
    // A standby, or a primary whose disk is full: it would take some of what we do and lose the rest.
    if (readOnly)
      throw new AppError("database-read-only", `PostgreSQL at ${describeDatabaseUrl(url)} takes no writes.`, {
        remedy:
          "Point DATABASE_URL at the primary server, and see that default_transaction_read_only is off for its user.",
        exitCode: 2,
        retryable: true,
      });
    const migrated = await migrate(database);
    const origin = server ? `embedded PostgreSQL in ${server.folder} (${server.origin})` : "PostgreSQL at DATABASE_URL";
    return { database, url, origin, migrated, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
