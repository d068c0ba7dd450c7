import { describe, expect, test } from "vitest";
import { intentDigest } from "../../../src/actions/change/intent.ts";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { carryOut } from "../../../src/actions/execute/execute.ts";
import type { ExecuteDeps } from "../../../src/actions/execute/execute-deps.ts";
import type { WriteStep } from "../../../src/incident/fix/action-plan.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { claimOf, heal, object, pod, remove, world } from "../../support/one-pod-world.ts";

const nodeObject = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n", uid: "n", resourceVersion: "5" },
  spec: {},
};
const nodeDigest = intentDigest(nodeObject);

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
    await carryOut(claimOf([remove, remove]), deps);
    expect(done).toEqual(["delete"]);
  });
  test.each([
    { name: "lets no further pod go", step: { type: "evict", target: makeRef("Pod", "shop", "carts-2") } as const },
    { name: "has no further application asked", step: { ...heal, target: makeRef("Pod", "shop", "carts-2") } },
  ])("$name, and sends nothing to put back what is done", async ({ step }) => {
    const node = makeRef("Node", undefined, "n");
    const cordon: WriteStep = { type: "patch", target: node, patchType: "json", body: [] };
    let switched: "held" | "frozen" = "held";
    const renew = async () => {
      const lease = switched;
      switched = "frozen";
      return lease;
    };
    const claim = claimOf([cordon, step], {
      content: {
        touches: [
          { target: node, uid: "n", resourceVersion: "5", before: nodeDigest, after: "b" },
          { target: step.target, uid: "p", resourceVersion: "5", before: "", after: null },
        ],
        undo: [cordon],
      },
    });
    const get: ActorPort["get"] = async (ref) => ({ type: "found", object: ref.kind === "Node" ? nodeObject : object });
    const { deps, done, results } = world({ plans: { renew }, cluster: { get } });
    await carryOut(claim, deps);
    expect(done).toEqual(["patch"]);
    expect(results).toEqual([
      {
        outcome: "refused",
        detail: "Only a part was applied, because changes were frozen after 1 of 2 steps. Still changed: Node n.",
      },
    ]);
  });
  test("of a drain leaves word of which pods are gone already", async () => {
    const pods = Array.from({ length: 9 }, (_, i) => makeRef("Pod", "shop", `carts-${i}`));
    const node = makeRef("Node", undefined, "n");
    const cordon: WriteStep = { type: "patch", target: node, patchType: "json", body: [] };
    let sent = 0;
    const renew = async () => (sent++ < 9 ? ("held" as const) : ("frozen" as const));
    const claim = claimOf([cordon, ...pods.map((target): WriteStep => ({ type: "evict", target }))], {
      content: {
        touches: [
          { target: node, uid: "n", resourceVersion: "5", before: nodeDigest, after: "b" },
          ...pods.map((target) => ({ target, uid: "p", resourceVersion: "5", before: "", after: null })),
        ],
        undo: [cordon],
      },
    });
    const get: ActorPort["get"] = async (ref) => ({ type: "found", object: ref.kind === "Node" ? nodeObject : object });
    const { deps, results } = world({ plans: { renew }, cluster: { get } });
    await carryOut(claim, deps);
    const names = [0, 1, 2, 3, 4, 5].map((i) => `Pod shop/carts-${i}`).join(", ");
    expect(results[0]?.detail).toBe(
      `Only a part was applied, because changes were frozen after 9 of 10 steps. Still changed: Node n. Evicted: ${names} and 2 more.`,
    );
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

test("what came through with the last try, whose answer was lost like all before, is found", async () => {
  const patch: WriteStep = { type: "patch", target: pod, patchType: "json", body: [] };
  const before = { target: pod, uid: "p", resourceVersion: "5", before: intentDigest(object), after: "b" };
  const claim = claimOf(patch, { content: { touches: [before] } });
  const annotations = { "kubemend.dev/plan-digest": claim.plan.digest };
  let tries = 0;
  const { deps, results } = world({
    cluster: {
      apply: async () => ({ type: "unknown", detail: `reset ${++tries}` }),
      get: async () => ({
        type: "found",
        object: tries < 8 ? object : { ...object, metadata: { ...object.metadata, annotations } },
      }),
    },
  });
  await carryOut(claim, deps);
  expect(results).toMatchObject([{ outcome: "applied" }]);
});

describe("a change that is there already, without the plan's trace", () => {
  const patch: WriteStep = { type: "patch", target: pod, patchType: "json", body: [] };
  const touches = [{ target: pod, uid: "p", resourceVersion: "5", before: "a", after: intentDigest(object) }];
  test.each([
    { name: "is somebody else's, and not this plan's to take back", attempt: 1, want: "conflict" },
    { name: "may be an earlier attempt's", attempt: 2, want: "applied" },
  ])("$name", async ({ attempt, want }) => {
    const { deps, done, results } = world();
    await carryOut(claimOf(patch, { attempt, content: { touches } }), deps);
    expect([done, results]).toMatchObject([[], [{ outcome: want }]]);
  });
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
