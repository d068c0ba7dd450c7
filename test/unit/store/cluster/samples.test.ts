import { describe, expect, test } from "vitest";
import type { PodSample, SampleBatch, SampleLabel } from "../../../../src/incident/cluster-sample.ts";
import { readSamples, type SampleQuery } from "../../../../src/store/cluster/read-samples.ts";
import type { SampleTable } from "../../../../src/store/cluster/sample-shapes.ts";
import { insertSamples, relabelSamples } from "../../../../src/store/cluster/samples.ts";
import { readSeason } from "../../../../src/store/cluster/season.ts";
import { pruneSamples, thinSamples } from "../../../../src/store/cluster/tidy-samples.ts";
import type { Database } from "../../../../src/store/database.ts";
import { withDatabase } from "../../../support/postgres.ts";

const start = Date.parse("2026-11-20T22:00:00.123Z");

function podSample(at: number, pod: string, more: Partial<PodSample> = {}): PodSample {
  return {
    at,
    label: "good",
    namespace: "shop",
    pod,
    workload: pod.split("-")[0] ?? "",
    ready: true,
    restarts: 0,
    cpuCores: 0.25,
    cpuThrottledRatio: null,
    // As near as a `real` comes to it.
    memoryBytes: 123_456_790,
    memoryLimitRatio: 0.5,
    networkReceiveBytesPerSecond: null,
    networkTransmitBytesPerSecond: null,
    requestsPerSecond: 3,
    errorRatio: 0,
    latencyMeanSeconds: 0.01,
    healthCpuRatio: null,
    healthMemoryRatio: null,
    healthErrorCount: null,
    healthUptimeSeconds: null,
    ...more,
  };
}

const batch = (at: number, label: SampleLabel = "good"): SampleBatch => ({
  nodes: [{ at, label, node: "node-1", ready: null, pods: 2, cpuRatio: 0.5, memoryRatio: null, filesystemRatio: 0.25 }],
  pods: [podSample(at, "web-1", { label }), podSample(at, "web-2", { label })],
  deployments: [
    {
      at,
      label,
      namespace: "shop",
      deployment: "web",
      desired: 2,
      available: 2,
      updated: 2,
      requestsPerSecond: 6,
      errorsPerSecond: 0,
      errorRatio: null,
      latencyP50Seconds: 0.01,
      latencyP95Seconds: 0.02,
      latencyMeanSeconds: 0.012,
    },
  ],
});

async function all<T extends SampleTable>(database: Database, table: T, query: Partial<SampleQuery> = {}) {
  const rows = [];
  const pages = [];
  for await (const page of readSamples(database, table, { cluster: "c", from: 0, to: start + 1e10, ...query })) {
    rows.push(...page);
    pages.push(page.length);
  }
  return { rows, pages };
}

