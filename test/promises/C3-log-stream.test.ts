import { sql } from "kysely";
import { describe, expect, test, vi } from "vitest";
import { openNatsLogStream } from "../../src/adapters/nats/nats-log-stream.ts";
import { shardOf } from "../../src/app/shards/shard-of.ts";
import type { LogLine } from "../../src/cluster/signal.ts";
import { publishLines } from "../../src/detection/collect/push/stream-intake.ts";
import { advanceLogs, knownTemplates, logPosition, pruneTemplates } from "../../src/store/cluster/log-templates.ts";
import { newHolder, releaseLease, takeLease } from "../../src/store/leases.ts";
import { startChild } from "../support/child.ts";
import { findNatsServer, startNatsServer } from "../support/nats-server.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";
import { full, grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const script = new URL("../support/log-stream-process.ts", import.meta.url).pathname;
const nats = await findNatsServer(full);
if (nats.path === undefined) console.log(nats.why);
const all = promised(1_000_000, 40_000);
const partitions = 2;
const cluster = "shop.berlin";
const partitionOf = (namespace: string) => shardOf(namespace, partitions);
const batch = 5_000;
const kinds = ["order placed", "payment refused", "cart emptied", "cache refreshed"];

/** Lines of 20 namespaces, no two alike. */
function linesOf(from: number, count: number): LogLine[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return {
      at: 1_700_000_000_000 + n,
      namespace: `team-${n % 20}`,
      pod: `app-${n % 7}`,
      container: "app",
      line: `level=info msg="${kinds[n % kinds.length]}" password=Sunny2day id=${n}`,
    };
  });
}

async function counted(database: TestDatabase): Promise<{ positions: number; templates: number }> {
  const { rows } = await sql<{ positions: number; templates: number }>`
    select coalesce((select sum(lines) from log_position where cluster = ${cluster}), 0)::int as positions,
           coalesce((select sum(lines) from log_template where cluster = ${cluster}), 0)::int as templates`.execute(
    database.kysely,
  );
  return rows[0] ?? { positions: 0, templates: 0 };
}

describe.skipIf(nats.path === undefined)("log lines through a real JetStream (C3)", () => {
  test("readers are killed in the middle, batches are delivered twice, the server is killed: every line counts, and once", {
    timeout: promised(900_000, 90_000),
  }, async () => {
    await using database = await withDatabase();
    await using server = await startNatsServer(nats.path ?? "");
    await using stream = await openNatsLogStream({
      url: server.url,
      cluster,
      partitions,
      maxBytes: 512 * 1024 * 1024,
      maxAgeMs: 3_600_000,
    });
    const reader = () => startChild(script, [database.url, server.url, cluster, String(partitions), "2000"]);
    await using first = reader();
    let published = 0;
    let twice = 0;
    const publish = async (upTo: number) => {
      for (; published < upTo; published += batch) {
        const lines = linesOf(published, Math.min(batch, upTo - published));
        await publishLines({ stream, partitionOf }, lines);
        if (published % (4 * batch) !== 0) continue;
        // An agent that has not heard the answer sends the same again.
        await publishLines({ stream, partitionOf }, lines);
        twice += lines.length;
      }
    };
    await publish(all / 2);
    await vi.waitFor(async () => expect((await counted(database)).positions).toBeGreaterThan(0), {
      timeout: 60_000,
      interval: 20,
    });
    first.process.kill("SIGKILL");
    const atKill = await counted(database);
    await using second = reader();
    await publish(all);
    if (full) {
      await vi.waitFor(async () => expect((await counted(database)).positions).toBeGreaterThan(all / 2), {
        timeout: 300_000,
        interval: 20,
      });
      await server.kill();
      await server.start();
    }
    await vi.waitFor(async () => expect((await counted(database)).positions, second.output().slice(-500)).toBe(all), {
      timeout: promised(300_000, 60_000),
      interval: 100,
    });
    expect(await counted(database), "templates add up to the lines").toEqual({ positions: all, templates: all });
    const known = await knownTemplates(database, cluster);
    expect(new Set(known.map(({ namespace }) => namespace)).size).toBe(20);
    expect(JSON.stringify(known), "what is kept of a line holds no secret").not.toContain("Sunny2day");
    // Each namespace writes of four kinds at most, whatever the ids in them.
    expect(known.length).toBeLessThanOrEqual(20 * kinds.length * 3);
    promiseFigure(
      "C3",
      `${grouped(all)} lines, ${grouped(twice)} of them delivered twice; kill -9 of the reader after ${grouped(atKill.positions)}${full ? ", and of the server" : ""}`,
      "every line counted, each once",
    );
  });

  test("what is too much for the stream is thrown away, the oldest first, and the reader says how much", async () => {
    await using server = await startNatsServer(nats.path ?? "");
    await using stream = await openNatsLogStream({
      url: server.url,
      cluster,
      partitions: 1,
      maxBytes: 1 << 20,
      maxAgeMs: 3_600_000,
    });
    const publish = (from: number) => publishLines({ stream, partitionOf: () => 0 }, linesOf(from, batch));
    await publish(0);
    await using before = await stream.read(0, 0);
    const { value } = await before.messages[Symbol.asyncIterator]().next();
    expect(value?.seq).toBe(1);
    for (let from = batch; from < 30 * batch; from += batch) await publish(from);
    await using after = await stream.read(0, 1);
    const next = await after.messages[Symbol.asyncIterator]().next();
    expect(next.value?.seq, "messages 2 to here are gone").toBeGreaterThan(2);
    expect(await after.behind()).toBeGreaterThan(0);
  });
});

