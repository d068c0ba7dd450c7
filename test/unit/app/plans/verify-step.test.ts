import { describe, expect, test } from "vitest";
import { nothingSpent } from "../../../../src/actions/policy/policy.ts";
import { createSymptomMemory, type KeptSymptoms } from "../../../../src/app/plans/symptom-memory.ts";
import { type VerifyStepDeps, verifyStep } from "../../../../src/app/plans/verify-step.ts";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { ActionCode } from "../../../../src/incident/action-code.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import type { Verification } from "../../../../src/incident/fix/execution.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { planView } from "../../../support/incident-view.ts";
import { passThrough } from "../../../support/plan-fixture.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const noStore: KeptSymptoms = { symptomsOf: async () => [], keepSymptoms: async () => undefined };
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
    standing: async () => ({ now: databaseNow, frozen: false, spent: nothingSpent }),
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

describe("a symptom that was there when the change was made", () => {
  const [row] = [incidentRow(7)];
  const crash = (startsAt: number, endsAt?: number): Anomaly => ({
    fingerprint: "pod-crash-loop|carts",
    detector: "pod-crash-loop",
    family: "state",
    reason: "CrashLoopBackOff",
    target: row.target,
    score: 1,
    severity: "critical",
    summary: "carts crashes",
    startsAt,
    detectedAt: startsAt,
    ...(endsAt === undefined ? {} : { endsAt }),
  });
  const appliedAt = now;
  const secondsIn = (seconds: number) => appliedAt + seconds * 1_000;

  /** What is said of the plan at each of these times, by the symptom as detection holds it then. */
  async function verdicts(ticks: readonly (readonly [at: number, symptom: Anomaly])[]): Promise<readonly string[]> {
    const stored = {
      ...planView,
      plan: { ...planView.plan, incidentId: "7", state: "applied" as const, verifyWithinMs: 5 * 60_000 },
      appliedAt,
    };
    const said: string[] = [];
    const plans: Partial<VerifyStepDeps["plans"]> = {
      toVerify: async () => [stored],
      get: async () => stored,
      saveVerification: async ({ verdict }: Verification) => {
        said.push(verdict);
        // Told to nobody: what is told is another's test.
        return false;
      },
    };
    const deps: Partial<VerifyStepDeps> = {
      observation: createObservation({ cluster: "test" }),
      redact: passThrough,
      jobs: { send: async () => undefined } as unknown as VerifyStepDeps["jobs"],
      symptoms: createSymptomMemory(noStore),
    };
    for (const [at, symptom] of ticks) {
      const standing = async () => ({ now: at, frozen: false, spent: nothingSpent });
      const active = symptom.endsAt === undefined ? [symptom] : [];
      await verifyStep(
        { ...deps, plans: { ...plans, standing } } as VerifyStepDeps,
        [{ ...row, anomalies: [symptom] }],
        active,
        at,
      );
    }
    return said;
  }

  const before = crash(secondsIn(-300));

  test("and comes back well after it has not been made worse by the change", async () => {
    const again = crash(secondsIn(50));
    expect(
      await verdicts([
        [secondsIn(5), before],
        [secondsIn(20), { ...before, endsAt: secondsIn(10) }],
        [secondsIn(125), again],
        [secondsIn(301), again],
      ]),
    ).toEqual(["not-recovered"]);
  });

  test("and has come back and gone again is not gone for as long as since the first time", async () => {
    expect(
      await verdicts([
        [secondsIn(5), before],
        [secondsIn(15), { ...before, endsAt: secondsIn(10) }],
        [secondsIn(30), crash(secondsIn(25))],
        [secondsIn(60), crash(secondsIn(25), secondsIn(55))],
      ]),
    ).toEqual([]);
  });
});

describe("a workload that is gone with its symptoms", () => {
  const { target, targetUid } = planView.plan;
  const pod = makeRef("Pod", target.namespace, `${target.name}-1`);
  const object = (uid: string, replicas = 1) =>
    ({
      apiVersion: "apps/v1",
      kind: target.kind,
      metadata: { name: target.name, namespace: target.namespace, uid },
      spec: { replicas, template: { spec: { containers: [] } } },
      status: { replicas, updatedReplicas: replicas, availableReplicas: replicas },
    }) as unknown as KubeObject;

  test.each([
    ["is still the same", (apply: Apply) => apply("MODIFIED", object(targetUid)), "recovered"],
    ["has no pods any more", (apply: Apply) => apply("MODIFIED", object(targetUid, 0)), "unknown"],
    ["was deleted", (apply: Apply) => apply("DELETED", object(targetUid)), "unknown"],
    [
      "was made anew",
      (apply: Apply) => {
        apply("DELETED", object(targetUid));
        apply("ADDED", object("another"));
      },
      "unknown",
    ],
    ["was never seen", undefined, "recovered"],
    [
      "was deleted, and a pod of it before",
      (apply: Apply) => apply("DELETED", object(targetUid)),
      "unknown",
      "delete-pod",
    ],
    [
      "is still the same, without a pod of it",
      (apply: Apply) => apply("MODIFIED", object(targetUid)),
      "recovered",
      "delete-pod",
    ],
  ] as const)("%s: what is said of the change", async (_name, happens, want, action = undefined) => {
    const observation = createObservation({ cluster: "test" });
    if (happens) {
      observation.objects.apply("ADDED", object(targetUid), now - 60_000);
      happens((change, changed) => observation.objects.apply(change, changed, now + 5_000));
    }
    const stored = {
      ...planView,
      plan: {
        ...planView.plan,
        incidentId: "7",
        state: "applied" as const,
        ...(action === "delete-pod"
          ? {
              action,
              target: pod,
              alsoHolds: [target],
              steps: [{ type: "delete", target: pod, propagation: "Background" } as const],
            }
          : { steps: [{ type: "patch", target, patchType: "json", body: [] } as const] }),
      },
      appliedAt: now,
    };
    const said: Verification[] = [];
    const plans: Partial<VerifyStepDeps["plans"]> = {
      toVerify: async () => [stored],
      get: async () => stored,
      standing: async () => ({ now: now + 120_000, frozen: false, spent: nothingSpent }),
      saveVerification: async (verification: Verification) => {
        said.push(verification);
        return false;
      },
    };
    const deps = { plans, observation, redact: passThrough } as unknown as VerifyStepDeps;
    await verifyStep(deps, [incidentRow(7)], [], now + 120_000);
    expect(said.map(({ verdict }) => verdict)).toEqual([want]);
  });
});

type Apply = (change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject) => void;
