import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { carryOut } from "../../../src/actions/execute/execute.ts";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { WriteStep } from "../../../src/incident/fix/action-plan.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { claimOf, object, pod, remove, world } from "../../support/one-pod-world.ts";

const policy = policySchema.parse({
  version: 1,
  protectedNamespaces: ["shop"],
  rules: [{ name: "all", namespaces: ["*"], maxRisk: "high", approvers: { anyone: true } }],
});
const other = makeRef("Pod", "shop", "carts-2");
const both: readonly WriteStep[] = [remove, { ...remove, target: other }];

/** Carries out a claim under a policy that protects its namespace by now, in a cluster where some pods are gone. */
async function takenOver({ gone, attempt }: { readonly gone: readonly string[]; readonly attempt: number }) {
  const touches = [pod, other].map((target) => ({ target, uid: "p", resourceVersion: "5", before: "", after: null }));
  const get: ActorPort["get"] = async ({ name }) =>
    gone.includes(name) ? { type: "gone" } : { type: "found", object };
  const { deps, done, results } = world({ cluster: { get } });
  await carryOut(claimOf(both, { attempt, content: { touches } }), { ...deps, policy });
  return { sent: done, result: results[0] };
}

describe("a plan that the policy forbids by the time it is taken over", () => {
  test.each([
    { name: "was not begun", gone: [], attempt: 1, want: /^Pod shop\/carts-1 is in .* protects\. Nothing was done\.$/ },
    { name: "was claimed, and no more", gone: [], attempt: 2, want: /protects\. Nothing was done\.$/ },
    {
      name: "was half done: which half is said, and that nothing was done is not",
      gone: ["carts-1"],
      attempt: 2,
      want: /^Only a part was applied\. Deleted: Pod shop\/carts-1\. .* protects\.$/,
    },
  ])("$name", async ({ gone, attempt, want }) => {
    const { sent, result } = await takenOver({ gone, attempt });
    expect(sent).toEqual([]);
    expect(result).toMatchObject({ outcome: "refused", detail: expect.stringMatching(want) });
  });

  test("was all done: it is applied, whatever the policy says now", async () => {
    const { sent, result } = await takenOver({ gone: ["carts-1", "carts-2"], attempt: 2 });
    expect([sent, result]).toMatchObject([[], { outcome: "applied" }]);
  });

  test("is left for later when nobody can look", async () => {
    const { deps, done, results } = world({
      cluster: { get: async () => ({ type: "failed", reason: "unreachable", detail: "ECONNREFUSED" }) },
    });
    expect(await carryOut(claimOf(remove, { attempt: 2 }), { ...deps, policy })).toMatchObject({ type: "postponed" });
    expect([done, results]).toEqual([["postponed 5000"], []]);
  });
});

test.each([
  { attempt: 1, want: /Nothing was done\.$/ },
  { attempt: 2, want: /What an earlier attempt has done is not known; look at Pod shop\/carts-1\.$/ },
])("what is not what was approved says no more than is known (attempt $attempt)", async ({ attempt, want }) => {
  const { deps, results } = world();
  await carryOut(claimOf(remove, { attempt, approvedDigests: [] }), deps);
  expect(results).toMatchObject([{ outcome: "refused", detail: expect.stringMatching(want) }]);
});
