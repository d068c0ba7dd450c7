import { expect, test } from "vitest";
import { getIncident, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { timelineOf } from "../../../../src/store/incidents/timeline.ts";
import { expirePlans } from "../../../../src/store/plans/expire-plans.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { planStore, propose, saidOfExpired } from "../../../support/plan-life.ts";
import { withDatabase } from "../../../support/postgres.ts";

test("a plan expires with its word on the incident's timeline, or not at all", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const { revision } = await saveIncident(database, incidentRow(7));
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans);
  await database.pool.query("update action_plan set expires_at = now() - interval '1 second'");
  const dies = () => {
    throw new Error("the process dies here");
  };
  await expect(expirePlans(database, dies)).rejects.toThrow("dies");
  expect((await plans.get(plan.id))?.plan.state).toBe("proposed");
  expect((await expirePlans(database, saidOfExpired)).map(({ id }) => id)).toEqual([plan.id]);
  expect((await plans.get(plan.id))?.plan.state).toBe("expired");
  expect((await timelineOf(database, "7")).map(({ kind, text }) => [kind, text])).toEqual([
    ["expired", `expired ${plan.id}`],
  ]);
  expect((await getIncident(database, "7"))?.revision, "chat shows it anew").toBe(revision + 1);
  expect(await expirePlans(database, saidOfExpired), "once").toEqual([]);
});
