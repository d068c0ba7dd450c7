import { expect, test } from "vitest";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import type { Database } from "../../../../src/store/database.ts";
import { rejectCause } from "../../../../src/store/incidents/cause-verdicts.ts";
import { changeStatus, getIncident, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { mergeIncidents } from "../../../../src/store/incidents/merge-incidents.ts";
import { countedRows } from "../../../../src/store/people/own-figures.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { clean, incidentView, plan } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const { incident } = incidentView;
const [caller, callee] = ["frontend", "carts"].map((name) => makeRef("Deployment", "shop", name));
const at = incident.openedAt + 120_000;

const symptom = (fingerprint: string, startsAt: number): Anomaly => ({
  ...{ fingerprint, detector: "d", family: "metric", reason: "r", summary: "errors", score: 1, severity: "high" },
  target: incident.target,
  startsAt,
  detectedAt: startsAt,
});

async function twoIncidents(): Promise<Database> {
  const database = await withDatabase();
  await saveIncident(database, { ...incident, severity: "low", anomalies: [symptom("a", 2_000), symptom("b", 3_000)] });
  const anomalies = [symptom("b", 3_500), symptom("c", 1_000)];
  await saveIncident(database, { ...incident, id: "8", groupKey: "other", severity: "high", onset: 1_000, anomalies });
  return database;
}

const merge = (database: Database, partId = "8", wholeId = "7") => {
  if (!caller || !callee) throw new Error("both are named above");
  const said = { part: clean("into 7"), whole: clean("8 came") };
  return mergeIncidents(database, { partId, wholeId, at, proof: { caller, callee }, said, fences: [] });
};

test("the part is over and counts no more; the whole consists of both", async () => {
  await using database = await twoIncidents();
  expect(await merge(database)).toBe("merged");
  expect(await getIncident(database, "8")).toMatchObject({ status: "resolved", mergedInto: "7", resolvedAt: at });
  const whole = await getIncident(database, "7");
  expect(whole).toMatchObject({ status: "open", severity: "high", onset: 1_000 });
  expect(whole?.anomalies.map(({ fingerprint, startsAt }) => `${fingerprint} ${startsAt}`)).toEqual([
    "c 1000",
    "a 2000",
    "b 3000",
  ]);
  const counted = (await countedRows(database)).filter(({ what }) => what === "incidents");
  expect(counted.map(({ label, count }) => `${label} ${count}`).sort()).toEqual(["merged 1", "open 1"]);
  expect(await merge(database)).toBe("over");
});

test("opened again it is by itself", async () => {
  await using database = await twoIncidents();
  await merge(database);
  expect(await changeStatus(database, "8", "recur", { at })).toMatchObject({ ok: true });
  const back = await getIncident(database, "8");
  expect(back?.status).toBe("reopened");
  expect(back?.mergedInto).toBeUndefined();
  const counted = (await countedRows(database)).filter(({ what }) => what === "incidents");
  expect(counted.map(({ label, count }) => `${label} ${count}`).sort()).toEqual(["open 1", "reopened 1"]);
});

const acted: readonly { name: string; act: (database: Database) => Promise<unknown>; want: string }[] = [
  { name: "somebody has taken it", act: (db) => changeStatus(db, "8", "acknowledge", { by: "Ann" }), want: "taken" },
  { name: "it is being repaired", act: (db) => changeStatus(db, "8", "start-mitigation"), want: "taken" },
  { name: "it is over", act: (db) => changeStatus(db, "8", "resolve"), want: "over" },
  { name: "the other one is over", act: (db) => changeStatus(db, "7", "resolve"), want: "over" },
  {
    name: "somebody has ruled its cause out",
    act: (db) =>
      rejectCause(db, {
        ...{ incidentId: "8", cause: "memory-limit-too-low", culprit: incident.target },
        by: { id: "slack:U1", name: "Ann" },
      }),
    want: "decided-on",
  },
  ...(["approved", "rejected", "applied"] as const).map((state) => ({
    name: `a fix for it is ${state}`,
    act: async (db: Database) => {
      await savePlan(db, { ...plan, incidentId: "8" }, { requestedBy: null, cause: null, confidence: 0.9 });
      await db.pool.query("update action_plan set state = $1", [state]);
    },
    want: state === "rejected" ? "decided-on" : "change-under-way",
  })),
  {
    name: "a fix for the other one waits for its verdict",
    act: async (db) => {
      await savePlan(db, { ...plan, incidentId: "7" }, { requestedBy: null, cause: null, confidence: 0.9 });
      await db.pool.query("update action_plan set state = 'applied'");
    },
    want: "change-under-way",
  },
];

test.each(acted)("nothing is merged when $name", async ({ act, want }) => {
  await using database = await twoIncidents();
  await act(database);
  const before = await Promise.all(["7", "8"].map((id) => getIncident(database, id)));
  expect(await merge(database)).toBe(want);
  expect(await Promise.all(["7", "8"].map((id) => getIncident(database, id)))).toEqual(before);
});

test("a fix that is only on offer does not hold it", async () => {
  await using database = await twoIncidents();
  await savePlan(database, { ...plan, incidentId: "8" }, { requestedBy: null, cause: null, confidence: 0.9 });
  expect(await merge(database)).toBe("merged");
});

test("two watchers at once merge once", async () => {
  await using database = await twoIncidents();
  const outcomes = await Promise.all([merge(database), merge(database, "7", "8")]);
  expect(outcomes.toSorted()).toEqual(["merged", "over"]);
});
