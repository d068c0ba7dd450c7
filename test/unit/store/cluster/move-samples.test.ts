import { describe, expect, test } from "vitest";
import { createSampleMover } from "../../../../src/store/cluster/move-samples.ts";
import { readSamples } from "../../../../src/store/cluster/read-samples.ts";
import { readSeason } from "../../../../src/store/cluster/season.ts";
import { createSampleTidying } from "../../../../src/store/cluster/tidy-samples.ts";
import type { Database } from "../../../../src/store/database.ts";
import { withDatabase } from "../../../support/postgres.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const always = () => true;

/** What an earlier version wrote: an hour of two pods, a deployment and a node. */
async function earlier({ pool }: Database, cluster: string): Promise<void> {
  await pool.query(
    `insert into pods_singly (cluster, at, namespace, pod, workload, label, ready, restarts, cpu_cores, memory_bytes)
     select $1, $2::timestamptz + n * interval '30 s', 'shop', 'web-' || p, 'web', case when n = 7 then 'bad' else 'good' end,
            true, n, n + p / 10.0, case when n = 3 then 1e300 end
       from generate_series(0, 119) n, generate_series(1, 2) p`,
    [cluster, new Date(start)],
  );
  await pool.query(
    `insert into deployments_singly (cluster, at, namespace, deployment, label, desired, available, updated, requests_per_second)
     select $1, $2::timestamptz + n * interval '30 s', 'shop', 'web', 'good', 2, 2, 2, 10 from generate_series(0, 119) n`,
    [cluster, new Date(start)],
  );
  await pool.query(
    `insert into nodes_singly (cluster, at, node, label, ready, pods, cpu_ratio)
     select $1, $2::timestamptz + n * interval '30 s', 'node-1', 'good', null, 2, 0.5 from generate_series(0, 119) n`,
    [cluster, new Date(start)],
  );
}

async function read(database: Database, cluster: string) {
  const rows = [];
  const query = { cluster, from: 0, to: start + 1e10 };
  for await (const page of readSamples(database, "pods", query)) rows.push(...page);
  return rows;
}

const count = async ({ pool }: Database, what: string) =>
  (await pool.query<{ n: number }>(`select count(*)::int as n from ${what}`)).rows[0]?.n;

test("what an old watcher writes beside a new one is read with the rest, and moved with it", async () => {
  await using database = await withDatabase();
  await earlier(database, "c");
  // As earlier versions wrote, after the new one has brought the database up to date.
  const at = start + 3_600_000;
  for (let again = 0; again < 2; again++)
    await database.pool.query(
      `insert into pods (cluster, at, namespace, pod, workload, label, ready, restarts, cpu_cores)
       select $1, to_timestamp(row.ms / 1000), namespace, pod, workload, label, ready, restarts, cpu_cores
         from unnest($2::double precision[], array['shop'], array['web-9'], array['web'], array['good'], array[true], array[1], array[0.5])
           as row (ms, namespace, pod, workload, label, ready, restarts, cpu_cores) on conflict do nothing`,
      ["c", [at]],
    );
  expect(await count(database, "pods where pod = 'web-9'")).toBe(1);
  await createSampleMover(database, "c").move(start - 600_000, always);
  const own = (await read(database, "c")).filter(({ pod }) => pod === "web-9");
  expect(own).toMatchObject([{ at, ready: true, restarts: 1, cpuCores: 0.5 }]);
  expect(await count(database, "pods_singly")).toBe(0);
});

describe("what an earlier version kept", () => {
  test("is moved whole, its room is given back, and doing it again changes nothing", async () => {
    await using database = await withDatabase();
    await earlier(database, "c");
    await createSampleMover(database, "c").move(start - 600_000, always);
    await createSampleMover(database, "c").move(start - 600_000, always);
    const rows = await read(database, "c");
    expect(rows).toHaveLength(240);
    expect(rows.filter(({ label }) => label === "bad")).toHaveLength(2);
    expect(rows.find(({ at, pod }) => at === start + 90_000 && pod === "web-2")).toMatchObject({
      namespace: "shop",
      workload: "web",
      ready: true,
      restarts: 3,
      cpuCores: 3.2,
      memoryBytes: Number.POSITIVE_INFINITY,
      requestsPerSecond: null,
    });
    expect(await count(database, "nodes")).toBe(120);
    expect(await count(database, "deployments")).toBe(120);
    const { rows: sizes } = await database.pool.query("select pg_relation_size('pods_singly')::int as bytes");
    expect(sizes).toEqual([{ bytes: 0 }]);
  });

  test("is seen before it is moved, and while it is", async () => {
    await using database = await withDatabase();
    await earlier(database, "c");
    const season = () => readSeason(database, { cluster: "c", from: start });
    const before = await season();
    expect(before.filter(({ name }) => name === "requests_per_second")).toHaveLength(2);
    const mover = createSampleMover(database, "c");
    // Nodes first: fourteen steps.
    let steps = 0;
    expect(await mover.move(start - 600_000, () => steps++ < 20)).toBe(false);
    expect(await count(database, "pods_singly")).toBeLessThan(240);
    expect(await count(database, "pods")).toBe(240);
    expect(await mover.move(start - 600_000, always)).toBe(true);
    const sorted = (rows: Awaited<ReturnType<typeof season>>) => rows.map((row) => JSON.stringify(row)).toSorted();
    expect(sorted(await season())).toEqual(sorted(before));
  });

  test("another cluster's stays where it is until that one moves it", async () => {
    await using database = await withDatabase();
    await earlier(database, "a");
    await earlier(database, "b");
    await createSampleMover(database, "a").move(start - 600_000, always);
    expect([(await read(database, "a")).length, (await read(database, "b")).length]).toEqual([240, 0]);
    await createSampleMover(database, "b").move(start - 600_000, always);
    expect((await read(database, "b")).length).toBe(240);
    expect(await count(database, "pods_singly")).toBe(0);
  });

  test("is tidied with the rest: what is too old goes, what is old is thinned out", async () => {
    await using database = await withDatabase();
    await earlier(database, "c");
    const tidy = createSampleTidying(database, "c");
    const half = start + 30 * 60_000;
    expect(await tidy({ from: half, fullFrom: half + 20 * 60_000 })).toEqual({ pruned: 60 * 4, done: true });
    // Twenty minutes in four steps, ten as they were.
    expect(await count(database, "deployments")).toBe(4 + 20);
    expect(await tidy({ from: half, fullFrom: half + 20 * 60_000 })).toEqual({ pruned: 0, done: true });
  });
});
