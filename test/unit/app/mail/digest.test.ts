import { expect, test } from "vitest";
import { digestOf } from "../../../../src/app/mail/digest-of.ts";
import type { VerificationVerdict } from "../../../../src/incident/fix/execution.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import { saveRisks } from "../../../../src/store/cluster/risks.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { addSilence } from "../../../../src/store/people/silences.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { clean, incidentView, plan } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const hour = 3_600_000;
const to = Date.now();
const { diagnosis, incident: shape } = incidentView;
if (!diagnosis) throw new Error("the fixture has a diagnosis");

async function raise(
  database: TestDatabase,
  id: string,
  openedAt: number,
  more: Partial<Incident> & { resolvedAfter?: number; acknowledged?: boolean } = {},
): Promise<void> {
  const { resolvedAfter, acknowledged, ...rest } = more;
  await saveIncident(database, {
    ...shape,
    id,
    groupKey: id,
    openedAt,
    onset: openedAt - 20_000,
    updatedAt: openedAt,
    ...rest,
  });
  await saveDiagnosis(
    database,
    { diagnosis: { ...diagnosis, incidentId: id } as typeof diagnosis & object, recommendations: [] },
    [],
  );
  if (acknowledged) await changeStatus(database, id, "acknowledge", { by: "Ada", at: openedAt });
  if (resolvedAfter) await changeStatus(database, id, "resolve", { at: openedAt + resolvedAfter });
}

const latency = { detector: "latency", family: "metric", reason: "latency" } as const;
const anomaly = (of: object, summary = "s"): Incident["anomalies"][number] => ({
  fingerprint: summary,
  target: shape.target,
  score: 1,
  severity: "high",
  summary,
  startsAt: to,
  detectedAt: to,
  ...latency,
  ...of,
});

test("a day is told with its figures, and nothing of another cluster or another day", async () => {
  await using database = await withDatabase();
  await raise(database, "1", to - 30 * hour, { resolvedAfter: 5 * 60_000 });
  await raise(database, "2", to - 10 * hour, { resolvedAfter: 4 * 60_000, anomalies: [anomaly({})] });
  await raise(database, "3", to - 9 * hour, { resolvedAfter: 6 * 60_000, anomalies: [anomaly({})] });
  await raise(database, "4", to - 8 * hour, {
    resolvedAfter: 10 * 60_000,
    acknowledged: true,
    anomalies: [anomaly({})],
  });
  await raise(database, "5", to - 40 * hour, {
    severity: "medium",
    anomalies: [anomaly({ family: "prediction" }, "disk full in 3 h")],
  });
  await raise(database, "6", to - 2 * hour, { severity: "low" });
  await raise(database, "7", to - 2 * hour, { cluster: "elsewhere" });
  const digest = await digestOf({ database, cluster: "test", redact: clean }, "daily", to);

  expect(digest).toMatchObject({ opened: 4, resolved: 3, before: { opened: 2, resolved: 1 } });
  expect(digest.timeToDetect).toEqual({ meanMs: 20_000, medianMs: 20_000, incidents: 4 });
  expect(digest.timeToRecover?.medianMs).toBeCloseTo(6 * 60_000 + 20_000, -2);
  expect(digest.open.map(({ id }) => id)).toEqual(["5", "6"]);
  // The same again and again is one line.
  expect(digest.recent).toMatchObject([{ id: "6", times: 4 }]);
  expect(digest.recentMore).toBe(0);
  expect(digest.causes).toMatchObject([{ cause: "memory-limit-too-low", incidents: 4 }]);
  // The acknowledged one was somebody's work.
  expect(digest.noisy).toEqual([{ detector: "latency", incidents: 3, passing: 2 }]);
  expect(digest.predicted).toMatchObject([{ incidentId: "5", text: "disk full in 3 h", open: true }]);
  expect(digest.slices.reduce((sum, { opened }) => sum + opened.critical + opened.low, 0)).toBe(4);
});

