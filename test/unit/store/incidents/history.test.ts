import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ActionCode } from "../../../../src/incident/action-code.ts";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import type { VerificationVerdict } from "../../../../src/incident/fix/execution.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import { makeRef, type ObjectRef } from "../../../../src/incident/object-ref.ts";
import { diagnose } from "../../../../src/rca/diagnose.ts";
import type { RulesInput } from "../../../../src/rca/diagnose-by-rules.ts";
import { causePrecision, rejectCause } from "../../../../src/store/incidents/cause-verdicts.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { recall } from "../../../../src/store/incidents/history.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { clean, incidentView, plan } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";
import { brokenShop } from "../../rca/broken-shop.ts";

const orders = makeRef("Deployment", "sock-shop", "orders");
const ana = { id: "slack:U1", name: "Ana" };
let database: TestDatabase;
let input: Omit<RulesInput, "history">;
let serial = 0;

interface Earlier {
  readonly cause?: CauseCode;
  readonly target?: ObjectRef;
  readonly action?: ActionCode;
  readonly verdict?: VerificationVerdict;
  readonly cluster?: string;
}

/** An incident of the past with its diagnosis and, when there is a verdict, the fix that was tried. @returns its number. */
async function earlier(one: Earlier = {}): Promise<string> {
  const { cause = "missing-env", target = orders, action = "set-env", verdict, cluster = input.incident.cluster } = one;
  const id = String(100 + ++serial);
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const incident: Incident = {
    ...input.incident,
    id,
    cluster,
    groupKey: `Deployment/${target.namespace}/${target.name}`,
    target,
    title: `${target.name} was in trouble`,
    openedAt: input.incident.openedAt - serial * 3_600_000,
    onset: input.incident.onset - serial * 3_600_000,
  };
  await saveIncident(database, incident);
  await saveDiagnosis(
    database,
    {
      diagnosis: {
        ...diagnosis,
        incidentId: id,
        hypotheses: [
          { cause, culprit: target, probability: 0.9, statement: clean("s"), evidence: [], against: [], explains: 1 },
        ],
      },
      recommendations: [],
    },
    [],
  );
  if (verdict) {
    const made = { ...plan, id: `plan-${id}`, incidentId: id, action, target };
    await savePlan(database, made, { requestedBy: null, cause, confidence: 0.8 });
    await saveVerification(database, {
      planId: made.id,
      verdict,
      reason: "seen",
      at: incident.openedAt,
      remaining: [],
      fresh: [],
    });
  }
  await changeStatus(database, id, "resolve", { at: incident.openedAt + 60_000 });
  return id;
}

const answer = () => diagnose({ ...input, history: { recall: (incident: Incident) => recall(database, incident) } });
const confidences = async () => {
  const { recommendations } = await answer();
  return recommendations.map(({ action, confidence }) => ({ action, confidence }));
};

beforeEach(async () => {
  database = await withDatabase();
  ({ input } = await brokenShop());
  serial = 0;
  await saveIncident(database, input.incident);
});
afterEach(() => database.close());

describe("the next fix", () => {
  test("one that failed twice is offered with less confidence, and the second overtakes it", async () => {
    const [first, second] = await confidences();
    if (!first || !second) throw new Error("the shop offers two fixes");
    expect(first.confidence).toBeGreaterThan(second.confidence);
    for (const verdict of ["not-recovered", "worse"] as const) await earlier({ action: first.action, verdict });
    const after = await confidences();
    expect(after[0]?.action).toBe(second.action);
    const fallen = after.find(({ action }) => action === first.action);
    expect(fallen?.confidence).toBeLessThan(first.confidence - 0.1);
    expect(fallen?.confidence).toBeLessThan(after[0]?.confidence ?? 0);
  });

  test("one that helped is offered with more confidence", async () => {
    const [first, second] = await confidences();
    if (!first || !second) throw new Error("the shop offers two fixes");
    for (let i = 0; i < 4; i++) await earlier({ action: second.action, verdict: "recovered" });
    const after = await confidences();
    expect(after.find(({ action }) => action === second.action)?.confidence).toBeGreaterThan(second.confidence + 0.02);
  });

  test("one that somebody took back has not helped, whatever the detectors said, nor has it failed elsewhere", async () => {
    const id = await earlier({ verdict: "recovered" });
    await database.pool.query("update action_plan set phase = 'undo' where incident_id = $1", [id]);
    const { outcomes, similar } = await recall(database, input.incident);
    expect(outcomes.fix("missing-env", "set-env")).toEqual({ right: 0, wrong: 0 });
    const again = await recall(database, { ...input.incident, id });
    expect(again.outcomes.fix("missing-env", "set-env")).toEqual({ right: 0, wrong: 3 });
    expect(similar[0]?.fix).toMatchObject({ action: "set-env", recovered: false });
    const since = input.incident.openedAt - 86_400_000;
    expect(await causePrecision(database, input.incident.cluster, since)).toEqual({ right: 0, wrong: 0 });
  });

  test("what failed under another cause, or is not known to have helped, changes nothing", async () => {
    const before = await confidences();
    await earlier({ cause: "bad-command", target: makeRef("Deployment", "other", "x"), verdict: "not-recovered" });
    await earlier({ verdict: "unknown" });
    expect((await confidences())[0]?.confidence).toBeCloseTo(before[0]?.confidence ?? 0);
  });

  test("outcomes of another cluster are not counted", async () => {
    for (let i = 0; i < 3; i++) await earlier({ cluster: "elsewhere", verdict: "not-recovered" });
    const { outcomes, similar } = await recall(database, input.incident);
    expect(outcomes.fix("missing-env", "set-env")).toEqual({ right: 0, wrong: 0 });
    expect(similar).toEqual([]);
  });
});

