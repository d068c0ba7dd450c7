import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { buildView } from "../../../../src/app/view/build-view.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { isActorThere, keepActorPresence } from "../../../../src/store/plans/actor-presence.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await withDatabase();
});
afterAll(() => database.close());

test("an actor is there while it runs, in its own cluster, and not after it has ended", async () => {
  const over = new AbortController();
  expect(await isActorThere(database, "north")).toBe(false);
  const kept = keepActorPresence(database, "north", { clock: systemClock, signal: over.signal });
  await vi.waitFor(async () => expect(await isActorThere(database, "north")).toBe(true));
  expect(await isActorThere(database, "south")).toBe(false);
  over.abort();
  await kept;
  expect(await isActorThere(database, "north")).toBe(false);
});

test("one that was killed is missed once its presence has run out", async () => {
  const over = new AbortController();
  const kept = keepActorPresence(database, "east", { clock: systemClock, signal: over.signal });
  await vi.waitFor(async () => expect(await isActorThere(database, "east")).toBe(true));
  await database.pool.query("update lease set until = clock_timestamp() where name = 'actor:east'");
  expect(await isActorThere(database, "east")).toBe(false);
  over.abort();
  await kept;
});

test("what people see of an incident says that nobody is there to check its fixes", async () => {
  await saveIncident(database, incidentRow(7));
  const { diagnosis, fixes, evidence } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const recommendations = fixes.map(({ recommendation }) => recommendation);
  await saveDiagnosis(database, { diagnosis: { ...diagnosis, incidentId: "7" }, recommendations }, evidence);
  expect(await buildView(database, "7")).toMatchObject({ actorAway: true });
  const over = new AbortController();
  const kept = keepActorPresence(database, "shop", { clock: systemClock, signal: over.signal });
  await vi.waitFor(async () => expect(await buildView(database, "7")).not.toHaveProperty("actorAway"));
  over.abort();
  await kept;
});
