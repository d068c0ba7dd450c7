import { expect, test } from "vitest";
import { type TellExecutionsDeps, tellExecutions } from "../../../../src/app/plans/tell-executions.ts";
import { stoppedByFreeze } from "../../../../src/incident/fix/execution.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { planView } from "../../../support/incident-view.ts";
import { passThrough } from "../../../support/plan-fixture.ts";

/** What people are told of an attempt to apply the plan that ended like this. */
async function told(detail: string): Promise<readonly string[]> {
  const texts: string[] = [];
  const deps: TellExecutionsDeps = {
    plans: {
      untold: async () => [{ id: "x", planId: planView.plan.id, kind: "apply", outcome: "refused", detail }],
      get: async () => planView,
      tell: async (_id, _incident, { text }) => texts.push(text) > 0,
    },
    jobs: { send: async () => undefined },
    redact: passThrough,
    clock: Date,
    log: silentLogger,
    changed: async () => undefined,
  };
  await tellExecutions(deps);
  return texts;
}

test.each([
  { detail: "Nothing was done.", want: /^Not applied: Change resources of .*\. Nothing was done\.$/ },
  { detail: `${stoppedByFreeze} after 2 of 4 steps. Evicted: Pod a.`, want: /^Stopped half-way: .* Evicted: Pod a\.$/ },
])("what was done in part is not called not applied: $detail", async ({ detail, want }) => {
  expect(await told(detail)).toEqual([expect.stringMatching(want)]);
});
