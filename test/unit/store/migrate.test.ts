import { expect, inject, test, vi } from "vitest";
import { openDatabase } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { withDatabase } from "../../support/postgres.ts";

test("a fresh copy has every table and nothing left to migrate", async () => {
  await using database = await withDatabase();
  expect(await migrate(database)).toEqual([]);
  const { rows } = await database.pool.query("select count(*)::int as n from incident");
  expect(rows).toEqual([{ n: 0 }]);
});

test("a step takes as long as it takes: longer than any statement of everyday work may", async () => {
  const serverUrl = inject("postgresUrl");
  await using admin = openDatabase(serverUrl, { maxConnections: 1 });
  await admin.pool.query("create database migrate_slowly");
  const url = serverUrl.replace(/\/postgres$/, "/migrate_slowly");
  {
    await using other = openDatabase(url, { maxConnections: 1 });
    await using database = openDatabase(url, { maxConnections: 2, statementTimeoutMs: 200, queryTimeoutMs: 400 });
    // The first step cannot make its table while somebody may be about to.
    await other.pool.query("begin");
    await other.pool.query("create table incident (id integer)");
    let ended = false;
    const migrating = migrate(database).finally(() => {
      ended = true;
    });
    migrating.catch(() => undefined);
    const waitedMs = async () =>
      (
        await admin.pool.query<{ ms: number }>(
          `select extract(epoch from clock_timestamp() - query_start)::float8 * 1000 as ms from pg_stat_activity
            where datname = 'migrate_slowly' and wait_event_type = 'Lock'`,
        )
      ).rows[0]?.ms ?? 0;
    // It waits for longer than that, or has given up.
    await vi.waitFor(async () => expect(ended || (await waitedMs()) > 800).toBe(true), { timeout: 20_000 });
    await other.pool.query("rollback");
    expect((await migrating).length).toBeGreaterThan(0);
  }
  await admin.pool.query("drop database migrate_slowly with (force)");
});

test("O3: many replicas that migrate at once apply each migration once", async () => {
  const serverUrl = inject("postgresUrl");
  await using admin = openDatabase(serverUrl, { maxConnections: 1 });
  await admin.pool.query("create database migrate_race");
  const url = serverUrl.replace(/\/postgres$/, "/migrate_race");
  const applied = await Promise.all(
    Array.from({ length: 8 }, async () => {
      await using replica = openDatabase(url, { maxConnections: 2 });
      return await migrate(replica);
    }),
  );
  const names = applied.flat();
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
  await admin.pool.query("drop database migrate_race with (force)");
});
