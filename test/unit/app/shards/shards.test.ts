import { describe, expect, test, vi } from "vitest";
import { clusterShard, shardOf } from "../../../../src/app/shards/shard-of.ts";
import { createShards } from "../../../../src/app/shards/shards.ts";
import { startShards } from "../../../../src/app/shards/start-shards.ts";
import { howRelated, noteRelated } from "../../../../src/app/watch/note-related.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { Topology } from "../../../../src/cluster/topology.ts";
import { configSchema } from "../../../../src/config/config.ts";
import { defineDetector } from "../../../../src/detection/detector.ts";
import { createDetectionEngine, type DetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { makeRef, refKey, sameRef } from "../../../../src/incident/object-ref.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { advanceLogs } from "../../../../src/store/cluster/log-templates.ts";
import { insertSamples } from "../../../../src/store/cluster/samples.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { incidentsToGoOnWith } from "../../../../src/store/incidents/incidents-to-go-on-with.ts";
import { timelineOf } from "../../../../src/store/incidents/timeline.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { clean } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

describe("a namespace has one shard", () => {
  const names = Array.from({ length: 1_000 }, (_, i) => `team-${i}`);

  test("what lies in no namespace is shard 0's, and of one shard everything is", () => {
    expect(shardOf(undefined, 8)).toBe(clusterShard);
    expect(shardOf("", 8)).toBe(clusterShard);
    expect(names.every((name) => shardOf(name, 1) === 0)).toBe(true);
  });

  test("1,000 namespaces spread evenly over 8, and only a ninth of them moves for one shard more", () => {
    const sizes = Array.from({ length: 8 }, (_, shard) => names.filter((name) => shardOf(name, 8) === shard).length);
    for (const size of sizes) expect(size).toBeGreaterThan(80);
    const moved = names.filter((name) => shardOf(name, 8) !== shardOf(name, 9));
    expect(moved.length).toBeLessThan(200);
    expect(moved.every((name) => shardOf(name, 9) === 8)).toBe(true);
  });
});

function watcher(database: TestDatabase, count: number, more: { gained?: () => Promise<void>; tickMs?: number } = {}) {
  const told: string[] = [];
  const shards = createShards(
    { database, cluster: "c", count, tickMs: more.tickMs ?? 60_000, log: silentLogger },
    {
      gained: async () => {
        await more.gained?.();
        told.push("gained");
      },
      lost: () => void told.push("lost"),
    },
  );
  return { shards, told };
}

/** A namespace of a shard. */
function namespaceOf(shard: number, count: number): string {
  for (let n = 0; ; n++) if (shardOf(`ns-${n}`, count) === shard) return `ns-${n}`;
}

describe("watchers share the shards of a cluster", () => {
  test("the first takes all, gives half to the second, and gets it back when that one goes", async () => {
    await using database = await withDatabase();
    const [a, b] = [watcher(database, 4), watcher(database, 4)];
    await a.shards.round();
    expect(a.shards.stats).toMatchObject({ held: [0, 1, 2, 3], watchers: 1 });
    await b.shards.round();
    expect(b.shards.stats.held, "none is free yet").toEqual([]);
    await a.shards.round();
    await b.shards.round();
    expect([a.shards.stats.held, b.shards.stats.held]).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(a.shards.owns(namespaceOf(2, 4))).toBe(false);
    expect(b.shards.owns(namespaceOf(2, 4))).toBe(true);
    expect(a.shards.owns(undefined)).toBe(true);
    expect(a.told.filter((one) => one === "lost")).toHaveLength(2);
    const stopping = new AbortController();
    const done = b.shards.run(stopping.signal);
    stopping.abort();
    await done;
    await a.shards.round();
    expect(a.shards.stats).toMatchObject({ held: [0, 1, 2, 3], watchers: 1 });
  });

  test("what is held stays held while it takes long to read what the last holder of another shard knew", async () => {
    await using database = await withDatabase();
    let reads = 0;
    const { promise: read, resolve: finish } = Promise.withResolvers<void>();
    const more = { tickMs: 6_000, gained: async () => (++reads === 2 ? await read : undefined) };
    const { shards, told } = watcher(database, 2, more);
    const round = shards.round();
    await vi.waitFor(() => expect(reads).toBe(2), { timeout: 20_000, interval: 20 });
    const first = shards.leaseOfShard(0)?.token;
    const { rows } = await database.pool.query<{ name: string; until: string }>("select name, until::text from lease");
    expect(rows.map(({ name }) => name.replace(/:[^:]{10,}$/, "")).toSorted()).toEqual([
      "shard:c:0",
      "shard:c:1",
      "watcher:c",
    ]);
    for (const { name, until } of rows)
      await vi.waitFor(
        async () => {
          const renewed = "select from lease where name = $1 and until > $2::timestamptz";
          expect((await database.pool.query(renewed, [name, until])).rows).toHaveLength(1);
        },
        { timeout: 20_000, interval: 50 },
      );
    finish();
    await round;
    expect(shards.stats.held).toEqual([0, 1]);
    expect(shards.leaseOfShard(0)?.token).toBe(first);
    expect(shards.leaseOfShard(1)?.held()).toBe(true);
    expect(told).toEqual(["gained", "gained"]);
  });

  test("what is written about a namespace is written under the lease of its shard", async () => {
    await using database = await withDatabase();
    const { shards } = watcher(database, 4);
    await shards.round();
    const name = namespaceOf(3, 4);
    const lease = shards.leaseOfShard(3);
    expect(lease).toBeDefined();
    expect(shards.leaseOf(makeRef("Namespace", undefined, name))).toEqual(lease);
    expect(shards.leaseOf(makeRef("Deployment", name, "carts"))).toEqual(lease);
    expect(shards.leaseOf(makeRef("Node", undefined, "n1"))).toEqual(shards.leaseOfShard(clusterShard));
  });

  test("of one shard a second watcher reads along and owns nothing", async () => {
    await using database = await withDatabase();
    const [a, b] = [watcher(database, 1), watcher(database, 1)];
    await a.shards.round();
    await b.shards.round();
    await a.shards.round();
    expect([a.shards.owns("shop"), b.shards.owns("shop")]).toEqual([true, false]);
    expect(b.shards.reads("shop")).toBe(true);
  });

  test("what the last holder knew cannot be read: the shard is left to somebody who can", async () => {
    await using database = await withDatabase();
    const a = watcher(database, 1, { gained: () => Promise.reject(new Error("no")) });
    const b = watcher(database, 1);
    await a.shards.round();
    expect(a.shards.stats.held).toEqual([]);
    await b.shards.round();
    expect(b.shards.stats.held).toEqual([0]);
  });

  test("a lease that ran out while nobody else wanted it is taken up again without a hand-over", async () => {
    await using database = await withDatabase();
    const a = watcher(database, 1);
    await a.shards.round();
    await database.pool.query("update lease set until = now() - interval '1 second'");
    await a.shards.round();
    expect(a.shards.stats).toMatchObject({ held: [0], handOvers: 1 });
    expect(a.told).toEqual(["gained"]);
  });

  test("who was stopped past its lease may write nothing any more, and finds out at its next look", async () => {
    await using database = await withDatabase();
    const [late, next] = [watcher(database, 1), watcher(database, 1)];
    await late.shards.round();
    const target = makeRef("Deployment", "shop", "carts");
    const lease = late.shards.leaseOf(target);
    await saveIncident(database, incidentRow(1, { target, cluster: "c" }), lease);
    await database.pool.query("update lease set until = now() - interval '1 second'");
    await next.shards.round();
    await expect(saveIncident(database, incidentRow(2, { target, cluster: "c" }), lease)).rejects.toThrow("taken over");
    await expect(saveIncident(database, incidentRow(1, { target, cluster: "c", title: "x" }), lease)).rejects.toThrow();
    await saveIncident(database, incidentRow(3, { target, cluster: "c" }), next.shards.leaseOf(target));
    const { rows } = await database.pool.query("select id::int, title from incident order by id");
    expect(rows).toEqual([
      { id: 1, title: "app-1 is broken" },
      { id: 3, title: "app-3 is broken" },
    ]);
    await late.shards.round();
    expect(late.shards.holds(target)).toBe(false);
    expect(late.told).toEqual(["gained", "lost"]);
  });
});

test("who takes a shard over knows its open incidents, its measurements and its kinds of lines, and none of other shards", async () => {
  await using database = await withDatabase();
  const config = configSchema.parse({
    cluster: "c",
    detection: { shards: 2 },
    logs: { source: "nats" },
    nats: { url: "nats://127.0.0.1:1" },
  });
  // One other watcher lives: this one gets one of the two shards.
  const other = watcher(database, 2);
  await other.shards.round();
  const [mine, theirs] = [namespaceOf(1, 2), namespaceOf(0, 2)];
  const now = Date.now();
  for (const [id, namespace] of [mine, theirs].entries()) {
    const target = makeRef("Deployment", namespace, "carts");
    await saveIncident(database, incidentRow(id + 1, { cluster: "c", target, affected: [target] }));
    const at = now - 600_000;
    const place = { namespace, pod: "carts-1", container: "carts" };
    const kind = { ...place, key: "k", text: "boom <*>", line: "boom 1", lines: 9, firstAt: at, lastAt: now - 60_000 };
    const progress = { cluster: "c", seq: 1, lines: 9, lostMessages: 0, templates: [kind] };
    await advanceLogs(database, { ...progress, partition: `${id}of2` });
    const sample = { at, label: "good" as const, namespace, deployment: "carts", desired: 1, available: 1, updated: 1 };
    const none = { errorsPerSecond: null, errorRatio: null, latencyP50Seconds: null, latencyP95Seconds: null };
    const deployments = [{ ...sample, ...none, requestsPerSecond: 7, latencyMeanSeconds: null }];
    await insertSamples(database, "c", { nodes: [], pods: [], deployments });
  }
  const observation = createObservation({ cluster: "c" });
  let ids = 100;
  const shards = startShards({
    config,
    database,
    observation,
    engine: () => engine,
    clock: systemClock,
    log: silentLogger,
  });
  const engine: DetectionEngine = createDetectionEngine({ observation, nextId: () => String(++ids), share: shards });
  await shards.round();
  await other.shards.round();
  await shards.round();
  expect(shards.stats.held).toEqual([1]);
  expect(engine.incidents().map(({ target }) => target.namespace)).toEqual([mine]);
  expect(observation.series.get("requests_per_second", { namespace: mine, workload: "carts" })?.last).toBe(7);
  expect(observation.series.get("requests_per_second", { namespace: theirs, workload: "carts" })).toBeUndefined();
  const kept = (namespace: string) => observation.logs.lines({ namespace, pod: "carts-1" }).map(({ at }) => now - at);
  expect(kept(mine)).toEqual([600_000, 60_000]);
  expect(kept(theirs)).toEqual([]);
  // Another takes it: let go of without a word, and open for that one.
  await database.pool.query(
    "update lease set holder = 'another', token = nextval('lease_token'), until = now() + interval '1 hour' where name = 'shard:c:1'",
  );
  await shards.round();
  expect(shards.stats.held).toEqual([]);
  expect(engine.incidents()).toEqual([]);
  const { rows } = await database.pool.query("select status from incident");
  expect(rows).toEqual([{ status: "open" }, { status: "open" }]);
});

describe("one cause on both sides of a border", () => {
  const orders = makeRef("Deployment", namespaceOf(0, 2), "orders");
  const payment = makeRef("Deployment", namespaceOf(1, 2), "payment");
  const topology = {
    dependenciesOf: (ref: typeof orders) => (sameRef(ref, orders) ? [payment] : []),
    workloadsBehind: () => [],
  } as unknown as Topology;

  test("is told on both timelines, once", async () => {
    await using database = await withDatabase();
    const { shards } = watcher(database, 2);
    const other = watcher(database, 2);
    await shards.round();
    await other.shards.round();
    await shards.round();
    await other.shards.round();
    await saveIncident(database, incidentRow(1, { cluster: "c", target: payment, affected: [payment] }));
    const mine = await saveIncident(database, incidentRow(2, { cluster: "c", target: orders, affected: [orders] }));
    const changed = vi.fn(async () => undefined);
    const deps = { database, cluster: "c", shards, topology: () => topology, redact: clean, changed };
    expect(await noteRelated(deps, mine)).toEqual(["1"]);
    expect((await timelineOf(database, "2")).map(({ text }) => text)).toEqual([
      expect.stringMatching(/incident 1 .*payment.*: it depends on that/),
    ]);
    expect((await timelineOf(database, "1")).map(({ text }) => text)).toEqual([
      expect.stringMatching(/incident 2 .*orders.*: that depends on it/),
    ]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test.each([
    { name: "a dependency", a: orders, b: payment, want: "depends on it" },
    { name: "a dependent", a: payment, b: orders, want: "it depends on this" },
    { name: "a stranger", a: orders, b: makeRef("Deployment", "z", "z"), want: undefined },
    { name: "the same object", a: orders, b: orders, want: "both concern" },
  ])("$name", ({ a, b, want }) =>
    expect(howRelated({ target: a, affected: [a] }, { target: b, affected: [b] }, topology)).toBe(want));
});

test.each([
  {
    name: "pushed lines with several shards",
    set: { logs: { source: "push" }, detection: { shards: 2 } },
    at: "source",
  },
  { name: "a stream without an address", set: { logs: { source: "nats" } }, at: "url" },
  { name: "no shard at all", set: { detection: { shards: 0 } }, at: "shards" },
])("$name is refused at start", ({ set, at }) => {
  const { error } = configSchema.safeParse(set);
  expect(error?.issues.map(({ path }) => path.at(-1))).toEqual([at]);
});

describe("a watcher that starts anew", () => {
  const minute = 60_000;
  const now = Date.parse("2026-11-20T12:00:00Z");
  const target = makeRef("Deployment", "shop", "carts");
  const broken = defineDetector({
    name: "test-broken",
    family: "state",
    nature: "fault",
    detect: ({ now: at }) => [
      { reason: "broken", target, severity: "high", headline: "is broken", summary: "broken", startsAt: at - 1_000 },
    ],
  });

  /** An incident as an earlier process left it, and what detection says of the same symptoms after a restart. */
  async function afterRestart(database: TestDatabase, resolvedAt: number) {
    const anomaly = {
      ...{ fingerprint: `test-broken|${refKey(target)}|broken`, detector: "test-broken", family: "state" as const },
      ...{ reason: "broken", target, score: 1, severity: "high" as const, summary: "broken" },
      ...{ startsAt: resolvedAt - 5 * minute, detectedAt: resolvedAt - 5 * minute, endsAt: resolvedAt - minute },
    };
    const groupKey = `${refKey(target)}|test-broken`;
    const { id } = await saveIncident(database, incidentRow(7, { target, groupKey, anomalies: [anomaly] }));
    await changeStatus(database, id, "resolve", { at: resolvedAt });
    const observation = createObservation({ cluster: "shop" });
    const clock = { ...systemClock, now: () => now };
    const config = configSchema.parse({ cluster: "shop" });
    const deps = { config, database, observation, engine: () => engine, clock, log: silentLogger };
    const shards = startShards(deps);
    const engine: DetectionEngine = createDetectionEngine({
      ...{ observation, detectors: [broken], share: shards, nextId: () => "8" },
    });
    await shards.round();
    return engine.tick(now).changes.map(({ type, incident }) => [type, incident.id]);
  }

  test("opens an incident again that was resolved a short while ago", async () => {
    await using database = await withDatabase();
    expect(await afterRestart(database, now - 5 * minute)).toEqual([["recurred", "7"]]);
  });

  test("opens a new one when that was long ago", async () => {
    await using database = await withDatabase();
    expect(await afterRestart(database, now - 60 * minute)).toEqual([["opened", "8"]]);
  });

  test("still knows a resolved incident whose change waits for its verdict", async () => {
    await using database = await withDatabase();
    const { id } = await saveIncident(database, incidentRow(7));
    await changeStatus(database, id, "resolve", { at: now - 60 * minute });
    const of = { cluster: "shop", resolvedAfter: now - 15 * minute, limit: 10 };
    expect(await incidentsToGoOnWith(database, of)).toEqual([]);
    await database.pool.query(
      `insert into action_plan (id, incident_id, action, target_key, namespace, content, digest, approvals_needed, confidence, expires_at, applied_at, state)
       values ('p1', '7', 'restart', 'k', 'shop', '{}', 'd', 1, 0.9, now(), now(), 'applied')`,
    );
    expect((await incidentsToGoOnWith(database, of)).map((incident) => incident.id)).toEqual(["7"]);
  });
});
