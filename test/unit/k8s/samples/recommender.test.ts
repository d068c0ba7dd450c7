import type pg from "pg";
import { afterEach, expect, test } from "vitest";
import { makeTables, openDatabase } from "../../../../k8s/samples/recommender/app/database.ts";
import { learn, pairsOf } from "../../../../k8s/samples/recommender/app/learn.ts";
import { withDatabase } from "../../../support/postgres.ts";

const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close.splice(0).toReversed()) await one();
});

async function openPool(): Promise<pg.Pool> {
  const database = await withDatabase();
  const pool = openDatabase(database.url, () => {});
  close.push(database.close, () => pool.end());
  return pool;
}

test("pairs are ordered and without doubles", () => {
  expect(pairsOf(["a", "b", "a"])).toEqual([
    ["a", "b"],
    ["b", "a"],
  ]);
  expect(pairsOf(["a"])).toEqual([]);
});

test("programs that start together make the tables once", async () => {
  const pool = await openPool();
  await Promise.all(Array.from({ length: 4 }, () => makeTables(pool)));
  expect((await pool.query("select from views")).rowCount).toBe(0);
});

test("workers side by side learn every basket once", async () => {
  const pool = await openPool();
  await makeTables(pool);
  const baskets = Array.from({ length: 60 }, () => ["lamp", "rope", "tent"]);
  for (const basket of baskets) await pool.query("insert into views (basket) values ($1)", [basket]);
  const learned = await Promise.all(Array.from({ length: 4 }, () => learn(pool, 20)));
  const rest = await learn(pool, 100);
  expect(learned.reduce((sum, count) => sum + count, rest)).toBe(60);
  const { rows } = await pool.query<{ seen: number }>("select seen from pairs where item = 'lamp' and other = 'rope'");
  expect(rows).toEqual([{ seen: 60 }]);
});
