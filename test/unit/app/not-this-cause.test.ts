import { expect, test } from "vitest";
import { createDesk } from "../../../src/app/desk.ts";
import { queues } from "../../../src/app/queues.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { saveDiagnosis } from "../../../src/store/diagnoses.ts";
import { recall } from "../../../src/store/history.ts";
import { saveIncident } from "../../../src/store/incidents.ts";
import { timelineOf } from "../../../src/store/timeline.ts";
import { clean, incidentView } from "../../support/incident-view.ts";
import { boundless, planStore } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

test("'Not this cause' is kept, told, and has the incident looked at again; a second click changes nothing", async () => {
  await using database = await withDatabase();
  const { incident, diagnosis, evidence } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  await saveIncident(database, incident);
  const sent: unknown[] = [];
  const desk = createDesk({
    database,
    plans: planStore(database),
    policy: boundless,
    redact: clean,
    changed: async () => undefined,
    statusDecided: () => undefined,
    jobs: { send: async (queue, data) => void sent.push([queue, data]) },
    clock: systemClock,
  });
  const ana = { id: "slack:U1", name: "Ana" };
  expect(await desk.notThisCause("7", ana)).toEqual({ ok: false, text: "There is no diagnosis yet." });

  await saveDiagnosis(database, { diagnosis, recommendations: [] }, evidence);
  expect(await desk.notThisCause("7", ana)).toMatchObject({ ok: true });
  expect(await desk.notThisCause("7", ana)).toMatchObject({ ok: true, text: expect.stringContaining("already") });
  expect(sent).toEqual([[queues.diagnose, { incidentId: "7" }]]);
  const told = await timelineOf(database, "7");
  expect(told).toHaveLength(1);
  expect(`${told[0]?.kind}: ${told[0]?.text}`).toMatch(/^feedback: Ana says: not memory limit too low/);
  const { rejected, outcomes } = await recall(database, incident);
  expect(rejected).toMatchObject([{ cause: "memory-limit-too-low", culprit: incident.target, by: "Ana" }]);
  expect(outcomes.cause("memory-limit-too-low")).toEqual({ right: 0, wrong: 1 });
});
