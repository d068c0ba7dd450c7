import { expect, test } from "vitest";
import { executeNext } from "../../../src/actions/execute.ts";
import { type Policy, policySchema } from "../../../src/actions/policy-file.ts";
import { planJob } from "../../../src/app/plan-job.ts";
import type { Recommendation } from "../../../src/incident/recommendation.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { saveDiagnosis } from "../../../src/store/diagnoses.ts";
import { fixOffers } from "../../../src/store/fix-offers.ts";
import { getIncident, saveIncident } from "../../../src/store/incidents.ts";
import { getPlan, plansOf } from "../../../src/store/plans.ts";
import { timelineOf } from "../../../src/store/timeline.ts";
import { saveVerification } from "../../../src/store/verifications.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { incidentView } from "../../support/incident-view.ts";
import { passThrough, recommend } from "../../support/plan-fixture.ts";
import { approve, boundless, executor, planStore, propose, raiseLimit } from "../../support/plan-life.ts";
import { type TestDatabase, withDatabase } from "../../support/postgres.ts";

const letItself: Policy = policySchema.parse({
  ...boundless,
  autoApply: [{ actions: ["patch-resources"], namespaces: ["shop"], minConfidence: 0.8, afterSuccesses: 2 }],
});

async function diagnosed(database: TestDatabase, version: number, recommendations: readonly Recommendation[]) {
  await saveIncident(database, incidentView.incident);
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  await saveDiagnosis(database, { diagnosis: { ...diagnosis, version }, recommendations }, []);
}

function job(
  database: TestDatabase,
  cluster: Awaited<ReturnType<typeof startActorCluster>>,
  policy: Policy = boundless,
) {
  const deps = {
    database,
    plans: planStore(database),
    cluster: cluster.actor,
    policy,
    redact: passThrough,
    now: Date.now,
    log: silentLogger,
    changed: async () => undefined,
  };
  return () => planJob(deps)({ incidentId: incidentView.incident.id });
}

const restart = recommend("restart", ["Deployment", "carts"]);
const guide = recommend("guide", ["Deployment", "carts"], { steps: ["Ask the team that owns carts."] });

test("every recommendation has a plan or the reason why there is none", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await diagnosed(database, 1, [raiseLimit("96Mi"), restart, guide]);
  await job(database, cluster)();
  const offers = await fixOffers(database, "7", 1);
  expect([...offers.values()].map((offer) => offer.refusal?.reason ?? "planned").sort()).toEqual([
    "guide-only",
    "planned",
    "planned",
  ]);
});

test("a newer diagnosis takes the older proposals back, so that an old button cannot apply what nobody recommends", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await diagnosed(database, 1, [raiseLimit("96Mi")]);
  await job(database, cluster)();
  await diagnosed(database, 2, [restart]);
  await job(database, cluster)();
  const states = (await plansOf(database, "7")).map(({ plan }) => [plan.action, plan.state]);
  expect(states.sort()).toEqual([
    ["patch-resources", "superseded"],
    ["restart", "proposed"],
  ]);
});

test("the policy applies by itself only what has proven itself, and says so", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const succeed = async (memory: string) => {
    const plan = await propose(cluster.actor, plans, { recommendation: raiseLimit(memory) });
    await approve(plans, plan);
    await executeNext(executor(cluster.actor, plans), plan.id);
    await saveVerification(database, {
      planId: plan.id,
      verdict: "recovered",
      reason: "gone",
      at: Date.now(),
      remaining: [],
      fresh: [],
    });
  };
  await succeed("96Mi");
  await diagnosed(database, 1, [{ ...raiseLimit("128Mi"), id: "R1" }]);
  // A verified plan of this incident would keep planning back; in life the successes are those of other incidents.
  await database.pool.query("update action_plan set incident_id = '1'");
  await job(database, cluster, letItself)();
  const waiting = (await fixOffers(database, "7", 1)).get("R1")?.planId ?? "";
  expect((await getPlan(database, waiting))?.plan.state).toBe("proposed");

  await succeed("112Mi");
  await database.pool.query("update action_plan set incident_id = '1' where id <> $1", [waiting]);
  await diagnosed(database, 2, [{ ...raiseLimit("160Mi"), id: "R1" }, restart]);
  await job(database, cluster, letItself)();
  const offers = await fixOffers(database, "7", 2);
  expect((await getPlan(database, offers.get("R1")?.planId ?? ""))?.plan.state).toBe("approved");
  expect(offers.has(restart.id), "one change at a time").toBe(false);
  expect((await getIncident(database, "7"))?.status).toBe("mitigating");
  expect((await timelineOf(database, "7")).map((entry) => entry.text).join()).toContain(
    "The policy approved: Change resources of Deployment shop/carts",
  );
});
