import { describe, expect, test } from "vitest";
import { readReview } from "../../../../src/bot/slack/listen/submit-review.ts";
import { encodeFix } from "../../../../src/bot/slack/render/action-ids.ts";
import { renderFix } from "../../../../src/bot/slack/render/render-fix.ts";
import { renderReview } from "../../../../src/bot/slack/render/render-review.ts";
import type { ActionPlan } from "../../../../src/incident/fix/action-plan.ts";
import { validateView } from "../../../../src/local-slack/blocks/validate-view.ts";
import { incidentView, plan, planView } from "../../../support/incident-view.ts";

const [fix] = incidentView.fixes;
if (!fix) throw new Error("the fixture has a fix");

function submitted(entered: Record<string, string>, change: Partial<ActionPlan> = {}) {
  const { blocks, private_metadata = "" } = renderReview(
    {
      ...fix,
      recommendation: (fix as (typeof incidentView.fixes)[0]).recommendation,
      plan: { ...planView, plan: { ...plan, ...change } },
    },
    { incidentId: "7" },
  );
  const drawn: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== "input" || !block.block_id) continue;
    const element = (block as { element?: unknown }).element as {
      initial_value?: string;
      initial_option?: { value?: string };
    };
    const value = element.initial_option?.value ?? element.initial_value;
    if (value !== undefined) drawn[block.block_id] = value;
  }
  const values = Object.fromEntries(
    Object.entries({ ...drawn, ...entered }).map(([block, value]) => [block, { value: { value } }]),
  );
  return readReview({ private_metadata, blocks, state: { values } });
}

describe("the review", () => {
  test("approves what is shown", () => {
    expect(submitted({})).toEqual({ type: "approve" });
    expect(submitted({ note: " fine " })).toEqual({ type: "approve", note: "fine" });
  });

  test("never approves what was typed over what is shown", () => {
    expect(submitted({ "edit.quantity.limits/memory": "1Gi" })).toMatchObject({
      type: "errors",
      errors: { "edit.quantity.limits/memory": expect.stringContaining("choose the preview") },
    });
  });

  test("asks for a new plan with other values", () => {
    expect(submitted({ decision: "edit", "edit.quantity.limits/memory": "256Mi" })).toEqual({
      type: "edit",
      values: { "limits/memory": "256Mi" },
    });
    expect(submitted({ decision: "edit" })).toMatchObject({ errors: { decision: "No value was changed." } });
    expect(submitted({ decision: "edit", "edit.quantity.limits/memory": "lots" })).toMatchObject({
      errors: { "edit.quantity.limits/memory": expect.stringContaining("amount") },
    });
  });

  test("names a value as the diff does, and says what an empty field means", () => {
    const shown = (change: Partial<ActionPlan>) =>
      JSON.stringify(
        renderReview(
          { recommendation: fix.recommendation, plan: { ...planView, plan: { ...plan, ...change } } },
          { incidentId: "7" },
        ).blocks,
      );
    expect(shown({})).toContain('"limits.memory"');
    const rollback = shown({ action: "rollback-deployment", params: {} });
    expect(rollback).toContain("Revision to go back to");
    expect(rollback).toContain("Empty: as in the plan.");
  });

  test("says who froze changes, and offers no decision that would be refused", () => {
    const review = renderReview(
      { recommendation: fix.recommendation, plan: planView },
      { incidentId: "7", freeze: { frozen: true, frozenBy: { name: "Ana", at: 1_000 } } },
    );
    expect(JSON.stringify(review.blocks[0])).toContain("Ana froze changes");
    expect(review.blocks.filter(({ type }) => type === "input")).toEqual([]);
    expect(review.submit).toBeUndefined();
    expect(validateView(review)).toEqual([]);
  });

  test("rejects with a reason only, whatever else was typed", () => {
    expect(submitted({ decision: "reject" })).toMatchObject({ type: "errors", errors: { note: expect.any(String) } });
    expect(submitted({ decision: "reject", note: "no", "edit.quantity.limits/memory": "1Gi" })).toEqual({
      type: "reject",
      note: "no",
    });
  });

  test("wants a code where the policy does: to approve, not to reject or to preview", () => {
    const strict = { secondFactor: true } as const;
    expect(submitted({}, strict)).toMatchObject({ type: "errors", errors: { code: expect.any(String) } });
    expect(submitted({ code: " 123456 " }, strict)).toEqual({ type: "approve", code: "123456" });
    expect(submitted({ decision: "reject", note: "no" }, strict)).toMatchObject({ type: "reject" });
    expect(submitted({ decision: "edit", "edit.quantity.limits/memory": "1Gi" }, strict)).toMatchObject({
      type: "edit",
    });
    expect(submitted({})).toEqual({ type: "approve" });
  });

  test("the button beside the fix cannot approve what needs a code", () => {
    const drawn = (change: Partial<ActionPlan>) =>
      JSON.stringify(
        renderFix(
          {
            recommendation: fix.recommendation,
            plan: { ...planView, plan: { ...plan, ...change } },
          },
          { incidentId: "7", number: 1, closed: false, frozen: false, best: true, sameRefusal: false },
        ),
      );
    expect(drawn({})).toContain("fix.approve");
    expect(drawn({ secondFactor: true })).not.toContain("fix.approve");
    expect(drawn({ secondFactor: true })).toContain("fix.review");
  });

  test("for a plan that is not there yet reads what was filled in", () => {
    const metadata = encodeFix({ incidentId: "7", recommendationId: "R1", planId: "", digest: "" });
    const values = { "param.value": { value: { value: "eu" } } };
    expect(readReview({ private_metadata: metadata, blocks: [], state: { values } })).toEqual({
      type: "fill",
      values: { value: "eu" },
    });
  });
});
