import { expect, test } from "vitest";
import { type VerifyStepDeps, verifyStep } from "../../../../src/app/plans/verify-step.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { ActionCode } from "../../../../src/incident/action-code.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { planView } from "../../../support/incident-view.ts";
import { passThrough } from "../../../support/plan-fixture.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
/** The database's clock is a minute ahead of ours. */
const databaseNow = now + 60_000;

/** What detection is told of a plan that was applied twenty seconds ago and has no verdict. */
async function told(action: ActionCode): Promise<readonly unknown[]> {
  const stored = {
    ...planView,
    plan: { ...planView.plan, incidentId: "7", action, state: "applied" as const },
    appliedAt: databaseNow - 20_000,
  };
  const heard: unknown[] = [];
  const plans: Partial<VerifyStepDeps["plans"]> = {
    toVerify: async () => [stored],
    standing: async () => ({ now: databaseNow, frozen: false, spent: { namespace: 0, cluster: 0 } }),
    get: async () => undefined,
  };
  const deps: Partial<VerifyStepDeps> = {
    plans: plans as VerifyStepDeps["plans"],
    observation: createObservation({ cluster: "test" }),
    redact: passThrough,
    healed: (planId, target, at) => heard.push([planId, target.name, at]),
  };
  await verifyStep(deps as VerifyStepDeps, [incidentRow(7)], [], now);
  return heard;
}

test.each<{ action: ActionCode; want: readonly unknown[] }>([
  { action: "soft-heal", want: [[planView.plan.id, planView.plan.target.name, now - 20_000]] },
  { action: "restart", want: [] },
])("detection hears that an application was asked to heal itself, dated by its own clock: $action", async ({
  action,
  want,
}) => {
  expect(await told(action)).toEqual(want);
});
