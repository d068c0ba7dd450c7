import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startEmbeddedPostgres } from "../../src/store/embedded-postgres/start.ts";
import { migrate } from "../../src/store/migrate.ts";

/** A PostgreSQL of its own with an empty, migrated database; gone when disposed. Use with `await using`. */
export async function benchDatabase(): Promise<
  AsyncDisposable & { readonly url: string; readonly database: Database }
> {
  const folder = await mkdtemp(join(tmpdir(), "kubemend-bench-"));
  const server = await startEmbeddedPostgres(folder);
  const database = openDatabase(server.url);
  await migrate(database);
  return {
    url: server.url,
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      await rm(server.folder, { recursive: true, force: true });
    },
  };
}
