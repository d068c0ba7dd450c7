import { expect, test } from "vitest";
import type { ActionPlan } from "../../../../src/incident/fix/action-plan.ts";
import type { VerificationVerdict } from "../../../../src/incident/fix/execution.ts";
import type { ObjectRef } from "../../../../src/incident/object-ref.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { plan as drawn } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const cause = "memory-limit-too-low";
const inShop = (kind: string, name: string): ObjectRef => ({ kind, namespace: "shop", name });

test("a record tells what an action has come to against a cause on one kind of workload, within half a year", async () => {
  await using database = await withDatabase();
  const store = createPlanStore(database, { cluster: "shop" });
  const applied = async (id: string, verdict: VerificationVerdict, daysAgo: number, more: Partial<ActionPlan> = {}) => {
    const plan: ActionPlan = { ...drawn, id, incidentId: id, recommendationId: id, digest: `d-${id}`, ...more };
    await store.save(plan, { requestedBy: null, cause, confidence: 0.9 });
    await database.pool.query(
      "update action_plan set state = 'applied', applied_at = now() - make_interval(days => $2) where id = $1",
      [id, daysAgo],
    );
    await store.saveVerification({ planId: id, verdict, reason: "", at: 1, remaining: [], fresh: [] });
  };
  const action = "evict-pod";
  const ofDeployment = { action, target: inShop("Deployment", "carts"), alsoHolds: [] } as const;
  const podOf = (kind: string) =>
    ({
      action,
      target: inShop("Pod", "db-0"),
      alsoHolds: [{ kind: "Node", name: "node-1" }, inShop(kind, "db")],
    }) as const;
  await applied("1", "recovered", 179, ofDeployment);
  await applied("2", "worse", 2, ofDeployment);
  await applied("3", "not-recovered", 1, podOf("Deployment"));
  await applied("4", "recovered", 1, podOf("StatefulSet"));
  await applied("5", "unknown", 1, ofDeployment);
  await applied("6", "recovered", 181, ofDeployment);
  await applied("7", "recovered", 1, { ...ofDeployment, action: "restart" });
  const record = (kind: string, more: object = {}) => store.outcomes({ action, cause, kind, ...more });
  const recovered = async (kind: string, more: object = {}) =>
    (await record(kind, more)).map((outcome) => outcome.recovered);
  expect(await recovered("Deployment"), "newest first").toEqual([false, false, true]);
  expect(await recovered("StatefulSet")).toEqual([true]);
  expect(await recovered("DaemonSet")).toEqual([]);
  expect(await recovered("Deployment", { cause: "missing-env" })).toEqual([]);
  expect(await recovered("Deployment", { action: "restart" })).toEqual([true]);
  const days = (await record("Deployment")).map(({ at }) => Math.round((Date.now() - at) / 86_400_000));
  expect(days).toEqual([1, 2, 179]);
});

test.each([
  { name: "was taken back after it was judged recovered", verdict: "recovered", undo: "applied", want: [false] },
  { name: "was to be taken back, and could not be", verdict: "recovered", undo: "conflict", want: [false] },
  { name: "was taken back before anybody could tell", verdict: undefined, undo: "applied", want: [false] },
  { name: "stands", verdict: "recovered", undo: undefined, want: [true] },
] as const)("what $name counts as people judge it", async ({ verdict, undo, want }) => {
  await using database = await withDatabase();
  const store = createPlanStore(database, { cluster: "shop" });
  const plan: ActionPlan = {
    ...drawn,
    id: "1",
    digest: "d",
    target: inShop("Deployment", "carts"),
    expiresAt: Date.now() + 60_000,
  };
  await store.save(plan, { requestedBy: null, cause, confidence: 0.9 });
  const budgets = { perNamespacePerHour: 10, perClusterPerHour: 10 };
  await store.vote({ planId: "1", digest: "d", by: { id: "slack:ann", name: "ann" }, budgets });
  const claim = await store.claim();
  if (claim) await store.finish(claim, { outcome: "applied", detail: "" });
  if (verdict) await store.saveVerification({ planId: "1", verdict, reason: "", at: 1, remaining: [], fresh: [] });
  const back = undo && (await store.claimUndo("1", "slack:ann"));
  if (back?.type === "claimed") await store.finish(back.claim, { outcome: undo ?? "failed", detail: "" });
  const record = await store.outcomes({ action: plan.action, cause, kind: "Deployment" });
  expect(record.map(({ recovered }) => recovered)).toEqual(want);
});
