import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test, vi } from "vitest";
import { keepAuditMark } from "../../../../src/app/watch/keep-audit-mark.ts";
import { knownOf, reportAudit } from "../../../../src/cli/audit.ts";
import { markText, readMark } from "../../../../src/incident/audit-mark.ts";
import type { Logger } from "../../../../src/lib/logger.ts";
import { inAuditedTransaction, verifyAudit } from "../../../../src/store/audit.ts";
import { newestMark, stillHas, timesTakenBack } from "../../../../src/store/audit-marks.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const write = (database: TestDatabase, from: number, to: number, actor = "slack:U1") =>
  inAuditedTransaction(database, async (_tx, record) => {
    for (let i = from; i <= to; i++) record({ event: "plan.voted", actor, subject: `plan-${i}`, body: { i } });
  });

/** What somebody does who may write the whole database and knows how entries are hashed: none needs a key. */
const attacks: readonly { name: string; attack: (database: TestDatabase) => Promise<unknown>; holds: boolean }[] = [
  {
    name: "the newest entries are taken back, and the end of the chain with them",
    holds: false,
    async attack(database) {
      await database.pool.query("delete from audit where seq > 6");
      await database.pool.query("update audit_head set seq = 6, hash = (select hash from audit where seq = 6)");
    },
  },
  {
    name: "an older backup is put back, and work goes on",
    holds: false,
    async attack(database) {
      await database.pool.query("delete from audit where seq > 4");
      await database.pool.query("update audit_head set seq = 4, hash = (select hash from audit where seq = 4)");
      await write(database, 5, 15, "slack:EVE");
    },
  },
  {
    name: "the whole chain is written anew",
    holds: false,
    async attack(database) {
      await database.pool.query("delete from audit");
      await database.pool.query("update audit_head set seq = 0, hash = $1", ["0".repeat(64)]);
      await write(database, 1, 12, "slack:EVE");
    },
  },
  { name: "nothing is done, and work goes on", holds: true, attack: (database) => write(database, 11, 20) },
];

describe("what verify alone cannot see shows against an entry that was told elsewhere", () => {
  test.each(attacks)("$name", async ({ attack, holds }) => {
    await using database = await withDatabase();
    await write(database, 1, 10);
    const mark = await newestMark(database);
    if (!mark) throw new Error("there is an entry");
    await attack(database);
    // The chain holds by itself: without a key anybody can make one that does.
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
    expect(await stillHas(database, mark)).toBe(holds);
    const out = new PassThrough();
    expect(await reportAudit(database, out, await knownOf(undefined, markText(mark)))).toBe(holds ? 0 : 1);
    out.end();
    expect(await text(out)).toMatch(holds ? /intact/ : /broken/);
  });

  test.each(attacks)("the watcher says so: $name", async ({ attack, holds }) => {
    await using database = await withDatabase();
    await write(database, 1, 10);
    const clock = createManualClock(0);
    const stopping = new AbortController();
    const said: string[] = [];
    const note = (fields: object, event: string) =>
      void said.push(`${event} ${"mark" in fields ? String(fields.mark) : ""}`);
    const log = { info: note, error: note, warn: note, debug: note } as unknown as Logger;
    let counted = 0;
    const onTakenBack = () => void counted++;
    const running = keepAuditMark({ database, clock, log, signal: stopping.signal, onTakenBack });
    const first = await newestMark(database);
    await vi.waitFor(() => expect(said).toEqual([`audit.mark ${first && markText(first)}`]), { timeout: 20_000 });
    await attack(database);
    await clock.advance(10 * 60_000);
    await vi.waitFor(() => expect(said.length).toBeGreaterThan(1), { timeout: 20_000 });
    expect(said.filter((line) => line.startsWith("audit.taken-back"))).toEqual(
      holds ? [] : [`audit.taken-back ${first && markText(first)}`],
    );
    await vi.waitFor(async () => expect(await timesTakenBack(database, 0, Date.now() + 60_000)).toBe(holds ? 0 : 1), {
      timeout: 20_000,
    });
    expect(counted).toBe(holds ? 0 : 1);
    stopping.abort();
    await running;
  });
});

test("entries that retention has pruned are not missed; a chain without entries has no mark", async () => {
  await using database = await withDatabase();
  expect(await newestMark(database)).toBeUndefined();
  await write(database, 1, 3);
  const old = await newestMark(database);
  await write(database, 4, 9);
  await database.pool.query("delete from audit where seq <= 5");
  expect(old && (await stillHas(database, old))).toBe(true);
});

test.each([
  "",
  "12",
  "12:xyz",
  `x:${"a".repeat(64)}`,
  `12:${"A".repeat(64)}`,
  `12:${"a".repeat(63)}`,
])("%j is no mark", (text) => expect(readMark(text)).toBeUndefined());
