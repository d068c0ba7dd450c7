import { expect, test } from "vitest";
import { analysedIncident } from "../../../../src/app/diagnosis/analysed-incident.ts";
import type { Recommendation } from "../../../../src/incident/fix/recommendation.ts";
import { incidentView } from "../../../support/incident-view.ts";

const { incident, fixes } = incidentView;
const [offer] = fixes;
if (!offer) throw new Error("the fixture has a fix");
const fix = (more: Partial<Recommendation>): Recommendation => ({
  ...offer.recommendation,
  cause: "memory-leak",
  ...more,
});

test("what is printed as JSON says why a fix stands before a likelier one, and only then", () => {
  const recommendations = [
    fix({ action: "restart", confidence: 0.51 }),
    fix({ action: "rollback-deployment", confidence: 0.67 }),
    fix({ action: "scale", confidence: 0.26, cause: "load-spike" }),
  ];
  const { recommendations: printed } = analysedIncident({ incident, recommendations, evidence: [] });
  expect(printed.map(({ place }) => place)).toEqual([
    "before a likelier one because it is gentler: the release stays",
    undefined,
    "if it is rather: demand rose beyond capacity",
  ]);
  expect(printed[1]).not.toHaveProperty("place");
});
