import { expect, test } from "vitest";
import { adviceText, summaryWithoutAdvice } from "../../../../src/incident/fix/advice-text.ts";
import { incidentView } from "../../../support/incident-view.ts";

const offered = incidentView.fixes.map(({ recommendation }) => recommendation);
const [first] = offered;
if (!first) throw new Error("the sample has a fix");
const story = "carts needs more memory than its limit. frontend suffers because it depends on carts.";

test.each([
  {
    name: "the fix that stands below is not told above as well",
    summary: `${story} ${adviceText(first)}`,
    want: story,
  },
  { name: "what comes after it stays", summary: `${story} ${adviceText(first)} And more.`, want: `${story} And more.` },
  { name: "a summary that does not tell it stays as it is", summary: story, want: story },
])("$name", ({ summary, want }) => expect(summaryWithoutAdvice(summary, offered)).toBe(want));

test("once a fix was begun, the advice to take another is not told any more", () => {
  const another = { ...first, action: "rollback-deployment" as const };
  expect(summaryWithoutAdvice(`${story} ${adviceText(first)}`, [another])).toBe(story);
});

test("what only a person can do is told, because no button stands for it", () => {
  const byHand = { ...first, action: "restore-secret" as const };
  const summary = `${story} ${adviceText(byHand)}`;
  expect(summaryWithoutAdvice(summary, [byHand])).toBe(summary);
  expect(summaryWithoutAdvice(`${story} ${adviceText({ ...first, action: "guide" })}`, [])).toContain("A person has");
});

test("steps for a person that stand below are not told above as well", () => {
  const guide = { ...first, action: "guide" as const };
  expect(summaryWithoutAdvice(`${story} ${adviceText(guide)}`, [guide])).toBe(story);
});

test("a source of measurements has no kind that a person would know", () => {
  const source = { kind: "Entity", name: "metrics" };
  expect(adviceText({ ...first, action: "guide", target: source })).toMatch(/^A person has to act on metrics: /);
});
