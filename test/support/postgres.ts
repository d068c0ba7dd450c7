import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { type Database, openDatabase } from "../../src/store/database.ts";

export interface TestDatabase extends Database {
  readonly url: string;
}

/** A fresh, migrated database of its own on the run's PostgreSQL; dropped by `close`. Use with `await using`. */
export async function withDatabase(options: { maxConnections?: number } = {}): Promise<TestDatabase> {
  const serverUrl = inject("postgresUrl");
  const name = `t_${randomBytes(6).toString("hex")}`;
  // Making and dropping a database waits for a checkpoint, and for what every other connection is doing.
  const admin = openDatabase(serverUrl, { maxConnections: 1, statementTimeoutMs: 60_000, queryTimeoutMs: 60_000 });
  // Files are copied as they are, which takes half of what writing them through the log does.
  // Copies of one template queue up behind each other inside PostgreSQL; a busy template is tried again.
  for (let attempt = 0; ; attempt++) {
    try {
      await admin.pool.query(`create database ${name} template kubemend_template strategy file_copy`);
      break;
    } catch (error) {
      if (attempt >= 50) throw error;
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
  const url = serverUrl.replace(/\/postgres$/, `/${name}`);
  const database = openDatabase(url, options);
  const close = async () => {
    await database.close();
    await admin.pool.query(`drop database if exists ${name} with (force)`);
    await admin.close();
  };
  return { kysely: database.kysely, pool: database.pool, url, close, [Symbol.asyncDispose]: close };
}