describe("samples in PostgreSQL", () => {
  test("come back as they were written, missing values and milliseconds included", async () => {
    await using database = await withDatabase();
    const written = batch(start);
    await insertSamples(database, "c", written);
    expect((await all(database, "nodes")).rows).toEqual(written.nodes);
    expect((await all(database, "pods")).rows).toEqual(written.pods);
    expect((await all(database, "deployments")).rows).toEqual(written.deployments);
    expect((await all(database, "pods", { cluster: "other" })).rows).toEqual([]);
  });

  test("written twice they are there once", async () => {
    await using database = await withDatabase();
    for (let i = 0; i < 2; i++) await insertSamples(database, "c", batch(start));
    expect((await all(database, "pods")).rows.length).toBe(2);
  });

  test("are read in order of time, a page at a time, each row once", async () => {
    await using database = await withDatabase();
    for (const i of [3, 1, 4, 0, 2]) await insertSamples(database, "c", batch(start + i * 30_000));
    const { rows, pages } = await all(database, "pods", { pageRows: 3 });
    expect(pages).toEqual([3, 3, 3, 1]);
    expect(rows.map(({ at, pod }) => `${(at - start) / 30_000} ${pod}`)).toEqual(
      [0, 1, 2, 3, 4].flatMap((i) => [`${i} web-1`, `${i} web-2`]),
    );
  });

  test.each([
    { name: "from is part of it, to is not", query: { from: start + 30_000, to: start + 60_000 }, want: [1] },
    { name: "only some labels", query: { labels: ["bad", "alert"] as const }, want: [2] },
    { name: "nothing", query: { from: start + 1e9 }, want: [] },
  ])("$name", async ({ query, want }) => {
    await using database = await withDatabase();
    for (const i of [0, 1, 2])
      await insertSamples(database, "c", batch(start + i * 30_000, i === 2 ? "alert" : "good"));
    expect((await all(database, "deployments", query)).rows.map(({ at }) => (at - start) / 30_000)).toEqual(want);
  });

  test("trouble is dated back: the objects and their pods, in the span, nobody else", async () => {
    await using database = await withDatabase();
    for (const i of [0, 1, 2, 3]) {
      await insertSamples(database, "c", batch(start + i * 30_000));
      await insertSamples(database, "c", {
        nodes: [],
        deployments: [],
        pods: [podSample(start + i * 30_000, "cart-1")],
      });
    }
    const objects = [
      { kind: "Deployment", namespace: "shop", name: "web" },
      { kind: "Deployment", namespace: "other", name: "cart" },
      { kind: "Service", namespace: "shop", name: "front" },
    ];
    await relabelSamples(database, "c", { objects, from: start + 30_000, to: start + 60_000, label: "bad" });
    const bad = (await all(database, "pods", { labels: ["bad"] })).rows;
    expect(bad.map(({ at, pod }) => `${(at - start) / 30_000} ${pod}`)).toEqual([
      "1 web-1",
      "1 web-2",
      "2 web-1",
      "2 web-2",
    ]);
    expect((await all(database, "deployments", { labels: ["bad"] })).rows.length).toBe(2);
    expect((await all(database, "nodes", { labels: ["bad"] })).rows).toEqual([]);
    await relabelSamples(database, "c", {
      objects: [
        { kind: "Node", name: "node-1" },
        { kind: "Pod", namespace: "shop", name: "cart-1" },
      ],
      from: start,
      to: start,
      label: "alert",
    });
    expect((await all(database, "nodes", { labels: ["alert"] })).rows.length).toBe(1);
    expect((await all(database, "pods", { labels: ["alert"] })).rows.map(({ pod }) => pod)).toEqual(["cart-1"]);
  });

  test("old ones go, in chunks, and the rest stays", async () => {
    await using database = await withDatabase();
    const old = Array.from({ length: 12_000 }, (_, i) => podSample(start - 1_000, `web-${i}`));
    await insertSamples(database, "c", { nodes: [], deployments: [], pods: old });
    await insertSamples(database, "c", batch(start));
    expect(await pruneSamples(database, "c", start)).toBe(12_000);
    expect(await pruneSamples(database, "c", start)).toBe(0);
    expect((await all(database, "pods")).rows.map(({ pod }) => pod)).toEqual(["web-1", "web-2"]);
  });

  test("what is past the days that are kept whole is kept in steps of five minutes, and what was in trouble as it was measured", async () => {
    await using database = await withDatabase();
    const hour = Date.parse("2026-11-20T22:00:00Z");
    for (let i = 0; i < 20; i++) {
      const at = hour + i * 30_000;
      await insertSamples(database, "c", {
        ...batch(at),
        pods: [
          podSample(at, "web-1", { cpuCores: i, restarts: i < 5 ? 0 : 1, healthErrorCount: 100 + i, ready: i !== 3 }),
          podSample(at, "web-2", { label: i === 4 ? "bad" : "good", cpuCores: i }),
          ...(i < 4 ? [podSample(at, "web-3", { cpuCores: i % 2 === 0 ? null : 1 })] : []),
        ],
      });
    }
    // Nine minutes are old enough; a step is whole or not at all.
    expect(await thinSamples(database, "c", hour + 9 * 60_000)).toBe(true);
    const { rows } = await all(database, "pods");
    const of = (name: string, until: number) => rows.filter(({ pod, at }) => pod === name && at < hour + until);
    const fiveMinutes = 300_000;
    expect(of("web-1", fiveMinutes)).toEqual([
      podSample(hour, "web-1", { cpuCores: 4.5, restarts: 1, healthErrorCount: 109, ready: false }),
    ]);
    expect(of("web-2", fiveMinutes).map(({ cpuCores, label }) => `${cpuCores} ${label}`)).toEqual(
      Array.from({ length: 10 }, (_, i) => `${i} ${i === 4 ? "bad" : "good"}`),
    );
    expect(of("web-3", fiveMinutes), "means are of what was measured").toEqual([
      podSample(hour, "web-3", { cpuCores: 1 }),
    ]);
    expect(rows.filter(({ at }) => at >= hour + fiveMinutes)).toHaveLength(20);
    expect((await all(database, "nodes")).rows).toHaveLength(11);
    const before = (await all(database, "deployments")).rows;
    await thinSamples(database, "c", hour + 9 * 60_000);
    expect((await all(database, "deployments")).rows, "what is thinned out stays so").toEqual(before);
    await thinSamples(database, "c", hour + 60 * 60_000);
    expect((await all(database, "pods")).rows).toHaveLength(1 + 10 + 1 + 2);
  });

  test("thinning out that is stopped goes on where it stopped", async () => {
    await using database = await withDatabase();
    for (let i = 0; i < 40; i++) await insertSamples(database, "c", batch(start + i * 30_000));
    let steps = 0;
    const mayGoOn = () => steps++ < 3;
    expect(await thinSamples(database, "c", start + 3_600_000, mayGoOn)).toBe(false);
    expect(await thinSamples(database, "c", start + 3_600_000)).toBe(true);
    expect((await all(database, "pods")).rows).toHaveLength(2 * 4);
  });

  test("names of objects that have no samples left are forgotten, those of others are not", async () => {
    await using database = await withDatabase();
    await insertSamples(database, "c", { nodes: [], deployments: [], pods: [podSample(start, "gone-1")] });
    for (const hours of [1, 2, 3, 4])
      await insertSamples(database, "c", {
        nodes: [],
        deployments: [],
        pods: [podSample(start + hours * 3_600_000, "web-1")],
      });
    await pruneSamples(database, "c", start + 3.5 * 3_600_000);
    const { rows } = await database.pool.query("select name from sample_object");
    expect(rows).toEqual([{ name: "web-1" }]);
    expect((await all(database, "pods")).rows).toHaveLength(1);
  });

  test("an object that is seen for the hundredth time uses up no number", async () => {
    await using database = await withDatabase();
    for (let i = 0; i < 100; i++) await insertSamples(database, "c", batch(start + i * 30_000));
    const { rows } = await database.pool.query("select max(id) as id, count(*)::int as n from sample_object");
    expect(rows).toEqual([{ id: 4, n: 4 }]);
  });

  test("watchers that share a cluster write their parts of one time", async () => {
    await using database = await withDatabase();
    const one = (pod: string) => ({ nodes: [], deployments: [], pods: [podSample(start, pod)] });
    await Promise.all(["web-1", "web-2", "web-3"].map((pod) => insertSamples(database, "c", one(pod))));
    expect((await all(database, "pods")).rows.map(({ pod }) => pod)).toEqual(["web-1", "web-2", "web-3"]);
  });

  test("who asks the database by itself sees a row for each object and time", async () => {
    await using database = await withDatabase();
    await insertSamples(database, "c", batch(start, "bad"));
    const { rows } = await database.pool.query(
      "select namespace, pod, workload, label, ready, restarts, cpu_cores, error_ratio, health_error_count from pods where pod = 'web-2'",
    );
    expect(rows).toEqual([
      {
        namespace: "shop",
        pod: "web-2",
        workload: "web",
        label: "bad",
        ready: true,
        restarts: 0,
        cpu_cores: 0.25,
        error_ratio: 0,
        health_error_count: null,
      },
    ]);
  });

  test("half-hourly means reach over days, the newest first, and no further than asked", async () => {
    await using database = await withDatabase();
    const hour = Date.parse("2026-11-20T22:00:00Z");
    for (let i = 0; i < 48; i++) await insertSamples(database, "c", batch(hour - i * 30 * 60_000));
    const season = await readSeason(database, { cluster: "c", from: hour - 20 * 3_600_000 });
    const requests = season.filter(({ name }) => name === "requests_per_second");
    expect(requests).toHaveLength(41);
    expect(requests[0]).toEqual({
      name: "requests_per_second",
      labels: { namespace: "shop", workload: "web" },
      at: hour,
      value: 6,
    });
    expect(requests.map(({ at }) => at)).toEqual(requests.map((_, i) => hour - i * 1_800_000));
    expect(season.filter(({ name }) => name === "node_cpu_ratio")).toHaveLength(41);
    // Four values of the deployment, and of the node the one that was measured.
    expect(await readSeason(database, { cluster: "c", from: 0, limit: 10 })).toHaveLength(10 * 4 + 10 * 1);
  });

  test("one cluster's retention leaves the samples of others that share the database", async () => {
    await using database = await withDatabase();
    const old = { nodes: [], deployments: [], pods: [podSample(start - 1_000, "web-1")] };
    await insertSamples(database, "short", old);
    await insertSamples(database, "long", old);
    expect(await pruneSamples(database, "short", start)).toBe(1);
    const { rows } = await database.pool.query("select cluster from pods");
    expect(rows).toEqual([{ cluster: "long" }]);
  });

  test("names that look like SQL and values that are not finite are only values", async () => {
    await using database = await withDatabase();
    const nasty = "web'); drop table pods; --";
    await insertSamples(database, "c", {
      nodes: [],
      deployments: [],
      pods: [
        podSample(start, nasty, {
          cpuCores: Number.POSITIVE_INFINITY,
          memoryBytes: -1e300,
          errorRatio: 1e-300,
          latencyMeanSeconds: Number.NaN,
        }),
      ],
    });
    expect((await all(database, "pods")).rows[0]).toMatchObject({
      pod: nasty,
      cpuCores: Number.POSITIVE_INFINITY,
      memoryBytes: Number.NEGATIVE_INFINITY,
      errorRatio: 0,
      latencyMeanSeconds: Number.NaN,
    });
  });

  test("ten minutes of 2,000 pods are written in seconds", async () => {
    await using database = await withDatabase();
    const began = performance.now();
    for (let i = 0; i < 20; i++) {
      const pods = Array.from({ length: 2_000 }, (_, n) => podSample(start + i * 30_000, `web-${n}`));
      await insertSamples(database, "c", { nodes: [], deployments: [], pods });
    }
    expect(performance.now() - began).toBeLessThan(30_000);
    expect((await all(database, "pods")).rows.length).toBe(40_000);
  });
});
