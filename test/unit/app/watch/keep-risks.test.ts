import { describe, expect, test, vi } from "vitest";
import { keepRisks, risksOf } from "../../../../src/app/watch/keep-risks.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import type { Redacted } from "../../../../src/incident/redacted.ts";
import type { Risk } from "../../../../src/incident/risk.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";
import { readRisks, saveRisks } from "../../../../src/store/cluster/risks.ts";
import { createWorld } from "../../../support/detect-objects.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const { redact } = createRedactor({ salt: "test" });
const start = Date.parse("2026-11-20T22:00:00Z");
const hour = 3_600_000;
const risk = (code: string, name: string, more: Partial<Risk> = {}): Risk => ({
  code,
  target: makeRef("Deployment", "shop", name),
  level: "risk",
  text: `${name} is weak.` as Redacted,
  advice: "Make it strong." as Redacted,
  ...more,
});
const told = (risks: readonly Risk[]) => risks.map(({ code, target }) => `${code} ${target.name}`);

function shop() {
  const world = createWorld({ start });
  world.put(...deployment({ app: "web", replicas: 2 }), service("web"));
  for (const suffix of ["x1", "x2"]) world.put(pod({ app: "web", suffix, at: start }));
  return world.observation;
}

test("weak spots of the layout and what is wrong without being broken are one list, risks before untidiness", () => {
  const risks = risksOf(shop(), redact, start);
  expect(told(risks)).toContain("no-disruption-budget web");
  const levels = risks.map(({ level }) => level);
  expect(levels).toEqual(levels.toSorted());
  expect(risksOf(createObservation({ cluster: "empty" }), redact, start)).toEqual([]);
});

describe("what is kept", () => {
  test("is the last look, worst first, each with the time of its first finding", async () => {
    await using database = await withDatabase();
    const both = [risk("single-replica", "web"), risk("no-limits", "web"), risk("no-limits", "web")];
    await saveRisks(database, "a", both, start);
    await saveRisks(database, "b", [risk("single-replica", "other")], start);
    await saveRisks(database, "a", [risk("single-database", "db"), risk("single-replica", "web")], start + hour);
    const kept = await readRisks(database, { cluster: "a" });
    expect(told(kept)).toEqual(["single-database db", "single-replica web"]);
    expect(kept.map(({ firstSeenAt, seenAt }) => [firstSeenAt, seenAt])).toEqual([
      [start + hour, start + hour],
      [start, start + hour],
    ]);
    expect(told(await readRisks(database, { cluster: "b" }))).toEqual(["single-replica other"]);
    expect(told(await readRisks(database, { cluster: "a", since: start + hour }))).toEqual(["single-database db"]);
    expect(await readRisks(database, { cluster: "a", level: "untidy" })).toEqual([]);
    await saveRisks(database, "a", [], start + 2 * hour);
    expect(await readRisks(database, { cluster: "a" })).toEqual([]);
  });

  test("is not turned back by a watcher that looked earlier and wrote later", async () => {
    await using database = await withDatabase();
    await saveRisks(database, "a", [risk("single-replica", "web")], start + hour);
    await saveRisks(database, "a", [risk("single-replica", "gone")], start);
    expect(told(await readRisks(database, { cluster: "a" }))).toEqual(["single-replica web"]);
  });

  test("is one list when several watchers write at once", async () => {
    await using database = await withDatabase();
    const lists = ["x", "y", "z", "w"].map((name) => [risk("single-replica", name), risk("no-limits", name)]);
    await Promise.all(lists.map((list, i) => saveRisks(database, "a", list, start + i)));
    const kept = await readRisks(database, { cluster: "a" });
    expect(new Set(kept.map(({ target }) => target.name)).size).toBe(1);
    expect(kept).toHaveLength(2);
  });
});

test("nothing is written before the watch has told everything; then at once, and again every hour", async () => {
  await using database = await withDatabase();
  const clock = createManualClock(start);
  const stopping = new AbortController();
  const observation = shop();
  let listed = false;
  const running = keepRisks({
    cluster: "a",
    database,
    observation,
    redact,
    clock,
    log: silentLogger,
    signal: stopping.signal,
    seesAll: () => listed,
  });
  await clock.advance(120_000);
  expect(await readRisks(database, { cluster: "a" })).toEqual([]);
  listed = true;
  await clock.advance(30_000);
  const seen = async () => (await readRisks(database, { cluster: "a" }))[0]?.seenAt;
  await vi.waitFor(async () => expect(await seen()).toBe(start + 150_000));
  await vi.waitFor(() => expect(clock.sleeping).toBe(1));
  await clock.advance(hour);
  await vi.waitFor(async () => expect(await seen()).toBe(start + 150_000 + hour));
  stopping.abort();
  await running;
});
