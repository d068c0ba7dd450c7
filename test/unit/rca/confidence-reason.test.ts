import { expect, test } from "vitest";
import { confidenceReason } from "../../../src/rca/weigh/confidence-reason.ts";
import type { Ranked } from "../../../src/rca/weigh/rank.ts";

const sure = { specificity: 0.95, explains: 1, contradictions: 0, late: false };
const ranked = (features: object) =>
  [
    { candidate: { cause: "bad-config" }, probability: 0.97, standing: { features, missing: [] } },
  ] as unknown as readonly Ranked[];

test.each([
  { features: {}, says: "both the fault and what brought it about were seen; it explains every symptom" },
  {
    features: { specificity: 0.85, explains: 0.97 },
    says: "the fault itself was seen; it explains nearly every symptom",
  },
  {
    features: { specificity: 0.7, explains: 0.62 },
    says: "what is seen fits this cause better than others; it explains 62 % of the symptoms",
  },
  {
    features: { contradictions: 2, late: true },
    says: "every symptom; 2 facts speak against it; its change came after the first symptoms",
  },
])("why a cause is as sure as it is: $says", ({ features, says }) => {
  expect(confidenceReason(ranked({ ...sure, ...features }))).toContain(says);
});