describe("the next diagnosis", () => {
  test("'Not this cause' rules it out in this incident, whoever diagnoses again, and counts once a person", async () => {
    const [first] = (await answer()).diagnosis.hypotheses;
    if (!first) throw new Error("the shop has a cause");
    const verdict = { incidentId: input.incident.id, cause: first.cause, culprit: first.culprit, by: ana };
    expect(await rejectCause(database, verdict)).toBe(true);
    expect(await rejectCause(database, verdict)).toBe(false);
    const { diagnosis, recommendations } = await answer();
    expect(diagnosis.hypotheses.map(({ cause }) => cause)).not.toContain(first.cause);
    expect(diagnosis.ruledOut).toContainEqual({
      cause: first.cause,
      culprit: first.culprit,
      reason: "Ana says that it is not the cause",
    });
    expect(recommendations.map(({ cause }) => cause)).not.toContain(first.cause);
  });

  test("a cause that people refused before is named with less confidence; a verified fix counts for it", async () => {
    const before = (await answer()).diagnosis.hypotheses[0];
    for (let i = 0; i < 2; i++) {
      const incidentId = await earlier();
      await rejectCause(database, { incidentId, cause: "missing-env", culprit: orders, by: ana });
      await rejectCause(database, {
        incidentId,
        cause: "missing-env",
        culprit: orders,
        by: { ...ana, id: "slack:U2" },
      });
    }
    const refused = await recall(database, input.incident);
    expect(refused.outcomes.cause("missing-env")).toEqual({ right: 0, wrong: 2 });
    const lower = (await answer()).diagnosis.hypotheses[0];
    expect(lower?.cause).toBe(before?.cause);
    expect(lower?.probability).toBeLessThan((before?.probability ?? 0) - 0.1);
    for (let i = 0; i < 3; i++) await earlier({ verdict: "recovered" });
    const confirmed = await recall(database, input.incident);
    expect(confirmed.outcomes.cause("missing-env")).toEqual({ right: 3, wrong: 2 });
    expect((await answer()).diagnosis.hypotheses[0]?.probability).toBeGreaterThan(lower?.probability ?? 1);
  });

  test("earlier incidents of the same place come first, with what helped", async () => {
    const stranger = await earlier({ cause: "node-down", target: makeRef("Node", undefined, "n1") });
    const same = await earlier({ verdict: "recovered" });
    const { similar } = await recall(database, input.incident);
    expect(similar[0]).toMatchObject({
      id: same,
      cause: "missing-env",
      culprit: orders,
      fix: { action: "set-env", target: orders, recovered: true },
    });
    expect(similar.every((past) => past.id !== input.incident.id)).toBe(true);
    const places = similar.map(({ id }) => id);
    expect(places.indexOf(same)).toBeLessThan(places.includes(stranger) ? places.indexOf(stranger) : places.length);
    const { evidence } = await answer();
    expect(evidence.find(({ source }) => source === "history")?.text).toContain(`Incident ${same} of`);
  });
});

test("a database that does not answer in time is given up, and the diagnosis stands without a past", async () => {
  const blocker = await database.pool.connect();
  try {
    await blocker.query("begin; lock table cause_verdict in access exclusive mode");
    const startedMs = performance.now();
    const { diagnosis } = await answer();
    expect(diagnosis.hypotheses[0]?.cause).toBe("missing-env");
    expect(performance.now() - startedMs).toBeLessThan(60_000);
    await expect(recall(database, input.incident)).rejects.toThrow(/timeout/);
  } finally {
    await blocker.query("rollback");
    blocker.release();
  }
});

test("thousands of earlier incidents are recalled from a bounded number of rows", async () => {
  await earlier({ verdict: "recovered" });
  await database.pool.query(`
    insert into incident (id, cluster, group_key, title, severity, status, target, affected, anomalies, opened_at, onset, updated_at, resolved_at)
    select 10000 + n, cluster, 'Deployment/shop/s' || n % 400, title, severity, 'resolved', target, affected, anomalies,
           opened_at - n * interval '1 minute', onset, updated_at, opened_at
      from incident, generate_series(1, 20000) n where id = 101`);
  await database.pool.query(`
    insert into diagnosis (incident_id, version, made_at, body, recommendations)
    select 10000 + n, 1, made_at, body, recommendations from diagnosis, generate_series(1, 20000) n where incident_id = 101`);
  await database.pool.query("analyze");
  const { rows } = await database.pool.query<{ "QUERY PLAN": string }>(
    `explain select id from incident where cluster = $1 and group_key = $2 order by opened_at desc limit 50`,
    [input.incident.cluster, input.incident.groupKey],
  );
  expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("incident_group");
  const { similar, outcomes } = await recall(database, input.incident);
  expect(similar).toHaveLength(5);
  expect(outcomes.fix("missing-env", "set-env")).toEqual({ right: 1, wrong: 0 });
});
