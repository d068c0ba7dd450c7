import { expect, test } from "vitest";
import { isBusy } from "../../../../src/app/view/build-view.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import type { StoredPlan } from "../../../../src/incident/fix/stored-plan.ts";

const judgedAt = 1_700_000_000_000;
const plan = (state: string, verdict?: string) =>
  ({ plan: { state }, verification: verdict ? { verdict, at: judgedAt } : null }) as unknown as StoredPlan;
const trouble = (detectedAt: number, endsAt?: number) => ({ detectedAt, endsAt }) as unknown as Anomaly;

test.each([
  ["a plan on its way is busy", plan("executing"), [], true],
  ["a change that is not judged yet is busy", plan("applied"), [], true],
  [
    "a change that helped is, while old symptoms fade",
    plan("applied", "recovered"),
    [trouble(judgedAt - 60_000)],
    true,
  ],
  [
    "a change that helped is not when trouble came after it",
    plan("applied", "recovered"),
    [trouble(judgedAt + 1)],
    false,
  ],
  [
    "trouble that came and went says nothing",
    plan("applied", "recovered"),
    [trouble(judgedAt + 1, judgedAt + 9)],
    true,
  ],
  ["a change that did not help is not busy", plan("applied", "not-recovered"), [], false],
  ["a plan nobody has decided is not busy", plan("proposed"), [], false],
] as const)("%s", (_name, stored, anomalies, want) => expect(isBusy(stored, { anomalies })).toBe(want));
