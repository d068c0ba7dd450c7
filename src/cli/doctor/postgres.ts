import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { checkDatabase, describeDatabaseUrl, openDatabase, refuseOldServer } from "../../store/database.ts";
import { startEmbeddedPostgres } from "../../store/embedded-postgres/start.ts";
import { refuseNewerDatabase } from "../../store/migrate.ts";
import { type Check, type CheckResult, failed, ok } from "./check.ts";

async function ask(url: string, where: string): Promise<CheckResult> {
  await using database = openDatabase(url, { maxConnections: 1 });
  const { version, readOnly } = await checkDatabase(database, url);
  refuseOldServer(version, url);
  if (readOnly) return failed(`${where} is read-only`, "Point DATABASE_URL at the primary.");
  await refuseNewerDatabase(database);
  const { rows } = await database.pool.query<{ may: boolean | null }>(
    "select has_schema_privilege(current_schema(), 'create') as may",
  );
  if (rows[0]?.may !== true)
    return failed(
      `${where} does not let this user make tables`,
      "Let it own the database, or: grant create on schema public to <user>.",
    );
  return ok(`PostgreSQL ${version}, ${where}`);
}

export function postgresCheck(config: Config): Check {
  return {
    name: "PostgreSQL",
    async run() {
      try {
        if (config.database.url) return await ask(config.database.url, describeDatabaseUrl(config.database.url));
        const server = await startEmbeddedPostgres(join(config.data, "postgres"));
        try {
          return await ask(server.url, `embedded, data in ${server.folder}`);
        } finally {
          await server.stop();
        }
      } catch (error) {
        return failed(messageOf(error), (error instanceof AppError && error.remedy) || "Check DATABASE_URL.");
      }
    },
  };
}
