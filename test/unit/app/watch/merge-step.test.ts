import { expect, test, vi } from "vitest";
import { buildView } from "../../../../src/app/view/build-view.ts";
import { runWatcher } from "../../../../src/app/watch/watcher.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { auditOf } from "../../../../src/store/audit.ts";
import type { Database } from "../../../../src/store/database.ts";
import { changeStatus, getIncident } from "../../../../src/store/incidents/incidents.ts";
import type { Jobs } from "../../../../src/store/jobs.ts";
import { digestRows } from "../../../../src/store/people/digest-rows.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { clean } from "../../../support/incident-view.ts";
import { inVain, type LateCalls, openLateCalls } from "../../../support/late-calls.ts";
import { withDatabase } from "../../../support/postgres.ts";

const ann = { id: "slack:U1", name: "Ann" };
const broken = { carts: { ok: 0, failed: 10 }, frontend: { ok: 20, failed: 10 } };
const inCarts = Array.from({ length: 10 }, () => inVain("carts"));
type Lines = (tick: number) => readonly string[];

/** A watcher over that shop, a step of it a tick, until it is disposed of. Each tick waits for `turn`. */
function watch(database: Database, shop: LateCalls, lines: Lines, turn: (tick: number) => Promise<void>) {
  const stopping = new AbortController();
  const jobs: Jobs = {
    send: async () => undefined,
    work: async () => undefined,
    schedule: async () => undefined,
    stop: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const { engine, observation } = shop.world;
  let ticks = 0;
  const running = runWatcher({
    database,
    redact: clean,
    changed: async () => undefined,
    jobs,
    log: silentLogger,
    observation,
    signals: (async function* () {})(),
    model: undefined,
    tickMs: 1,
    plans: createPlanStore(database),
    signal: stopping.signal,
    clock: {
      now: () => shop.world.now(),
      async sleep(ms, signal) {
        await turn(ticks);
        await systemClock.sleep(ms, signal);
      },
    },
    engine: { ...engine, tick: () => shop.tick(broken, lines(ticks++)) },
  });
  return {
    ticks: () => ticks,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

/** Twelve ticks without a word, then complaints. */
const complains: Lines = (tick) => (tick < 12 ? [] : inCarts);

test("two incidents become one when it becomes known that one calls the other in vain, and a person may part them", async () => {
  await using database = await withDatabase();
  const shop = openLateCalls();
  await using _watching = watch(database, shop, complains, async () => undefined);
  await vi.waitUntil(async () => (await getIncident(database, "2"))?.mergedInto === "1", 60_000);
  const part = await buildView(database, "2", "https://kubemend.example");
  expect(part?.incident).toMatchObject({ status: "resolved", mergedInto: "1" });
  expect(part?.whole?.id).toBe("1");
  expect(part?.timeline.at(-1)).toMatchObject({ kind: "merged" });
  expect(part?.timeline.at(-1)?.text).toBe(
    "Merged into incident 1: one cause. Deployment shop/frontend calls Deployment shop/carts in vain, which was not known when it was opened. It goes on there.",
  );
  const whole = await buildView(database, "1");
  expect(whole?.parts?.map(({ id }) => id)).toEqual(["2"]);
  expect(new Set(whole?.incident.anomalies.map(({ target }) => target.name))).toEqual(new Set(["frontend", "carts"]));
  expect(whole?.timeline.map(({ kind, of }) => `${of ?? "1"} ${kind}`)).toEqual(
    expect.arrayContaining(["1 detected", "2 detected", "1 absorbed", "2 merged"]),
  );
  const { entries } = await auditOf(database, ["incident:2"]);
  expect(entries).toMatchObject([
    { event: "incident.merged", actor: "kubemend", body: { into: "1", callee: "Deployment/shop/carts" } },
  ]);
  const digest = await digestRows(database, { cluster: "test", from: shop.world.now() - 3_600_000, to: Date.now() });
  expect(digest.now.opened).toBe(1);
  expect(digest.incidents.map(({ id }) => id)).toEqual(["1"]);

  const desk = deskOf(database, { statusDecided: (incident) => shop.world.engine.replace(incident) });
  expect(await desk.reopen("2", ann)).toEqual({
    ok: true,
    text: "Ann says that incident 2 is not a part of incident 1; it is open by itself again.",
  });
  expect(shop.incidents().map((one) => one.split(" ").slice(0, 2).join(" "))).toEqual(["1 open", "2 reopened"]);
  expect((await buildView(database, "1"))?.timeline.at(-1)).toMatchObject({ kind: "parted" });
});

test("two causes stay two: whose own code throws is not taken for somebody else's victim", async () => {
  await using database = await withDatabase();
  const shop = openLateCalls();
  const throws: Lines = (tick) => [...complains(tick), ...(tick < 12 ? [] : ["TypeError: total is not a function"])];
  await using watching = watch(database, shop, throws, async () => undefined);
  await vi.waitUntil(() => watching.ticks() > 35, 60_000);
  expect(await Promise.all(["1", "2"].map(async (id) => (await getIncident(database, id))?.status))).toEqual([
    "open",
    "open",
  ]);
});

test("what a person takes in that moment stays by itself, as long as it is theirs", async () => {
  await using database = await withDatabase();
  const shop = openLateCalls();
  // Taken in the database, of which detection has not heard.
  await using watching = watch(database, shop, complains, async (tick) => {
    if (tick === 10)
      for (const id of ["1", "2"]) await changeStatus(database, id, "acknowledge", { by: "Ann", at: shop.world.now() });
  });
  await vi.waitUntil(() => watching.ticks() > 35, 60_000);
  expect((await getIncident(database, "2"))?.status).toBe("acknowledged");
  expect(shop.incidents()).toEqual(["1 open frontend", "2 open carts"]);
});
