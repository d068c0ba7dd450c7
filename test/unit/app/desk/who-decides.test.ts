import { randomBytes } from "node:crypto";
import { URI } from "otpauth";
import { describe, expect, test } from "vitest";
import { type Policy, policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { createApprovers } from "../../../../src/app/plans/approvers.ts";
import { planJob } from "../../../../src/app/plans/plan-job.ts";
import { queues } from "../../../../src/app/queues.ts";
import type { Person } from "../../../../src/incident/approval.ts";
import type { Recommendation } from "../../../../src/incident/fix/recommendation.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { changeStatus } from "../../../../src/store/incidents/incidents.ts";
import { plansOf } from "../../../../src/store/plans/plans.ts";
import { enrolSecondFactor } from "../../../../src/store/plans/second-factor.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { codeAt } from "../../../support/authenticator.ts";
import { executeNext } from "../../../support/carry-out.ts";
import { startDeskAndActor } from "../../../support/desk-and-actor.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { recommend } from "../../../support/plan-fixture.ts";
import { boundless, executor, impatient, raiseLimit } from "../../../support/plan-life.ts";

const eve: Person = { id: "slack:EVE", name: "Eve", aliases: ["mail:eve@example.com"] };
const ann: Person = { id: "slack:U1", name: "Ann" };
const bob: Person = { id: "slack:U2", name: "Bob" };
const limit: Recommendation = { ...raiseLimit("96Mi"), id: "R1" };
const service: Recommendation = {
  ...recommend("patch-selector", ["Service", "carts"], { selector: { name: "carts", tier: "web" } }),
  id: "R2",
};

/** A desk and an actor, with a plan for each of these recommendations. */
async function scene(recommendations: readonly Recommendation[] = [limit], policy: Policy = boundless) {
  const started = await startDeskAndActor(policy);
  if (!incidentView.diagnosis) throw new Error("the fixture has a diagnosis");
  await saveDiagnosis(started.database, { diagnosis: { ...incidentView.diagnosis, version: 1 }, recommendations }, []);
  await planJob(started.deps)({ incidentId: "7" });
  const standing = async () =>
    (await plansOf(started.database, "7")).filter(({ plan }) => plan.state === "proposed").map(({ plan }) => plan);
  const only = async () => {
    const [plan] = await standing();
    if (!plan) throw new Error("a plan stands");
    return plan;
  };
  return { ...started, standing, only };
}

const named = (approvals: number, ...people: readonly Person[]) =>
  policySchema.parse({
    version: 1,
    rules: [
      {
        name: "named",
        namespaces: ["*"],
        maxRisk: "high",
        approvals,
        approvers: people.length > 0 ? { people: people.map(({ id }) => id) } : { anyone: true },
      },
    ],
  });

describe("taking a change back", () => {
  async function applied(policy: Policy) {
    const s = await scene([limit], policy);
    const plan = await s.only();
    expect(await s.desk.approve(plan.id, plan.digest, ann)).toEqual({ type: "approved" });
    await executeNext(executor(s.cluster.actor, s.plans));
    const sent: string[] = [];
    const desk = deskOf(s.database, {
      plans: s.plans,
      policy,
      jobs: { send: async (queue: string) => void sent.push(queue) },
      clock: impatient,
    });
    return { ...s, desk, plan, sent };
  }

  test("is for those whom the policy names, as approving is", async () => {
    const s = await applied(named(1, ann, bob));
    await using _ = s;
    expect(await s.desk.undo(s.plan.id, eve)).toMatchObject({ ok: false, text: expect.stringContaining("policy") });
    expect(s.sent).toEqual([]);
    expect(await s.desk.undo(s.plan.id, bob)).toMatchObject({ ok: true });
    expect(s.sent).toEqual([queues.undo]);
  });

  test("wants a code of the authenticator where approving wanted one", async () => {
    const rule = { name: "named", namespaces: ["*"], approvers: { people: [ann.id] }, secondFactor: "always" };
    const policy = policySchema.parse({ version: 1, rules: [rule] });
    await using s = await scene([limit], policy);
    const key = randomBytes(32);
    const enrolled = await enrolSecondFactor(s.database, key, { personId: ann.id, by: "cli:local" });
    if (enrolled.type !== "enrolled") throw new Error(enrolled.type);
    const secret = URI.parse(enrolled.uri).secret.base32;
    const sent: string[] = [];
    const desk = deskOf(s.database, {
      plans: s.plans,
      policy,
      approvers: createApprovers({ policy, database: s.database, secondFactorKey: key.toString("base64") }),
      jobs: { send: async (queue: string) => void sent.push(queue) },
      clock: impatient,
    });
    const { id, digest } = await s.only();
    // Each counts once: the code of half a minute ago approves, the present one takes back.
    const approving = codeAt(secret, Date.now() - 30_000);
    expect(await desk.approve(id, digest, ann, undefined, approving)).toEqual({ type: "approved" });
    await executeNext(executor(s.cluster.actor, s.plans));
    sent.length = 0;
    expect(await desk.undo(id, ann)).toMatchObject({ ok: false, text: expect.stringContaining("needed a code") });
    expect(await desk.undo(id, ann, approving)).toMatchObject({
      ok: false,
      text: expect.stringContaining("has been used"),
    });
    expect(await desk.undo(id, eve, codeAt(secret, Date.now()))).toMatchObject({ ok: false });
    expect(sent).toEqual([]);
    expect(await desk.undo(id, ann, codeAt(secret, Date.now()))).toMatchObject({ ok: true });
    expect(sent).toEqual([queues.undo]);
  });

  test("is for whoever approved it, also when the policy names him no more", async () => {
    const s = await applied(named(1, ann));
    await using _ = s;
    const later = deskOf(s.database, {
      plans: s.plans,
      policy: named(1, bob),
      jobs: { send: async (queue: string) => void s.sent.push(queue) },
      clock: impatient,
    });
    expect(await later.undo(s.plan.id, ann)).toMatchObject({ ok: true });
    expect(await later.undo(s.plan.id, eve)).toMatchObject({ ok: false });
  });
});

describe("of four eyes none belongs to who has set a value", () => {
  const wanted = { reason: "not-allowed", type: "refused" };

  test("also when a second wish of his failed and what stood before was planned again", async () => {
    await using s = await scene([limit], named(2));
    await s.desk.replanWith("7", "R1", { "limits/memory": "256Mi" }, eve);
    const refused = await s.desk.replanWith("7", "R1", { "limits/memory": "1Mi" }, eve);
    expect(refused).toMatchObject({ fix: { refusal: { reason: "invalid-params" } } });
    const plan = await s.only();
    expect(plan.params).toMatchObject({ limits: { memory: "256Mi" } });
    expect(await s.desk.approve(plan.id, plan.digest, eve)).toMatchObject(wanted);
    expect(await s.desk.approve(plan.id, plan.digest, ann)).toMatchObject({ type: "vote-counted" });
  });

  test("also when somebody else had the plan made again, who may vote", async () => {
    await using s = await scene([limit], named(2));
    await s.desk.replanWith("7", "R1", { "limits/memory": "256Mi" }, eve);
    await s.desk.replan("7", "R1", limit.params, bob);
    const plan = await s.only();
    expect(plan.params).toMatchObject({ limits: { memory: "256Mi" } });
    expect(await s.desk.approve(plan.id, plan.digest, eve)).toMatchObject(wanted);
    expect(await s.desk.approve(plan.id, plan.digest, bob)).toMatchObject({ type: "vote-counted" });
  });

  test("also when somebody else has set another value since", async () => {
    const both: Recommendation = {
      ...limit,
      params: { container: "carts", limits: { memory: "96Mi" }, requests: { memory: "64Mi" } },
    };
    await using s = await scene([both], named(2));
    await s.desk.replanWith("7", "R1", { "limits/memory": "256Mi" }, eve);
    await s.desk.replanWith("7", "R1", { "requests/memory": "80Mi" }, bob);
    const plan = await s.only();
    expect(plan.params).toMatchObject({ limits: { memory: "256Mi" }, requests: { memory: "80Mi" } });
    expect(await s.desk.approve(plan.id, plan.digest, eve)).toMatchObject(wanted);
    expect(await s.desk.approve(plan.id, plan.digest, bob)).toMatchObject(wanted);
  });

  test("nor under another of his names", async () => {
    await using s = await scene([limit], named(2));
    await s.desk.replanWith("7", "R1", { "limits/memory": "256Mi" }, { id: "mail:eve@example.com", name: "eve" });
    const plan = await s.only();
    expect(await s.desk.approve(plan.id, plan.digest, eve)).toMatchObject(wanted);
  });

  test("also when a later diagnosis recommends the fix again and takes his value over", async () => {
    await using s = await scene([limit], named(2));
    await s.desk.replanWith("7", "R1", { "limits/memory": "256Mi" }, eve);
    await s.desk.replan("7", "R1", limit.params, bob);
    if (!incidentView.diagnosis) throw new Error("the fixture has a diagnosis");
    const diagnosis = { ...incidentView.diagnosis, version: 2 };
    await saveDiagnosis(s.database, { diagnosis, recommendations: [limit] }, []);
    await planJob(s.deps)({ incidentId: "7" });
    const plan = await s.only();
    expect(plan.params).toMatchObject({ limits: { memory: "256Mi" } });
    expect(await s.desk.approve(plan.id, plan.digest, eve)).toMatchObject(wanted);
  });
});

test("a plan of a resolved incident is not approved any more, whatever message it is clicked in", async () => {
  await using s = await scene();
  const plan = await s.only();
  await changeStatus(s.database, "7", "resolve", { by: "Bob", at: Date.now() });
  expect(await s.desk.approve(plan.id, plan.digest, ann)).toEqual({ type: "refused", reason: "incident-over" });
  await changeStatus(s.database, "7", "recur", { by: "Bob", at: Date.now() });
  expect(await s.desk.approve(plan.id, plan.digest, ann)).toEqual({ type: "approved" });
});

test("of two changes of one incident that are approved at the same moment one is, until it has its verdict", async () => {
  for (let round = 0; round < 5; round++) {
    await using s = await scene([limit, service]);
    const [first, second] = await s.standing();
    if (!first || !second) throw new Error("two plans stand");
    const outcomes = await Promise.all([
      s.desk.approve(first.id, first.digest, ann),
      s.desk.approve(second.id, second.digest, bob),
    ]);
    const said = outcomes.map((one) => (one.type === "refused" ? one.reason : one.type)).toSorted();
    expect(said).toEqual(["approved", "one-at-a-time"]);
    const [won, lost] = outcomes[0]?.type === "approved" ? [first, second] : [second, first];
    await executeNext(executor(s.cluster.actor, s.plans));
    const again = () => s.desk.approve(lost.id, lost.digest, bob);
    expect(await again()).toMatchObject({ reason: "one-at-a-time" });
    const verdict = {
      verdict: "not-recovered",
      reason: "still there",
      at: Date.now(),
      remaining: [],
      fresh: [],
    } as const;
    await saveVerification(s.database, { planId: won.id, ...verdict });
    expect(await again()).toEqual({ type: "approved" });
  }
});
