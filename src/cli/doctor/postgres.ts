import { resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { checkDatabase, describeDatabaseUrl, openDatabase, refuseOldServer } from "../../store/database.ts";
import { startEmbeddedPostgres } from "../../store/embedded-postgres/start.ts";
import { refuseNewerDatabase, stepsMissing } from "../../store/migrate.ts";
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
  if (rows[0]?.may === true) return ok(`PostgreSQL ${version}, ${where}`);
  // A user for one role alone, whom the owner of the tables has let in.
  const { missing, fresh } = await stepsMissing(database);
  if (missing === 0) return ok(`PostgreSQL ${version}, ${where}; the tables are up to date, and somebody else's`);
  if (!fresh)
    return failed(
      `${where} lacks ${missing} step${missing === 1 ? "" : "s"} of this version, which this user may not take`,
      "Run kubemend migrate as the owner of the tables (docs/operations.md, A database user for each role).",
    );
  return failed(
    `${where} does not let this user make tables`,
    "Let it own the database, or: grant create on schema public to <user>.",
  );
}

/**
 * Takes no migration. Without `database.url` it starts the embedded server in the data folder, or joins the one that
 * runs there, and lets it go again.
 */
export function postgresCheck(config: Config): Check {
  return {
    name: "PostgreSQL",
    async run() {
      try {
        if (config.database.url) return await ask(config.database.url, describeDatabaseUrl(config.database.url));
        const wanted = resolve(config.data, "postgres");
        const server = await startEmbeddedPostgres(wanted);
        try {
          const elsewhere =
            server.folder === wanted
              ? ""
              : `, because the user that it runs as cannot enter ${wanted}: set data to a folder that others may enter, or DATABASE_URL, before you rely on it`;
          return await ask(server.url, `embedded, data in ${server.folder}${elsewhere}`);
        } finally {
          await server.stop();
        }
      } catch (error) {
        return failed(messageOf(error), (error instanceof AppError && error.remedy) || "Check DATABASE_URL.");
      }
    },
  };
}
