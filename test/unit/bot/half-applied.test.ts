import { expect, test } from "vitest";
import { planNews, type Say } from "../../../src/bot/plan-words.ts";
import { fixButtons } from "../../../src/bot/slack/render/fix-buttons.ts";
import { type Execution, partlyApplied } from "../../../src/incident/fix/execution.ts";
import type { StoredPlan } from "../../../src/incident/fix/stored-plan.ts";
import { incidentView, planView } from "../../support/incident-view.ts";

const say: Say = { time: () => "09:00", moment: (ms) => `at ${ms}`, text: (text) => text };
const left = `${partlyApplied}. Still changed: Node n.`;
const run = (kind: Execution["kind"], outcome: Execution["outcome"], detail: string, at: number): Execution => ({
  id: String(at),
  planId: planView.plan.id,
  kind,
  outcome,
  detail,
  startedAt: at,
  finishedAt: at,
});
const stored = (
  state: StoredPlan["plan"]["state"],
  executions: readonly Execution[],
  reason: string | null = left,
) => ({
  ...planView,
  plan: { ...planView.plan, state },
  appliedAt: null,
  reason,
  executions,
});
const buttonsOf = (plan: StoredPlan) => {
  const [fix] = incidentView.fixes;
  if (!fix) throw new Error("the fixture has a fix");
  const options = { incidentId: "7", closed: true, frozen: false, best: true };
  return fixButtons({ ...fix, plan }, options).map(({ text }) => text.text);
};
const half = run("apply", "refused", left, 1);

test("half a plan is said to be that, and can be taken back", () => {
  const plan = stored("failed", [half]);
  expect(planNews(plan, say)).toMatchObject({
    mark: "trouble",
    text: expect.stringMatching(/Still changed: Node n\. Undo takes back what is still changed\.$/),
  });
  expect(buttonsOf(plan)).toEqual(["Undo"]);
  expect(planNews(stored("executing", [half, run("undo", "running", "", 2)]), say)?.text).toMatch(
    /applied in part at 1; being undone$/i,
  );
  const refused = stored("failed", [half, run("undo", "conflict", "Somebody was faster.", 3)]);
  expect(planNews(refused, say)?.text).toMatch(/Undoing it was refused at 3\. Somebody was faster\.$/);
  expect(buttonsOf(refused)).toEqual(["Undo"]);
});

test("a plan that did nothing, and one without a way back, offer no undo", () => {
  expect(buttonsOf(stored("failed", [run("apply", "refused", "Nothing was done.", 1)], "Nothing was done."))).toEqual(
    [],
  );
  const gone = stored("failed", [half]);
  expect(buttonsOf({ ...gone, plan: { ...gone.plan, undo: [] } })).toEqual([]);
});
