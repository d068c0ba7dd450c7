import { expect, inject, test } from "vitest";
import { openDatabase } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { withDatabase } from "../../support/postgres.ts";

test("a fresh copy has every table and nothing left to migrate", async () => {
  await using database = await withDatabase();
  expect(await migrate(database)).toEqual([]);
  const { rows } = await database.pool.query("select count(*)::int as n from incident");
  expect(rows).toEqual([{ n: 0 }]);
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