test.each<{ verdict?: VerificationVerdict; outcome: string }>([
  { verdict: "recovered", outcome: "recovered" },
  { verdict: "worse", outcome: "worse" },
  { outcome: "watching" },
])("a change that is $outcome", async ({ verdict, outcome }) => {
  await using database = await withDatabase();
  await raise(database, "7", to - hour);
  await savePlan(database, plan, { requestedBy: null, cause: "memory-limit-too-low", confidence: 0.9 });
  await database.pool.query("update action_plan set state = 'applied', applied_at = $1", [new Date(to - hour)]);
  if (verdict)
    await saveVerification(database, { planId: plan.id, verdict, reason: "r", at: to, remaining: [], fresh: [] });
  const { fixes } = await digestOf({ database, cluster: "test", redact: clean }, "daily", to);
  expect(fixes).toMatchObject([{ incidentId: "7", title: "Change resources of Deployment shop/carts", outcome }]);
});

test("what is at risk, what is new of it, and which silences end before the next digest", async () => {
  await using database = await withDatabase();
  const risk = (code: string) => ({
    code,
    target: shape.target,
    level: "risk" as const,
    text: clean("t"),
    advice: clean("a"),
  });
  await saveRisks(database, "test", [risk("old")], to - 50 * hour);
  await saveRisks(database, "test", [risk("fresh"), risk("old")], to - hour);
  const silence = {
    cluster: "test",
    matcher: {},
    reason: "r",
    by: { id: "slack:U1", name: "Ada" },
    from: to - hour,
    createdAt: to - hour,
  };
  await addSilence(database, { ...silence, until: to + 20 * hour });
  await addSilence(database, { ...silence, until: to + 60 * hour });
  const daily = await digestOf({ database, cluster: "test", redact: clean }, "daily", to);
  expect(daily.risks.map(({ code, isNew }) => `${code} ${isNew}`)).toEqual(["fresh true", "old false"]);
  expect(daily.ending).toHaveLength(1);
  const weekly = await digestOf({ database, cluster: "test", redact: clean }, "weekly", to);
  expect(weekly.ending).toHaveLength(2);
  expect(weekly.risks.every(({ isNew }) => isNew)).toBe(true);
  expect(weekly.slices).toHaveLength(7);
});

test("a week of two thousand incidents is summed up in one look", async () => {
  await using database = await withDatabase();
  await database.pool.query(
    `insert into incident (cluster, group_key, title, severity, status, target, affected, anomalies, anomalies_dropped, opened_at, onset, updated_at, resolved_at)
     select 'test', n::text, 't', 'low', 'resolved', '{"kind":"Pod","name":"p"}', '[]', '[]', 0, $1::timestamptz - n * interval '2 minutes',
            $1::timestamptz - n * interval '2 minutes', $1, $1 from generate_series(1, 2500) n`,
    [new Date(to - 60_000)],
  );
  const digest = await digestOf({ database, cluster: "test", redact: clean }, "weekly", to);
  expect(digest.opened).toBe(2_500);
  expect(digest.recent).toMatchObject([{ times: 2_000 }]);
  expect(digest.recentMore).toBe(2_500 - 2_000);
});

test("what came back was detected once: its new onset is no time of detection", async () => {
  await using database = await withDatabase();
  await raise(database, "1", to - 2 * hour, { resolvedAfter: 5 * 60_000 });
  await raise(database, "1", to - 2 * hour, { status: "reopened", onset: to - 100 * 60_000 });
  await changeStatus(database, "1", "recur", { at: to - 99 * 60_000 });
  await changeStatus(database, "1", "resolve", { at: to - 97 * 60_000 });
  await raise(database, "2", to - hour);
  const digest = await digestOf({ database, cluster: "test", redact: clean }, "daily", to);
  expect(digest.timeToDetect).toEqual({ meanMs: 20_000, medianMs: 20_000, incidents: 1 });
  expect(digest.timeToRecover).toMatchObject({ meanMs: 3 * 60_000, incidents: 1 });
});
