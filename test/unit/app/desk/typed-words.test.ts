import { expect, test } from "vitest";
import { planJob } from "../../../../src/app/plans/plan-job.ts";
import type { Desk } from "../../../../src/bot/desk.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";
import { plansOf } from "../../../../src/store/plans/plans.ts";
import { startDeskAndActor } from "../../../support/desk-and-actor.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { fillIncident } from "../../../support/filled-pages.ts";
import { withDatabase } from "../../../support/postgres.ts";

const ann = { id: "slack:U1", name: "Ann" };
const token = `ghp_${"Zk3vQ9xLw1Tn7RbY2cHs5JdM8pFg4uAe6oKi".slice(0, 36)}`;
/** The token stands where `limit` cuts it in half. */
const words = (limit: number) =>
  `${"the provider has been called ".repeat(200).slice(0, limit - 20)} ${token} and rests`;

const typed: readonly { readonly what: string; readonly act: (desk: Desk) => Promise<{ readonly text: string }> }[] = [
  { what: "the title of an incident", act: (desk) => desk.declare({ title: words(200), severity: "high" }, ann) },
  { what: "a note for the timeline", act: (desk) => desk.addNote("7", words(2_000), ann) },
  {
    what: "why something is silenced",
    act: (desk) =>
      desk.silence({ matcher: { name: "carts" }, startsInMs: 0, durationMs: 3_600_000, reason: words(500) }, ann),
  },
  { what: "why changes are frozen", act: (desk) => desk.freeze(true, ann, words(300)) },
];

test.each(typed)("$what is redacted before it is cut: no half of a secret is kept, or said", async ({ act }) => {
  await using database = await withDatabase();
  await fillIncident(database);
  const desk = deskOf(database, { redact: createRedactor({ salt: "s" }).redact });
  const said = await act(desk);
  expect(said).toMatchObject({ ok: true });
  const { rows } = await database.pool.query(`
    select array_to_json(array(select title from incident)) as incident, array_to_json(array(select text from timeline)) as timeline,
           array_to_json(array(select reason from silence)) as silence, array_to_json(array(select reason from freeze_switch)) as freeze`);
  const all = JSON.stringify([rows, said]);
  expect(all).toContain("the provider has been called");
  expect(all).not.toContain(token.slice(0, 8));
});

test.each([
  { what: "a rejection", act: (desk: Desk, plan: string) => desk.reject(plan, ann, `leaked ${token}`) },
  {
    what: "an approval",
    act: (desk: Desk, plan: string, digest: string) => desk.approve(plan, digest, ann, `leaked ${token}`),
  },
])("what is typed with $what is kept redacted: chat and pages show it as it is kept", async ({ act }) => {
  await using scene = await startDeskAndActor();
  await fillIncident(scene.database);
  await planJob(scene.deps)({ incidentId: "7" });
  const plan = (await plansOf(scene.database, "7")).find((one) => one.plan.state === "proposed")?.plan;
  if (!plan) throw new Error("a plan stands");
  const desk = deskOf(scene.database, { plans: scene.plans, redact: createRedactor({ salt: "s" }).redact });
  await act(desk, plan.id, plan.digest);
  const kept = JSON.stringify([
    await plansOf(scene.database, "7"),
    (await scene.database.pool.query("select * from plan_vote")).rows,
    (await scene.database.pool.query("select * from timeline")).rows,
  ]);
  expect(kept).toContain("leaked <redacted-");
  expect(kept).not.toContain(token.slice(0, 8));
});
