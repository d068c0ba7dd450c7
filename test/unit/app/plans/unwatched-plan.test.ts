import { expect, test } from "vitest";
import { verifyStep } from "../../../../src/app/plans/verify-step.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { timelineOf } from "../../../../src/store/incidents/timeline.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { executeNext } from "../../../support/carry-out.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { passThrough } from "../../../support/plan-fixture.ts";
import { approve, executor, propose, raiseLimit } from "../../../support/plan-life.ts";
import { withDatabase } from "../../../support/postgres.ts";

/** A change made for incident 7, which no detector holds; `verifyAt` is a tick so long after it (ms). */
async function changed() {
  const database = await withDatabase();
  const cluster = await startActorCluster();
  await saveIncident(database, incidentRow(7, { groupKey: "declared/7" }));
  const plans = createPlanStore(database);
  const plan = await propose(cluster.actor, plans);
  await approve(plans, plan);
  expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
  const sent: string[] = [];
  return {
    database,
    cluster,
    plans,
    plan,
    sent,
    async verifyAfter(ms: number) {
      // The database cannot be told another time: the row is made older instead.
      await database.pool.query("update action_plan set applied_at = clock_timestamp() - $1 * interval '1 ms'", [ms]);
      const jobs = {
        send: async (queue: string) => {
          sent.push(queue);
        },
      } as never;
      const deps = {
        database,
        plans,
        observation: createObservation({ cluster: "shop" }),
        jobs,
        redact: passThrough,
        log: silentLogger,
        changed: async () => undefined,
      };
      await verifyStep(deps, [], [], Date.now());
    },
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test("of a change made for an incident that people declared it is said that nobody can tell, and the next fix may follow", async () => {
  await using at = await changed();
  const { database, cluster, plans, plan } = at;
  const next = await propose(cluster.actor, plans, { recommendation: { ...raiseLimit("128Mi"), id: "2" } });
  const vote = { planId: next.id, digest: next.digest, by: { id: "slack:ann", name: "ann" }, oneAtATime: true };
  await at.verifyAfter(60_000);
  expect((await plans.get(plan.id))?.verification, "there is time yet").toBeNull();
  expect(await plans.whyNoVote(vote)).toBe("one-at-a-time");
  await at.verifyAfter(plan.verifyWithinMs + 6 * 60_000);
  expect((await plans.get(plan.id))?.verification).toMatchObject({ verdict: "unknown" });
  expect(await plans.whyNoVote(vote)).toBeUndefined();
  expect((await timelineOf(database, "7")).map(({ kind }) => kind)).toEqual(["verified"]);
  expect(at.sent).toEqual(["plan-fixes"]);
  await at.verifyAfter(plan.verifyWithinMs + 7 * 60_000);
  expect(at.sent, "said once").toHaveLength(1);
});

test("plans of incidents that are over do not stand in the way of those that wait for their verdict", async () => {
  await using at = await changed();
  const { database, plans, plan } = at;
  await changeStatus(database, "7", "resolve");
  await at.verifyAfter(plan.verifyWithinMs + 6 * 60_000);
  expect(await plans.toVerify()).toEqual([]);
  expect(await timelineOf(database, "7"), "nobody is told of what is over").toEqual([]);
});
