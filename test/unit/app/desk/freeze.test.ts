import { expect, test } from "vitest";
import { policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { queues } from "../../../../src/app/queues.ts";
import { freezeWords } from "../../../../src/bot/plan-words.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { getFreeze } from "../../../../src/store/plans/freeze.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { incidentView, plan } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

test("anybody may freeze; only approvers of the policy let changes happen again", async () => {
  await using database = await withDatabase();
  const ana = { id: "slack:U1", name: "Ana" };
  const bo = { id: "slack:U2", name: "Bo" };
  const desk = deskOf(database, {
    policy: policySchema.parse({
      version: 1,
      rules: [{ name: "on call", namespaces: ["*"], approvers: { people: [ana.id] } }],
    }),
  });
  expect(await desk.freeze(true, bo)).toMatchObject({ ok: true });
  expect(await desk.freeze(false, bo)).toMatchObject({ ok: false, text: expect.stringContaining("stay frozen") });
  expect(await getFreeze(database)).toMatchObject({ frozen: true, by: bo });
  expect(await desk.freeze(false, ana)).toMatchObject({ ok: true });
  expect(await getFreeze(database)).toMatchObject({ frozen: false, by: ana });
});

test("once changes are allowed again, open incidents are planned for, each by its own cluster", async () => {
  await using database = await withDatabase();
  const { incident } = incidentView;
  await saveIncident(database, incident);
  await saveIncident(database, { ...incident, id: "8", cluster: "elsewhere" });
  await saveIncident(database, { ...incident, id: "9" });
  await changeStatus(database, "9", "resolve", { at: incident.openedAt + 1 });
  const sent: unknown[] = [];
  const jobs = {
    send: async (...job: readonly unknown[]) => {
      sent.push(job);
    },
  };
  const ana = { id: "slack:U1", name: "Ana" };
  const desk = deskOf(database, { jobs, cluster: incident.cluster });
  await desk.freeze(true, ana);
  expect(sent).toEqual([]);
  await desk.freeze(false, ana);
  expect(sent).toHaveLength(2);
  expect(sent).toContainEqual([queues.plan, { incidentId: incident.id }, { key: incident.id }]);
  expect(sent).toContainEqual([queues.plan, { incidentId: "8" }, { key: "8", cluster: "elsewhere" }]);
});

test("why changes are frozen is kept and shown with who did it; who freezes once more does not take that away", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incidentView.incident);
  const desk = deskOf(database);
  const ana = { id: "slack:U1", name: "Ana" };
  const frozen = await desk.freeze(true, ana, "  the bank  closes its books ");
  expect(frozen.text).toContain("frozen (“the bank closes its books”)");
  await desk.freeze(true, { id: "slack:U2", name: "Bo" });
  const because = { name: "Ana", reason: "the bank closes its books" };
  expect(await desk.view(incidentView.incident.id)).toMatchObject({ frozen: true, frozenBy: because });
  expect(await desk.home(ana)).toMatchObject({ frozen: true, frozenBy: because });
  const say = { moment: () => "today", text: (text: string) => text };
  expect(freezeWords({ frozenBy: { at: 0, ...because } }, say)).toBe(
    "Ana froze changes today (“the bank closes its books”)",
  );
  await desk.freeze(false, ana);
  expect(await getFreeze(database)).toMatchObject({ frozen: false, reason: null });
});

test("who asks to undo while changes are frozen, or once more, is told so at once, and no job is sent", async () => {
  await using database = await withDatabase();
  await saveIncident(database, incidentView.incident);
  const sent: string[] = [];
  const jobs = { send: async (queue: string) => void sent.push(queue) };
  const desk = deskOf(database, { jobs });
  const ana = { id: "slack:U1", name: "Ana" };
  await savePlan(database, plan, { requestedBy: null, cause: null, confidence: 0.9 });
  await database.pool.query("update action_plan set state = 'applied', applied_at = now()");
  await desk.freeze(true, ana);
  expect(await desk.undo(plan.id, ana)).toMatchObject({ ok: false, text: expect.stringContaining("frozen") });
  expect(sent).toEqual([]);
  await desk.freeze(false, ana);
  sent.length = 0;
  expect(await desk.undo(plan.id, ana)).toMatchObject({ ok: true });
  expect(sent).toEqual([queues.undo]);
  await database.pool.query("update action_plan set state = 'undone'");
  expect(await desk.undo(plan.id, ana)).toMatchObject({ ok: false, text: expect.stringContaining("not in place") });
  expect(sent).toEqual([queues.undo]);
});
