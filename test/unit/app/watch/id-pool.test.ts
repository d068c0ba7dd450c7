import { expect, test } from "vitest";
import { createIdPool } from "../../../../src/app/watch/id-pool.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const numbers = (ids: readonly string[]) => ids.map(Number);

test("incidents are numbered one after the other across restarts, whoever opens them", async () => {
  await using database = await withDatabase();
  const used: string[] = [];
  for (let run = 0; run < 3; run++) {
    await using pool = await createIdPool(database);
    for (const id of [pool.next(), await pool.take(), pool.next()]) {
      used.push(id);
      await saveIncident(database, { ...incidentView.incident, id, groupKey: `group/${id}` });
      await pool.refill();
    }
  }
  expect(numbers(used)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("more incidents than are kept in stock follow each other too", async () => {
  await using database = await withDatabase();
  await using pool = await createIdPool(database);
  const used: string[] = [];
  for (let i = 0; i < 120; i++) {
    used.push(pool.next());
    await pool.refill();
  }
  expect(numbers(used)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
});

test("two watchers never give the same number, and a later incident never bears the smaller one of a process that has ended", async () => {
  await using database = await withDatabase();
  const first = await createIdPool(database);
  const second = await createIdPool(database);
  const a = first.next();
  await first[Symbol.asyncDispose]();
  const b = second.next();
  expect(b).not.toBe(a);
  await saveIncident(database, { ...incidentView.incident, id: b, groupKey: "second" });
  const third = await createIdPool(database);
  expect(Number(third.next())).toBeGreaterThan(Number(b));
  expect(third.next()).not.toBe(second.next());
});

test("a killed process leaves a gap and nothing else", async () => {
  await using database = await withDatabase();
  const killed = await createIdPool(database);
  const last = killed.next();
  await using next = await createIdPool(database);
  expect(Number(next.next())).toBeGreaterThan(Number(last));
});

test("the engine, which cannot wait, is told when there is no number left; a person waits for one", async () => {
  await using database = await withDatabase();
  await using pool = await createIdPool(database);
  const used = Array.from({ length: 50 }, () => pool.next());
  expect(() => pool.next()).toThrow("more incidents opened in one tick");
  expect(used).not.toContain(await pool.take());
});
