import { expect, test } from "vitest";
import { saveIncident } from "../../../src/store/incidents/incidents.ts";
import { isHeld, keepLease, newHolder, releaseLease, takeLease, whileAlone } from "../../../src/store/leases.ts";
import { announcePost } from "../../../src/store/people/chat.ts";
import { incidentView } from "../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../support/postgres.ts";

const name = "render/7";
const leaseMs = 3_600_000;
const [ann, bob] = [newHolder(), newHolder()];
/** As if the time of the lease had passed. */
const runOut = (database: TestDatabase) =>
  database.pool.query("update lease set until = clock_timestamp() - interval '1 second'");

test("one holder at a time; the same one may ask again and keeps its token", async () => {
  await using database = await withDatabase();
  const first = await takeLease(database, { name, holder: ann, leaseMs });
  expect(first).toMatchObject({ name });
  expect(await takeLease(database, { name, holder: bob, leaseMs })).toBeUndefined();
  const again = await takeLease(database, { name, holder: ann, leaseMs });
  expect(again?.token).toBe(first?.token);
  expect(again?.held()).toBe(true);
  expect(await takeLease(database, { name: "render/8", holder: bob, leaseMs })).toBeDefined();
});

test("what has run out is another's, under a token of its own; the late one is told so and cannot give it back", async () => {
  await using database = await withDatabase();
  const late = await takeLease(database, { name, holder: ann, leaseMs });
  if (!late) throw new Error("nobody else holds it");
  expect(await isHeld(database, late)).toBe(true);
  await runOut(database);
  expect(await isHeld(database, late)).toBe(false);
  const next = await takeLease(database, { name, holder: bob, leaseMs });
  if (!next) throw new Error("it had run out");
  expect(next.token).not.toBe(late.token);
  expect([await isHeld(database, late), await isHeld(database, next)]).toEqual([false, true]);
  await releaseLease(database, late);
  expect(await isHeld(database, next)).toBe(true);
  await releaseLease(database, next);
  expect(await takeLease(database, { name, holder: ann, leaseMs })).toBeDefined();
});

test("after it ran out and nobody else had it: kept it is the same lease, taken it is a new one", async () => {
  await using database = await withDatabase();
  const first = await keepLease(database, { name, holder: ann, leaseMs });
  await runOut(database);
  const kept = await keepLease(database, { name, holder: ann, leaseMs });
  expect(kept?.token).toBe(first?.token);
  await runOut(database);
  expect((await takeLease(database, { name, holder: ann, leaseMs }))?.token).not.toBe(first?.token);
});

test("work that is alone is alone, and leaves nothing behind, however it ends", async () => {
  await using database = await withDatabase();
  const inside = await whileAlone(database, name, async (lease) => {
    expect(lease.held()).toBe(true);
    return [await isHeld(database, lease), await whileAlone(database, name, async () => "second")];
  });
  expect(inside).toEqual([true, undefined]);
  await expect(
    whileAlone(database, name, async () => {
      throw new Error("broken");
    }),
  ).rejects.toThrow("broken");
  expect(await whileAlone(database, name, async () => "after")).toBe("after");
  expect((await database.pool.query("select name from lease")).rows).toEqual([]);
});

test.each([
  { name: "nobody else has had it: it ran out", code: "lease-ran-out", words: /ran out before it was renewed/ },
  {
    name: "another process has had it: it was taken over",
    code: "taken-over",
    words: /Another process has taken over/,
  },
])("a write that is refused says why – $name", async ({ code, words }) => {
  await using database = await withDatabase();
  const { incident } = incidentView;
  await saveIncident(database, incident);
  const mine = await keepLease(database, { name, holder: ann, leaseMs });
  await runOut(database);
  if (code === "taken-over") await keepLease(database, { name, holder: bob, leaseMs });
  for (const write of [
    saveIncident(database, incident, mine),
    announcePost(database, incident.id, "incident", "C1", mine),
  ]) {
    const error: unknown = await write.catch((refused: unknown) => refused);
    expect(error).toMatchObject({ code, message: expect.stringMatching(words), retryable: true });
  }
});

test("work whose own renewal came late, and before anybody else's, goes on under the same lease and gives it back", async () => {
  await using database = await withDatabase();
  const held = await whileAlone(
    database,
    name,
    async (lease) => {
      await runOut(database);
      await expect.poll(() => isHeld(database, lease), { timeout: 30_000 }).toBe(true);
      return true;
    },
    4_000,
  );
  expect(held).toBe(true);
  expect((await database.pool.query("select name from lease")).rows).toEqual([]);
});
