import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { carryOut, type ExecuteDeps } from "../../../src/actions/execute/execute.ts";
import { planDigest } from "../../../src/actions/plan/plan-digest.ts";
import type { ExecutionResult } from "../../../src/actions/plan/plan-store.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { ActionPlan, WriteStep } from "../../../src/incident/fix/action-plan.ts";
import type { Claim } from "../../../src/incident/fix/stored-plan.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { planView } from "../../support/incident-view.ts";
import { impatient } from "../../support/plan-life.ts";

const pod = makeRef("Pod", "shop", "carts-1");
const object: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: pod.name, namespace: "shop", uid: "p", resourceVersion: "5" },
  spec: { containers: [] },
};
const heal: WriteStep = { type: "http", target: pod, port: 8080, method: "POST", path: "/heal" };
const remove: WriteStep = { type: "delete", target: pod, propagation: "Background" };

function claimOf(step: WriteStep, more: Partial<Claim> = {}): Claim {
  const content: ActionPlan = {
    ...planView.plan,
    target: pod,
    steps: [step],
    touches: [{ target: pod, uid: "p", resourceVersion: "5", before: "", after: null }],
    undo: [],
  };
  const plan = { ...content, digest: planDigest(content) };
  return {
    plan,
    phase: "apply",
    executionId: "e",
    holder: "h",
    attempt: 1,
    approvedDigests: [plan.digest],
    approvedAt: plan.expiresAt - 1_000,
    sentSteps: [],
    ...more,
  };
}

/** A cluster with one pod that says yes, a database that lets everything happen, and what was done of it. */
function world(more: { cluster?: Partial<ActorPort>; plans?: Partial<ExecuteDeps["plans"]> } = {}) {
  const done: string[] = [];
  const results: ExecutionResult[] = [];
  const deps: ExecuteDeps = {
    clock: impatient,
    cluster: {
      get: async () => ({ type: "found", object }),
      list: async () => ({ type: "found", objects: [] }),
      dryRun: async () => ({ type: "done" }),
      apply: async (step) => {
        done.push(step.type);
        return { type: "done" };
      },
      ...more.cluster,
    },
    plans: {
      claim: async () => undefined,
      renew: async () => "held",
      markSent: async () => true,
      unmarkSent: async (_claim, index) => void done.push(`unmarked ${index}`),
      finish: async (_claim, result) => {
        results.push(result);
        return true;
      },
      postpone: async (_claim, delayMs) => void done.push(`postponed ${delayMs}`),
      ...more.plans,
    },
  };
  return { deps, done, results };
}

describe("who does not hold the plan any more", () => {
  test.each<{ name: string; plans: Partial<ExecuteDeps["plans"]>; step?: WriteStep; want: readonly string[] }>([
    { name: "sends nothing", plans: { renew: async () => "lost" }, want: [] },
    { name: "asks no application", plans: { markSent: async () => false }, step: heal, want: [] },
    { name: "says nothing of what it has done", plans: { finish: async () => false }, want: ["delete"] },
  ])("$name", async ({ plans, step = remove, want }) => {
    const { deps, done } = world({ plans });
    const claim = claimOf(step);
    expect(await carryOut(claim, deps)).toEqual({ type: "lost", planId: claim.plan.id });
    expect(done).toEqual(want);
  });
});

describe("a question to an application", () => {
  test("is not asked a second time, whatever became of the first", async () => {
    const { deps, done, results } = world();
    await carryOut(claimOf(heal, { sentSteps: [0] }), deps);
    expect(done).toEqual([]);
    expect(results).toMatchObject([{ outcome: "applied", detail: expect.stringContaining("is lost") }]);
  });
  test("may be asked again when it has certainly not arrived", async () => {
    const { deps, done } = world({ cluster: { apply: async () => ({ type: "unreachable", detail: "ECONNREFUSED" }) } });
    expect(await carryOut(claimOf(heal), deps)).toMatchObject({ type: "postponed" });
    expect(done).toEqual(["unmarked 0", "postponed 5000"]);
  });
  test("is not marked as free again when nobody knows", async () => {
    const { deps, done, results } = world({ cluster: { apply: async () => ({ type: "unknown", detail: "reset" }) } });
    await carryOut(claimOf(heal), deps);
    expect(done).toEqual([]);
    expect(results).toMatchObject([{ outcome: "failed" }]);
  });
});

describe("the freeze switch", () => {
  const frozen = { renew: async () => "frozen" as const };
  test("stops what has not begun", async () => {
    const { deps, done, results } = world({ plans: frozen });
    await carryOut(claimOf(remove), deps);
    expect([done, results]).toEqual([
      [],
      [{ outcome: "refused", detail: "Changes were frozen before it started. Nothing was done." }],
    ]);
  });
  test("lets what has begun come to its end", async () => {
    let first = true;
    const get: ActorPort["get"] = async () => {
      // The first of two is done already, as after a crash.
      const outcome = first ? ({ type: "gone" } as const) : ({ type: "found", object } as const);
      first = false;
      return outcome;
    };
    const { deps, done } = world({ plans: frozen, cluster: { get } });
    const claim = claimOf(remove);
    const content = { ...claim.plan, steps: [remove, remove] };
    const plan = { ...content, digest: planDigest(content) };
    await carryOut({ ...claim, plan, approvedDigests: [plan.digest] }, deps);
    expect(done).toEqual(["delete"]);
  });
});

describe("a cluster that cannot be reached", () => {
  const away: Partial<ActorPort> = {
    get: async () => ({ type: "failed", reason: "unreachable", detail: "ECONNREFUSED" }),
  };
  test("is tried again a few times, and then given up with what is not known", async () => {
    const { deps, done, results } = world({ cluster: away });
    expect(await carryOut(claimOf(remove, { attempt: 5 }), deps)).toMatchObject({ type: "postponed" });
    expect([done, results]).toEqual([["postponed 5000"], []]);
    await carryOut(claimOf(remove, { attempt: 6 }), deps);
    expect(results).toMatchObject([
      {
        outcome: "failed",
        detail: expect.stringMatching(/^Given up after 6 tries: .* What has become of it is not known/),
      },
    ]);
  });
});

test("an object that changes with every look is given up, not written over", async () => {
  let tries = 0;
  const apply: ActorPort["apply"] = async () => {
    tries++;
    return { type: "conflict" };
  };
  const { deps, results } = world({ cluster: { apply } });
  await carryOut(claimOf(remove), deps);
  expect(tries).toBe(8);
  expect(results).toMatchObject([{ outcome: "failed", detail: expect.stringContaining("8 times in a row") }]);
});

test("the version that a step has left is kept, also when it is found done after a crash", async () => {
  const patch: WriteStep = { type: "patch", target: pod, patchType: "json", body: [] };
  const claim = claimOf(patch);
  const annotations = { "kubemend.dev/plan-digest": claim.plan.digest };
  const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: "9", annotations } };
  const { deps, done, results } = world({ cluster: { get: async () => ({ type: "found", object: stamped }) } });
  await carryOut(claim, deps);
  expect(done).toEqual([]);
  expect(results).toMatchObject([{ outcome: "applied", resourceVersionAfter: "9" }]);
});
