import { describe, expect, test } from "vitest";
import { type Policy, policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { planJob } from "../../../../src/app/plans/plan-job.ts";
import { buildView } from "../../../../src/app/view/build-view.ts";
import { type EarlierPlan, type PresentFacts, rememberFix } from "../../../../src/app/view/fix-memory.ts";
import type { Recommendation } from "../../../../src/incident/fix/recommendation.ts";
import type { StoredPlan } from "../../../../src/incident/fix/stored-plan.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { addToTimeline } from "../../../../src/store/incidents/timeline.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { executeNext } from "../../../support/carry-out.ts";
import { startDeskAndActor } from "../../../support/desk-and-actor.ts";
import { clean, incidentView, planView } from "../../../support/incident-view.ts";
import { passThrough, recommend } from "../../../support/plan-fixture.ts";
import { approve, boundless, executor, propose, raiseLimit } from "../../../support/plan-life.ts";

const ann = { id: "slack:U1", name: "Ann" };
const limit = raiseLimit("96Mi");
const decidedAt = 1_000;
const facts: PresentFacts = {
  cause: { code: "memory-limit-too-low", text: "memory limit too low (Deployment shop/carts)" },
};

function earlier(
  more: Partial<Omit<StoredPlan, "plan">> & { readonly state: StoredPlan["plan"]["state"] },
  recommendation: Recommendation = limit,
  params = recommendation.params,
): EarlierPlan {
  const { state, ...rest } = more;
  const plan = { ...planView.plan, action: recommendation.action, target: recommendation.target, params, state };
  return { recommendation, stored: { ...planView, decidedAt, confidence: 0.9, ...rest, plan } };
}

describe("a fix that was rejected", () => {
  const no = earlier({ state: "rejected", reason: "too tight" });

  test("is not offered again while nothing has changed", () => {
    expect(rememberFix(limit, [no], facts).rejected?.reason).toBe("too tight");
  });

  test("is another one with another target, another action or for another reason", () => {
    for (const other of [
      recommend("restart", ["Deployment", "carts"]),
      { ...limit, target: { ...limit.target, name: "orders" } },
      { ...raiseLimit("200Mi"), reason: passThrough("twice what it was seen to use") },
    ])
      expect(rememberFix(other, [no], facts)).toEqual({});
  });

  test.each([
    {
      name: "another cause is taken to be the right one",
      now: limit,
      facts: { cause: { code: "memory-leak", text: "memory leak (Deployment shop/carts)" } },
      says: "the cause is now taken to be: memory leak (Deployment shop/carts)",
    },
    {
      name: "the symptoms have come back",
      now: limit,
      facts: { ...facts, cameBackAt: decidedAt + 1 },
      says: "the symptoms have come back since",
    },
    { name: "its values are others", now: raiseLimit("112Mi"), facts, says: "with other values" },
    {
      name: "it has become likelier to help",
      now: limit,
      facts,
      before: 0.6,
      says: "it is 90 % likely to help now, and was 60 % then",
    },
  ])("is offered again when $name, and says so", ({ now, facts: present, before, says }) => {
    const then = earlier({ state: "rejected", reason: "too tight", ...(before ? { confidence: before } : {}) });
    const memory = rememberFix(now, [then], present);
    expect(memory.rejected).toBeUndefined();
    expect(memory.offeredAgain).toContain(`Rejected before (“too tight”); offered again: ${says}`);
  });

  test("came back before the no, which therefore stands", () => {
    expect(rememberFix(limit, [no], { ...facts, cameBackAt: decidedAt - 1 }).rejected).toBeDefined();
  });

  test("is taken up again by whoever asks for a plan of it afterwards", () => {
    expect(rememberFix(limit, [earlier({ state: "superseded", requestedBy: "slack:U2" }), no], facts)).toEqual({});
  });
});

describe("a value that a person has set", () => {
  const set = { container: "carts", limits: { memory: "160Mi" } };

  test("stays in the next plan of the same fix", () => {
    const left = earlier({ state: "superseded", requestedBy: "slack:U1" }, limit, set);
    expect(rememberFix({ ...limit, id: "R2", confidence: 0.7 }, [left], facts).edit).toEqual({
      params: set,
      changed: ["limits/memory"],
      by: "slack:U1",
      setBy: ["slack:U1"],
    });
  });

  test("stays when the proposal itself has moved", () => {
    const left = earlier({ state: "superseded", requestedBy: "slack:U1" }, limit, set);
    expect(rememberFix(raiseLimit("104Mi"), [left], facts).edit?.params).toEqual(set);
  });

  test("is gone once somebody has put the proposal's value back", () => {
    const back = earlier({ state: "superseded", requestedBy: "slack:U2" });
    const left = earlier({ state: "superseded", requestedBy: "slack:U1" }, limit, set);
    expect(rememberFix(limit, [back, left], facts)).toEqual({});
  });

  test("that nobody but a person knew is not asked for twice", () => {
    const asked: Recommendation = {
      ...recommend("set-env", ["Deployment", "carts"], { container: "carts", name: "TAX_REGION" }),
      needs: [{ name: "value", why: "no earlier value is known" }],
    };
    const left = earlier({ state: "expired", requestedBy: "slack:U1" }, asked, { ...asked.params, value: "EU" });
    expect(rememberFix(asked, [left], facts).edit?.params).toEqual({ ...asked.params, value: "EU" });
  });
});

/** A desk and an actor that does its jobs at once. */
async function scene() {
  const started = await startDeskAndActor();
  const { database, deps } = started;
  const diagnose = async (version: number, recommendations: readonly Recommendation[], policy: Policy = boundless) => {
    if (!incidentView.diagnosis) throw new Error("the fixture has a diagnosis");
    await saveDiagnosis(database, { diagnosis: { ...incidentView.diagnosis, version }, recommendations }, []);
    await planJob({ ...deps, policy })({ incidentId: "7" });
    return (await buildView(database, "7"))?.fixes ?? [];
  };
  return { ...started, diagnose };
}

describe("across diagnoses of one incident", () => {
  const restart = recommend("restart", ["Deployment", "carts"]);

  test("a no stands: the fix is shown as rejected, cannot be approved, and comes back only with a reason", async () => {
    await using here = await scene();
    const [first] = await here.diagnose(1, [limit]);
    await here.desk.reject(first?.plan?.plan.id ?? "", ann, "too tight for the evening");
    const [again, other] = await here.diagnose(2, [limit, restart]);
    expect(again?.plan?.plan).toMatchObject({ id: first?.plan?.plan.id, state: "rejected" });
    expect(other?.plan?.plan.state).toBe("proposed");
    await addToTimeline(here.database, "7", { at: Date.now() + 60_000, kind: "recurred", text: clean("back") });
    const [back] = await here.diagnose(3, [limit]);
    expect(back?.plan?.plan.state).toBe("proposed");
    expect(back?.offeredAgain).toBe(
      "Rejected before (“too tight for the evening”); offered again: the symptoms have come back since.",
    );
  });

  test("Review again plans a rejected fix anew for who asks, and that holds in the next diagnosis", async () => {
    await using here = await scene();
    const [first] = await here.diagnose(1, [limit]);
    await here.desk.reject(first?.plan?.plan.id ?? "", ann, "wrong button");
    const anew = await here.desk.replan("7", limit.id, limit.params, ann);
    expect(anew?.plan?.plan.state).toBe("proposed");
    const [next] = await here.diagnose(2, [limit, restart]);
    expect(next?.plan?.plan.state).toBe("proposed");
  });

  test("an edited value is kept, told, and kept again when its plan has grown old", async () => {
    await using here = await scene();
    await here.diagnose(1, [limit]);
    await here.desk.replanWith("7", limit.id, { "limits/memory": "160Mi" }, ann);
    const [kept] = await here.diagnose(2, [limit, restart]);
    expect(kept?.plan?.plan.params).toEqual({ container: "carts", limits: { memory: "160Mi" } });
    expect(kept?.plan?.requestedBy).toBe(ann.id);
    expect(kept?.edits).toEqual([{ name: "limits/memory", value: "160Mi" }]);
    await here.database.pool.query("update action_plan set state = 'expired' where state = 'proposed'");
    const anew = await here.desk.replan("7", limit.id, limit.params, ann);
    expect(anew?.plan?.plan.params).toEqual({ container: "carts", limits: { memory: "160Mi" } });
  });

  test("the policy applies by itself nothing that a person has said no to", async () => {
    await using here = await scene();
    const letItself = policySchema.parse({
      ...boundless,
      autoApply: [{ actions: ["patch-resources"], namespaces: ["shop"], minConfidence: 0.8, afterSuccesses: 1 }],
    });
    const proven = await propose(here.cluster.actor, here.plans, { recommendation: raiseLimit("80Mi") });
    await approve(here.plans, proven);
    await executeNext(executor(here.cluster.actor, here.plans), proven.id);
    const at = Date.now();
    await saveVerification(here.database, {
      planId: proven.id,
      verdict: "recovered",
      reason: "gone",
      at,
      remaining: [],
      fresh: [],
    });
    await here.database.pool.query("update action_plan set incident_id = '1'");
    const [first] = await here.diagnose(1, [limit]);
    await here.desk.reject(first?.plan?.plan.id ?? "", ann, "not at night");
    const [refused] = await here.diagnose(2, [raiseLimit("112Mi")], letItself);
    expect(refused?.plan?.plan.state, "offered again, to people").toBe("proposed");
    await here.database.pool.query("update action_plan set state = 'superseded' where state = 'rejected'");
    const [free] = await here.diagnose(3, [raiseLimit("120Mi")], letItself);
    expect(free?.plan?.plan.state, "without the no it would have been applied").toBe("approved");
  });
});
