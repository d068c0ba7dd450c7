import { expect, test } from "vitest";
import type { Incident } from "../../../../src/incident/incident.ts";
import { reserveIncidentIds } from "../../../../src/store/incidents/incident-ids.ts";
import { changeStatus, getIncident, listIncidents, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { withDatabase } from "../../../support/postgres.ts";

const incident: Incident = {
  id: "1",
  cluster: "test",
  groupKey: "Deployment/shop/carts",
  title: "carts keeps crashing",
  severity: "critical",
  status: "open",
  openedAt: 1_000,
  onset: 900,
  updatedAt: 1_000,
  target: { kind: "Deployment", namespace: "shop", name: "carts" },
  affected: [{ kind: "Deployment", namespace: "shop", name: "carts" }],
  anomalies: [],
  anomaliesDropped: 0,
};

test("what is saved is what is read", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incident);
  expect(await getIncident(database, "1")).toEqual({ ...incident, revision: 1, acknowledgedBy: null });
});

test("two watchers that open the same group at once make one incident", async () => {
  await using database = await withDatabase();
  const ids = await reserveIncidentIds(database, 20);
  const saved = await Promise.all(ids.map((id) => saveIncident(database, { ...incident, id })));
  expect(new Set(saved.map((one) => one.id)).size).toBe(1);
  expect(await listIncidents(database)).toHaveLength(1);
});

test("an update by detection leaves a person's acknowledgement alone", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incident);
  expect(await changeStatus(database, "1", "acknowledge", { by: "slack:U1", at: 2_000 })).toMatchObject({ ok: true });
  await saveIncident(database, { ...incident, title: "carts and orders fail", updatedAt: 3_000 });
  expect(await getIncident(database, "1")).toMatchObject({
    status: "acknowledged",
    acknowledgedBy: "slack:U1",
    title: "carts and orders fail",
    revision: 3,
  });
});

test("of many who resolve at once one succeeds and the others are told why not", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incident);
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => changeStatus(database, "1", "resolve", { at: 5_000 })),
  );
  expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
  for (const outcome of outcomes) if (!outcome.ok) expect(outcome.reason).toBe("cannot-resolve-when-resolved");
});

test("a resolved group can open again as a new incident", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incident);
  await changeStatus(database, "1", "resolve", { at: 5_000 });
  await saveIncident(database, { ...incident, id: "2", openedAt: 9_000 });
  expect((await listIncidents(database)).map((one) => [one.id, one.status])).toEqual([
    ["2", "open"],
    ["1", "resolved"],
  ]);
});

test.each([
  "",
  "abc",
  "1; drop table incident",
  "99999999999999999999",
])("an id that is none (%j) finds nothing and breaks nothing", async (id) => {
  await using database = await withDatabase();
  expect(await getIncident(database, id)).toBeUndefined();
});

test("what comes back begins with what brought it back, whatever is written of it afterwards", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incident);
  await changeStatus(database, "1", "resolve", { at: 60_000 });
  const back = { ...incident, status: "reopened", onset: 600_000, updatedAt: 620_000 } as const;
  await saveIncident(database, back);
  expect(await getIncident(database, "1")).toMatchObject({ openedAt: 1_000, onset: 600_000 });
  await changeStatus(database, "1", "recur", { at: 620_000 });
  await saveIncident(database, { ...back, onset: 590_000 });
  await saveIncident(database, { ...back, onset: 610_000 });
  expect(await getIncident(database, "1")).toMatchObject({ status: "reopened", onset: 590_000 });
});

test("what detection says of an incident that a person has closed meanwhile does not move its onset", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incident);
  await changeStatus(database, "1", "resolve", { at: 60_000 });
  await saveIncident(database, { ...incident, onset: 950 });
  expect(await getIncident(database, "1")).toMatchObject({ onset: 900 });
});