describe("how far a partition is counted", () => {
  const template = (lines: number, at: number) => ({
    namespace: "shop",
    key: "k",
    text: "order <*>",
    pod: "p",
    container: "c",
    line: "order 1",
    lines,
    firstAt: at,
    lastAt: at,
  });
  const progress = (seq: number, lines: number, at = 1_700_000_000_000) => ({
    cluster: "c",
    partition: "0of1",
    seq,
    lines,
    lostMessages: 0,
    templates: [template(lines, at)],
  });

  test("what is told again changes nothing, and a late holder is refused", async () => {
    await using database = await withDatabase();
    const [a, b] = [newHolder(), newHolder()];
    const mine = await takeLease(database, { name: "shard:c:0", holder: a, leaseMs: 60_000 });
    if (!mine) throw new Error("free");
    expect(await advanceLogs(database, progress(10, 5), mine)).toBe(true);
    expect(await advanceLogs(database, progress(10, 5), mine), "the same again").toBe(false);
    expect(await advanceLogs(database, progress(7, 3), mine), "an older one").toBe(false);
    await releaseLease(database, mine);
    await takeLease(database, { name: "shard:c:0", holder: b, leaseMs: 60_000 });
    await expect(advanceLogs(database, progress(20, 5), mine)).rejects.toThrow("taken over");
    expect(await logPosition(database, "c", "0of1")).toBe(10);
    expect(await logPosition(database, "another", "0of1")).toBe(0);
    expect(await knownTemplates(database, "c")).toMatchObject([{ lines: 5 }]);
  });

  test("counts of several partitions come to the same in whatever order, and kinds are bounded", async () => {
    const parts = [1, 2, 3, 4].map((n) => ({ ...progress(n, n, 1_700_000_000_000 + n * 1_000), partition: `${n}` }));
    const results = [];
    for (const order of [parts, parts.toReversed()]) {
      await using database = await withDatabase();
      for (const part of order) await advanceLogs(database, part);
      results.push(await knownTemplates(database, "c"));
      expect(await pruneTemplates(database, "c", 0)).toBe(1);
      expect(await knownTemplates(database, "c")).toEqual([]);
    }
    expect(results[0]).toMatchObject([{ lines: 10, firstAt: 1_700_000_001_000, lastAt: 1_700_000_004_000 }]);
    expect(results[1]).toEqual(results[0]);
  });
});
