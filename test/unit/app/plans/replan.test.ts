import { describe, expect, test } from "vitest";
import { planJob } from "../../../../src/app/plans/plan-job.ts";
import { replanJob } from "../../../../src/app/queues.ts";
import type { Recommendation } from "../../../../src/incident/fix/recommendation.ts";
import { listAudit } from "../../../../src/store/audit.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { fixOffers } from "../../../../src/store/plans/fix-offers.ts";
import { plansOf } from "../../../../src/store/plans/plans.ts";
import { startDeskAndActor } from "../../../support/desk-and-actor.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { recommend } from "../../../support/plan-fixture.ts";
import { raiseLimit } from "../../../support/plan-life.ts";

const ann = { id: "slack:U1", name: "Ann" };
const bob = { id: "slack:U2", name: "Bob" };
const limit: Recommendation = { ...raiseLimit("96Mi"), id: "R1" };
const asked: Recommendation = {
  ...recommend("set-env", ["Deployment", "carts"], { container: "carts", name: "TAX_REGION" }),
  id: "R2",
  needs: [{ name: "value", why: "no earlier value is known" }],
};

/** A desk and an actor that does its jobs at once. */
async function scene() {
  const started = await startDeskAndActor();
  const { database, deps } = started;
  if (!incidentView.diagnosis) throw new Error("the fixture has a diagnosis");
  const recommendations = [limit, asked];
  await saveDiagnosis(database, { diagnosis: { ...incidentView.diagnosis, version: 1 }, recommendations }, []);
  await planJob(deps)({ incidentId: "7" });
  const offers = () => fixOffers(database, "7", 1);
  const standing = async () =>
    (await plansOf(database, "7")).filter(({ plan }) => plan.state === "proposed").map(({ plan }) => plan);
  return { ...started, offers, standing };
}

describe("values that a person sets", () => {
  test("make a new plan with its own digest; votes start again and the audit says who set what", async () => {
    await using s = await scene();
    const [before] = await s.standing();
    const edited = await s.desk.replanWith("7", "R1", { "limits/memory": "256Mi" }, ann);
    expect(edited).toMatchObject({ ok: true, fix: { plan: { requestedBy: ann.id, approvals: [] } } });
    const [after] = await s.standing();
    expect(after?.digest).not.toBe(before?.digest);
    expect(after?.diff).toContain("memory: 256Mi");
    expect(await s.desk.approve(before?.id ?? "", before?.digest ?? "", bob)).toMatchObject({ reason: "plan-changed" });
    const proposed = (await listAudit(s.database)).filter(({ event }) => event === "plan.proposed").at(-1);
    expect(proposed).toMatchObject({ actor: ann.id, subject: after?.id, body: { edited: ["limits/memory"] } });
    const again = await s.desk.replanWith("7", "R1", { "limits/memory": "300Mi" }, bob);
    expect(again, "edits go on from the plan that stands").toMatchObject({ ok: true, changed: ["limits/memory"] });
  });

  test.each([
    { name: "a parameter that is not for editing", values: { container: "proxy" } },
    { name: "an amount that is none", values: { "limits/memory": "lots" } },
  ])("are refused before anything is planned: $name", async ({ values }) => {
    await using s = await scene();
    const before = await s.standing();
    expect(await s.desk.replanWith("7", "R1", values, ann)).toMatchObject({ ok: false });
    expect(await s.standing()).toEqual(before);
  });

  test("that the cluster does not take leave the offer as it was", async () => {
    await using s = await scene();
    const tooSmall = await s.desk.replanWith("7", "R1", { "limits/memory": "1Mi" }, ann);
    expect(tooSmall).toMatchObject({ ok: true, fix: { refusal: { reason: "invalid-params" } } });
    const [standing] = await s.standing();
    expect(standing).toMatchObject({ recommendationId: "R1", params: limit.params });
    expect((await s.offers()).get("R1")?.planId).toBe(standing?.id);
  });

  test("and that only a person knows complete a fix", async () => {
    await using s = await scene();
    expect(await s.desk.replanWith("7", "R2", {}, ann)).toMatchObject({
      ok: false,
      text: expect.stringContaining("value"),
    });
    expect(await s.desk.replanWith("7", "R2", { value: "eu" }, ann)).toMatchObject({
      ok: true,
      fix: { plan: { plan: { params: { name: "TAX_REGION", value: "eu" } } } },
    });
  });

  test("never reach further than what was recommended, whoever puts the job into the queue", async () => {
    await using s = await scene();
    const before = await s.standing();
    const job = { incidentId: "7", version: 1, cause: null, requestedBy: "slack:EVE" };
    const wishes: Recommendation[] = [
      { ...limit, action: "scale", params: { replicas: 0 } },
      { ...limit, target: { ...limit.target, name: "db" } },
      { ...limit, params: { container: "proxy", limits: { memory: "96Mi" } } },
      { ...limit, id: "R9" },
    ];
    for (const recommendation of wishes) await s.work(replanJob.parse({ ...job, recommendation }));
    expect(await s.standing()).toEqual(before);
  });
});

test("while one change of an incident is on its way no other is approved", async () => {
  await using s = await scene();
  await s.desk.replanWith("7", "R2", { value: "eu" }, ann);
  const [first, second] = await s.standing();
  if (!first || !second) throw new Error("two plans stand");
  expect(await s.desk.approve(first.id, first.digest, bob)).toEqual({ type: "approved" });
  expect(await s.desk.approve(second.id, second.digest, bob)).toEqual({ type: "refused", reason: "one-at-a-time" });
});
