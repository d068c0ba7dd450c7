import { expect, test, vi } from "vitest";
import { queues } from "../../../../src/app/queues.ts";
import { runWatcher } from "../../../../src/app/watch/watcher.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { latestDiagnosis, saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { recall } from "../../../../src/store/incidents/history.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { timelineOf } from "../../../../src/store/incidents/timeline.ts";
import type { Jobs } from "../../../../src/store/jobs.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { brokenShop } from "../../rca/broken-shop.ts";

const _noAnswer = async () => ({ type: "refused", reason: "empty-question", text: "" }) as const;

test("'Not this cause' is kept, told, and has the incident looked at again; a second click changes nothing", async () => {
  await using database = await withDatabase();
  const { incident, diagnosis, evidence } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  await saveIncident(database, incident);
  const sent: unknown[] = [];
  const desk = deskOf(database, {
    jobs: { send: async (queue, data) => void sent.push([queue, data]) },
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

test("the watcher looks again at once and names the next best cause", async () => {
  await using database = await withDatabase();
  const { shop, input } = await brokenShop();
  const { incident } = input;
  await saveIncident(database, incident);
  const handlers = new Map<string, (data: object) => Promise<void>>();
  const jobs: Jobs = {
    send: async (queue, data) => handlers.get(queue)?.(data),
    work: async (queue, handler) => void handlers.set(queue, handler),
    schedule: async () => undefined,
    stop: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const engine = createDetectionEngine({ observation: shop.observation, nextId: () => "99", tickMs: 50 });
  const stopping = new AbortController();
  const clock = { now: () => shop.now, sleep: systemClock.sleep };
  const common = { database, redact: input.redact, changed: async () => undefined, jobs, clock };
  const running = runWatcher({
    ...common,
    engine: { ...engine, incidents: () => [incident], tick: () => ({ changes: [], active: [], oneCause: [] }) },
    observation: shop.observation,
    signals: (async function* () {})(),
    model: undefined,
    tickMs: 50,
    plans: createPlanStore(database),
    log: silentLogger,
    signal: stopping.signal,
  });
  try {
    const named = await vi.waitUntil(() => latestDiagnosis(database, incident.id), 10_000);
    expect(named.diagnosis.hypotheses[0]?.cause).toBe("missing-env");
    const desk = deskOf(database, { redact: input.redact, jobs, clock });
    await desk.notThisCause(incident.id, { id: "slack:U1", name: "Ana" });
    const again = await latestDiagnosis(database, incident.id);
    expect(again?.diagnosis.version).toBeGreaterThan(named.diagnosis.version);
    expect(again?.diagnosis.hypotheses[0]?.cause).not.toBe("missing-env");
    // Whoever is told that the best answer was wrong does not give the next one for certain.
    for (const { probability } of again?.diagnosis.hypotheses ?? []) expect(probability).toBeLessThanOrEqual(0.6);
    expect(again?.diagnosis.inconclusive).toBe(true);
    expect(again?.diagnosis.confidenceReason).toContain("Ana has ruled out what fits better");
    expect(again?.diagnosis.ruledOut.map(({ reason }) => reason)).toContain("Ana says that it is not the cause");
  } finally {
    stopping.abort();
    await running;
  }
});
