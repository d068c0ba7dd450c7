import { expect, test } from "vitest";
import { createChangeQueue } from "../../../../src/app/watch/change-queue.ts";
import { keepIncident } from "../../../../src/app/watch/incident-keeper.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { saveIncident, undelivered } from "../../../../src/store/incidents/incidents.ts";
import { timelineOf } from "../../../../src/store/incidents/timeline.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const ann = { id: "slack:U1", name: "Ann" };
const { incident } = incidentView;

function symptom(startsAt: number, more: Partial<Anomaly> = {}): Anomaly {
  const { target } = incident;
  const what = { fingerprint: "f", detector: "d", family: "state", reason: "r", summary: "carts is down" } as const;
  return { ...what, target, score: 1, severity: "high", startsAt, detectedAt: startsAt, ...more };
}

async function scene(now: () => number) {
  const database = await withDatabase();
  const desk = deskOf(database, {
    clock: { now, sleep: async () => undefined },
  });
  const keep = (type: "recurred" | "updated", anomalies: readonly Anomaly[], at: number) =>
    keepIncident(
      { database, redact: clean, log: silentLogger, changed: async () => undefined },
      { type, incident: { ...incident, anomalies } satisfies Incident },
      at,
    );
  const told = async () => (await timelineOf(database, "7")).at(-1)?.text;
  return { database, desk, keep, told, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

test("who closes an incident whose symptoms last is told that it opens again; when it does, nothing is called back", async () => {
  const closedAt = incident.onset + 60_000;
  await using here = await scene(() => closedAt);
  const lasting = [symptom(incident.onset), symptom(incident.onset, { fingerprint: "g", endsAt: incident.onset + 1 })];
  await saveIncident(here.database, { ...incident, anomalies: lasting });
  const closed = await here.desk.resolve("7", ann);
  expect(closed).toMatchObject({ ok: true });
  expect(closed.text).toContain("One symptom is still there: as long as that lasts it opens again");
  expect(closed.text).toContain("`/incident silence #7 1h`");
  await here.keep("recurred", lasting, closedAt + 5_000);
  expect(await here.told()).toBe("The symptoms have not ended since it was closed; the incident is open again.");
});

test("what had ended and begins anew is back", async () => {
  const closedAt = incident.onset + 60_000;
  await using here = await scene(() => closedAt);
  await saveIncident(here.database, { ...incident, anomalies: [symptom(incident.onset, { endsAt: closedAt - 1 })] });
  expect((await here.desk.resolve("7", ann)).text).toBe("Ann closed incident 7 by hand.");
  await here.keep("recurred", [symptom(closedAt + 10_000)], closedAt + 20_000);
  expect(await here.told()).toBe("The same symptoms are back; the incident is open again.");
});

test("an incident that is written down while the queue is away is told on its timeline once", async () => {
  await using database = await withDatabase();
  const deps = {
    database,
    redact: clean,
    log: silentLogger,
    changed: async () => {
      throw new Error("the queue is away");
    },
  };
  const queue = createChangeQueue({ keep: (change, at) => keepIncident(deps, change, at), log: silentLogger });
  await queue.take([{ type: "opened", incident }], incident.onset);
  for (let tick = 1; tick < 5; tick++) await queue.take([], incident.onset + tick * 15_000);
  expect((await timelineOf(database, "7")).map(({ kind }) => kind)).toEqual(["detected"]);
  expect(await undelivered(database)).toEqual(["7"]);
});
