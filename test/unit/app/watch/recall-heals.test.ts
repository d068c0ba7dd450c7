import { sql } from "kysely";
import { expect, test } from "vitest";
import { createHealNotes } from "../../../../src/app/watch/note-heal.ts";
import { recallHeals } from "../../../../src/app/watch/recall-heals.ts";
import { createObservation, type Observation } from "../../../../src/cluster/observation.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import type { Database } from "../../../../src/store/database.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { planView } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const target = makeRef("Deployment", "shop", "carts");
/** The cluster's clock is not that of the database (a recording is played). */
const now = Date.parse("2026-11-20T12:00:00Z");
const clock = { now: () => now, sleep: async () => undefined };

interface Past {
  readonly id: string;
  readonly action?: "soft-heal" | "restart";
  readonly minutesAgo: number;
  readonly cluster?: string;
  readonly verdict?: "not-recovered";
}

/** A fix that another process applied. */
async function applied(database: Database, { id, action = "soft-heal", minutesAgo, cluster = "shop", verdict }: Past) {
  const incidentId = String(id.length * 100 + Number(id.at(-1) ?? 0));
  await saveIncident(database, incidentRow(Number(incidentId), { cluster }));
  const plan = { ...planView.plan, id, incidentId, action, target };
  await createPlanStore(database, { cluster }).save(plan, { requestedBy: null, cause: "unknown", confidence: 0.5 });
  await sql`update action_plan set state = 'applied', applied_at = now() - make_interval(mins => ${minutesAgo}) where id = ${id}`.execute(
    database.kysely,
  );
  if (verdict) await saveVerification(database, { planId: id, verdict, reason: "", at: 1, remaining: [], fresh: [] });
}

function addCarts({ objects }: Observation): void {
  const metadata = { namespace: "shop", name: "carts", uid: "d", labels: {} };
  objects.apply("ADDED", { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: {} }, now);
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "carts", uid: "d", controller: true };
  const pod = { ...metadata, name: "carts-1", uid: "p", ownerReferences: [owner] };
  objects.apply("ADDED", { apiVersion: "v1", kind: "Pod", metadata: pod, spec: {}, status: {} }, now);
}

/** What a new process tells detection in its second tick: in the first no pod is known yet. */
async function toldAfterRestart(past: readonly Past[]): Promise<readonly number[]> {
  await using database = await withDatabase();
  for (const one of past) await applied(database, one);
  const observation = createObservation({ cluster: "shop" });
  const told: number[] = [];
  const note = createHealNotes(observation, (signal) => {
    if (signal.type === "derived") told.push(...signal.points.map(({ at }) => Math.round((now - at) / 60_000)));
  });
  const plans = createPlanStore(database, { cluster: "shop" });
  const recall = await recallHeals({ database, plans, cluster: "shop", clock, log: silentLogger }, note);
  await recall(now);
  expect(told).toEqual([]);
  addCarts(observation);
  await recall(now);
  await recall(now);
  return told;
}

test.each<{ name: string; past: readonly Past[]; want: readonly number[] }>([
  {
    name: "a heal that did not help is known after a restart, once",
    past: [{ id: "heal1", minutesAgo: 7, verdict: "not-recovered" }],
    want: [7],
  },
  { name: "a heal without a verdict too", past: [{ id: "heal1", minutesAgo: 2 }], want: [2] },
  {
    name: "several, oldest first",
    past: [
      { id: "heal1", minutesAgo: 5 },
      { id: "heal2", minutesAgo: 30 },
    ],
    want: [30, 5],
  },
  { name: "what is more than an hour ago says nothing any more", past: [{ id: "heal1", minutesAgo: 61 }], want: [] },
  { name: "other fixes are no heals", past: [{ id: "heal1", action: "restart", minutesAgo: 5 }], want: [] },
  { name: "nor are those of other clusters", past: [{ id: "heal1", minutesAgo: 5, cluster: "meadow" }], want: [] },
])("$name", async ({ past, want }) => {
  expect(await toldAfterRestart(past)).toEqual(want);
});

test("who takes a shard over knows its heals: those of before its own start, and those that came after", async () => {
  await using database = await withDatabase();
  await applied(database, { id: "heal1", minutesAgo: 20 });
  const observation = createObservation({ cluster: "shop" });
  addCarts(observation);
  const told: number[] = [];
  const note = createHealNotes(observation, (signal) => {
    if (signal.type === "derived") told.push(...signal.points.map(({ at }) => Math.round((now - at) / 60_000)));
  });
  const plans = createPlanStore(database, { cluster: "shop" });
  let ours = false;
  let handOvers = 0;
  const shards = {
    reads: () => ours,
    get stats() {
      return { count: 2, held: [], watchers: 2, handOvers };
    },
  };
  const recall = await recallHeals({ database, plans, cluster: "shop", clock, shards, log: silentLogger }, note);
  await recall(now);
  expect(told, "another watcher's").toEqual([]);
  await applied(database, { id: "heal2", minutesAgo: 5 });
  [ours, handOvers] = [true, 1];
  await recall(now);
  await recall(now);
  await recall(now);
  expect(told).toEqual([20, 5]);
});

test("what cannot be read after a take-over is read with a later tick", async () => {
  await using database = await withDatabase();
  await applied(database, { id: "heal1", minutesAgo: 5 });
  const plans = createPlanStore(database, { cluster: "shop" });
  let away = true;
  const standing: typeof plans.standing = () => (away ? Promise.reject(new Error("away")) : plans.standing());
  const told: string[] = [];
  const note = (planId: string) => told.push(planId) > 0;
  const deps = { database, plans: { standing }, cluster: "shop", clock, log: silentLogger };
  const recall = await recallHeals(deps, note);
  await recall(now);
  expect(told).toEqual([]);
  away = false;
  await recall(now);
  await recall(now);
  expect(told).toEqual(["heal1"]);
});

test("a database that does not answer keeps no watcher from starting", async () => {
  const database = await withDatabase();
  const plans = createPlanStore(database, { cluster: "shop" });
  await database[Symbol.asyncDispose]();
  const note = () => true;
  const recall = await recallHeals({ database, plans, cluster: "shop", clock, log: silentLogger }, note);
  await expect(recall(now)).resolves.toBeUndefined();
});

test("a heal is told once, however many have been told since", () => {
  const observation = createObservation({ cluster: "shop" });
  addCarts(observation);
  let told = 0;
  const note = createHealNotes(observation, () => told++);
  for (let plan = 0; plan <= 1_000; plan++) note(`plan-${plan}`, target, now);
  expect(told).toBe(1_001);
  for (const plan of ["plan-1", "plan-1000"]) note(plan, target, now);
  expect(told, "known still").toBe(1_001);
  note("plan-0", target, now);
  expect(told, "the oldest made room").toBe(1_002);
});
