import { describe, expect, test } from "vitest";
import { type Policy, policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { planJob } from "../../../../src/app/plans/plan-job.ts";
import { buildView } from "../../../../src/app/view/build-view.ts";
import type { Recommendation } from "../../../../src/incident/fix/recommendation.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { getIncident, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { timelineOf } from "../../../../src/store/incidents/timeline.ts";
import { fixOffers } from "../../../../src/store/plans/fix-offers.ts";
import { setFreeze } from "../../../../src/store/plans/freeze.ts";
import { getPlan, plansOf } from "../../../../src/store/plans/plans.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { executeNext } from "../../../support/carry-out.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { offerHeal } from "../../../support/offer-heal.ts";
import { passThrough, recommend } from "../../../support/plan-fixture.ts";
import { approve, boundless, executor, planStore, propose, raiseLimit } from "../../../support/plan-life.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

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

test("what a freeze kept from being planned is planned once changes are allowed again", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await diagnosed(database, 1, [raiseLimit("96Mi")]);
  const offer = async () => [...(await fixOffers(database, "7", 1)).values()][0];
  await setFreeze(database, { frozen: true, by: { id: "slack:U1", name: "Ana" } });
  await job(database, cluster)();
  expect((await offer())?.refusal?.reason).toBe("frozen");
  await setFreeze(database, { frozen: false, by: { id: "slack:U1", name: "Ana" } });
  await job(database, cluster)();
  expect(await offer()).toMatchObject({ refusal: null, planId: expect.any(String) });
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

describe("the ladder", () => {
  const cause = "application-degraded";
  const heal = recommend("soft-heal", ["Deployment", "carts"], {}, { cause });
  const again = recommend("restart", ["Deployment", "carts"], {}, { cause });
  const back = recommend("rollback-deployment", ["Deployment", "carts"], {}, { cause });
  const steps = [heal, again, back];

  async function scene(database: TestDatabase) {
    const cluster = await startActorCluster({
      proxy: { ask: () => ({ code: 200, contentType: "text/plain", text: "ok" }) },
    });
    offerHeal(cluster);
    await diagnosed(database, 1, steps);
    const plans = planStore(database);
    const states = async () => {
      const view = await buildView(database, "7");
      return view?.fixes.map(
        ({ recommendation, plan, rung }) => `${rung?.at}/${rung?.of} ${recommendation.action} ${plan?.plan.state}`,
      );
    };
    const verdict = (planId: string, value: "not-recovered" | "recovered") =>
      saveVerification(database, {
        planId,
        verdict: value,
        reason: "still there",
        at: Date.now(),
        remaining: ["x"],
        fresh: [],
      });
    const offered = async (id: string) => {
      const stored = await getPlan(database, (await fixOffers(database, "7", 1)).get(id)?.planId ?? "");
      if (!stored) throw new Error(`no plan for ${id}`);
      return stored.plan;
    };
    return { cluster, plans, states, verdict, offered };
  }

  test("each step is judged before the next is on offer, and the offer says which step it is", async () => {
    await using database = await withDatabase();
    const { cluster, plans, states, verdict, offered } = await scene(database);
    await using _cluster = cluster;
    const plan = job(database, cluster);
    await plan();
    expect(await states()).toEqual([
      "1/3 soft-heal proposed",
      "2/3 restart proposed",
      "3/3 rollback-deployment proposed",
    ]);
    const first = await offered(heal.id);
    await approve(plans, first);
    expect(await executeNext(executor(cluster.actor, plans), first.id)).toMatchObject({
      result: { outcome: "applied" },
    });
    await plan();
    expect(await states(), "while it is being judged nothing else is on offer").toEqual(["1/3 soft-heal applied"]);
    await verdict(first.id, "not-recovered");
    await plan();
    expect(await states()).toEqual([
      "1/3 soft-heal applied",
      "2/3 restart proposed",
      "3/3 rollback-deployment proposed",
    ]);
    const second = await offered(again.id);
    await approve(plans, second);
    await executeNext(executor(cluster.actor, plans), second.id);
    await verdict(second.id, "recovered");
    await plan();
    expect((await offered(back.id)).state, "nothing is tried after it has helped").toBe("superseded");
  });

  test("where the policy lets it, the steps are taken one after the other, the cheapest first, and none twice", async () => {
    await using database = await withDatabase();
    const { cluster, plans, verdict, offered } = await scene(database);
    await using _cluster = cluster;
    const policy = policySchema.parse({
      ...boundless,
      autoApply: [{ actions: ["soft-heal", "restart"], namespaces: ["shop"], minConfidence: 0, afterSuccesses: 1 }],
    });
    // What it takes to be trusted: each has helped against this cause before.
    for (const action of ["soft-heal", "restart"])
      await database.pool.query(
        `insert into action_plan (id, incident_id, action, target_key, namespace, content, digest, state, approvals_needed, cause, confidence, expires_at, applied_at)
         values ($1, '1', $1, 'Deployment/x/x', 'x', '{"target":{"kind":"Deployment","namespace":"x","name":"x"}}', 'd', 'applied', 1, $2, 1, now(), now())`,
        [action, cause],
      );
    for (const action of ["soft-heal", "restart"]) await verdict(action, "recovered");
    const plan = job(database, cluster, policy);
    await plan();
    const first = await offered(heal.id);
    expect(first.state).toBe("approved");
    await executeNext(executor(cluster.actor, plans), first.id);
    await verdict(first.id, "not-recovered");
    await plan();
    expect((await offered(again.id)).state).toBe("approved");
    await executeNext(executor(cluster.actor, plans));
    await verdict((await offered(again.id)).id, "not-recovered");
    await diagnosed(database, 2, steps);
    await plan();
    const anew = await fixOffers(database, "7", 2);
    const states = await Promise.all(
      [...anew.values()].map(async ({ planId }) => (await plans.get(planId ?? ""))?.plan.state),
    );
    expect(states).toHaveLength(3);
    expect(states).not.toContain("approved");
  });

  test("a dear step waits for the cheaper one that only a person may take", async () => {
    await using database = await withDatabase();
    const { cluster, verdict, offered } = await scene(database);
    await using _cluster = cluster;
    const policy = policySchema.parse({
      ...boundless,
      autoApply: [{ actions: ["restart"], namespaces: ["shop"], minConfidence: 0, afterSuccesses: 1 }],
    });
    await database.pool.query(
      `insert into action_plan (id, incident_id, action, target_key, namespace, content, digest, state, approvals_needed, cause, confidence, expires_at, applied_at)
       values ('old', '1', 'restart', 'Deployment/x/x', 'x', '{"target":{"kind":"Deployment","namespace":"x","name":"x"}}', 'd', 'applied', 1, $1, 1, now(), now())`,
      [cause],
    );
    await verdict("old", "recovered");
    await job(database, cluster, policy)();
    expect((await offered(again.id)).state).toBe("proposed");
  });
});
