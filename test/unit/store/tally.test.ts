import { expect, test } from "vitest";
import type { CauseCode } from "../../../src/incident/cause.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import type { Database } from "../../../src/store/database.ts";
import { rejectCause } from "../../../src/store/incidents/cause-verdicts.ts";
import { saveDiagnosis } from "../../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident } from "../../../src/store/incidents/incidents.ts";
import { causeFigures, countedRows } from "../../../src/store/people/own-figures.ts";
import { saveVerification } from "../../../src/store/plans/verifications.ts";
import { sumTally } from "../../../src/store/retention/sum-tally.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { executeAll } from "../../support/carry-out.ts";
import { incidentRow } from "../../support/incident-row.ts";
import { clean, incidentView } from "../../support/incident-view.ts";
import { approve, executor, planStore, propose, proposeSetting } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

/** The same by counting all rows. */
async function byRows({ pool }: Database) {
  const { rows } = await pool.query<{ what: string; label: string; count: number }>(`
    select 'plans' as what, state as label, count(*)::int from action_plan group by state
    union all select 'verifications', verdict, count(*)::int from verification group by verdict
    union all select 'executions', kind || '/' || outcome, count(*)::int from execution group by kind, outcome
    union all select 'incidents', status, count(*)::int from incident group by status`);
  return rows;
}
const sorted = <Row extends { what: string; label: string }>(rows: readonly Row[]) =>
  rows.toSorted((a, b) => `${a.what}/${a.label}`.localeCompare(`${b.what}/${b.label}`));
const byTally = async (database: Database) =>
  (await countedRows(database)).filter(({ what }) => what !== "undelivered");

test("figures that are kept as rows change are those that counting all rows gives, summed up or not", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database, { cluster: "shop" });
  const agree = async () => expect(sorted(await byTally(database))).toEqual(sorted(await byRows(database)));
  for (const id of [7, 8, 9]) await saveIncident(database, incidentRow(id));
  const plan = await propose(cluster.actor, plans);
  await proposeSetting(cluster, plans, 1);
  await agree();
  await approve(plans, plan);
  await executeAll(executor(cluster.actor, plans));
  await changeStatus(database, "8", "acknowledge");
  const verdict = { planId: plan.id, reason: "", at: Date.now(), remaining: [], fresh: [] };
  await saveVerification(database, { ...verdict, verdict: "unknown" });
  await saveVerification(database, { ...verdict, verdict: "recovered" });
  await agree();
  await sumTally(database);
  await agree();
  const { rows } = await database.pool.query("select what, label from tally group by what, label having count(*) > 1");
  expect(rows, "one row a figure").toEqual([]);
  await database.pool.query("delete from incident where id = 9");
  await Promise.all([
    changeStatus(database, "7", "resolve"),
    sumTally(database),
    changeStatus(database, "8", "resolve"),
  ]);
  await agree();
});

test("causes are counted by the last diagnosis of each incident, with how often they were ruled out and repaired", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database, { cluster: "shop" });
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const target = makeRef("Deployment", "shop", "carts");
  const says = async (incidentId: string, version: number, cause: CauseCode) => {
    const hypotheses = [
      { cause, culprit: target, probability: 0.9, statement: clean("s"), evidence: [], against: [], explains: 1 },
    ];
    await saveDiagnosis(
      database,
      { diagnosis: { ...diagnosis, incidentId, version, hypotheses }, recommendations: [] },
      [],
    );
  };
  for (const id of [7, 8]) await saveIncident(database, incidentRow(id));
  await says("7", 2, "memory-limit-too-low");
  await says("7", 1, "missing-env");
  await says("8", 1, "missing-env");
  await rejectCause(database, {
    incidentId: "8",
    cause: "missing-env",
    culprit: target,
    by: { id: "slack:U1", name: "Ann" },
  });
  const plan = await propose(cluster.actor, plans);
  await approve(plans, plan);
  await executeAll(executor(cluster.actor, plans));
  await saveVerification(database, {
    planId: plan.id,
    verdict: "recovered",
    reason: "",
    at: Date.now(),
    remaining: [],
    fresh: [],
  });
  expect(await causeFigures(database)).toEqual([
    { cause: "memory-limit-too-low", incidents: 1, ruledOut: 0, repaired: 1 },
    { cause: "missing-env", incidents: 1, ruledOut: 1, repaired: 0 },
  ]);
  expect(await plans.claimUndo(plan.id, "slack:ann")).toMatchObject({ type: "claimed" });
  expect((await causeFigures(database))[0], "what somebody takes back has repaired nothing").toMatchObject({
    repaired: 0,
  });
});
