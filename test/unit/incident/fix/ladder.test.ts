import { describe, expect, test } from "vitest";
import type { ActionCode } from "../../../../src/incident/action-code.ts";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import { nextStepText, rungOf, stepsBelow } from "../../../../src/incident/fix/ladder.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";

const step = (action: ActionCode, cause: CauseCode = "application-degraded") => ({
  id: action,
  action,
  cause,
  target: makeRef("Deployment", "shop", "carts"),
});
const rungs = (...actions: readonly ActionCode[]) => {
  const all = actions.map((action) => step(action));
  return all.map((one) => {
    const rung = rungOf(one, all);
    return rung ? `${rung.at}/${rung.of}` : "-";
  });
};

describe("where a fix stands on the ladder", () => {
  test.each([
    {
      name: "soft heal, restart, rollback",
      actions: ["soft-heal", "restart", "rollback-deployment"],
      want: ["1/3", "2/3", "3/3"],
    },
    {
      name: "experience may turn the order, not the ladder",
      actions: ["restart", "rollback-deployment", "soft-heal"],
      want: ["2/3", "3/3", "1/3"],
    },
    { name: "one pod before all pods", actions: ["delete-pod", "restart"], want: ["1/2", "2/2"] },
    {
      name: "another kind of fix is on no ladder",
      actions: ["restart", "scale", "rollback-deployment"],
      want: ["1/2", "-", "2/2"],
    },
    { name: "one step alone is none", actions: ["restart", "guide"], want: ["-", "-"] },
    { name: "a proven release is taken back at once", actions: ["rollback-deployment", "restart"], want: ["-", "-"] },
  ] as const)("$name", ({ actions, want }) => {
    expect(rungs(...actions)).toEqual(want);
  });

  test("another cause has a ladder of its own", () => {
    const all = [step("soft-heal"), step("restart", "memory-leak"), step("rollback-deployment", "bad-release")];
    expect(all.map((one) => rungOf(one, all))).toEqual([undefined, undefined, undefined]);
    expect(stepsBelow(step("restart"), all)).toEqual([]);
  });
});

test("after a step that did not help, people are told which one it was and what is next", () => {
  const all = [step("soft-heal"), step("restart"), step("rollback-deployment")];
  expect(nextStepText(step("soft-heal"), all)).toBe(
    "That was step 1 of 3; the next is: Restart Deployment shop/carts.",
  );
  expect(nextStepText(step("rollback-deployment"), all)).toBe("That was step 3 of 3, the last one.");
  // The next diagnosis may not recommend again what has just failed.
  expect(nextStepText(step("soft-heal"), all.slice(1))).toContain("step 1 of 3");
  expect(nextStepText(step("scale"), all)).toBeUndefined();
  expect(stepsBelow(step("rollback-deployment"), all).map((one) => one.action)).toEqual(["soft-heal", "restart"]);
});
